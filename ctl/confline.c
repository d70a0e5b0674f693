/* SPDX-License-Identifier: MIT */
#include "ctl/confline.h"

#include "common/str.h"
#include "ctl/ctl.h"

#include <errno.h>
#include <string.h>

void confline_put(struct buf *out, const char *key, const char *value)
{
	struct slice trimmed;

	if (!value)
		return;
	trimmed = slice_trim(slice_of(value));
	if (trimmed.len != strlen(value) || strpbrk(value, "\r\n"))
		out->err = ERR_SYNTAX;
	buf_printf(out, "%s = %s\n", key, value);
}

const char *confline_origin(const char *url, char *storage, size_t size)
{
	size_t len = strlen(url);

	if (!str_copy(storage, size, url))
		return NULL;
	if (len > strlen("https://") && storage[len - 1] == '/')
		storage[len - 1] = 0;
	return storage;
}

char *confline_path(const char *path)
{
	char storage[1024];
	struct buf text;
	char *real = realpath(path, NULL);

	buf_init_fixed(&text, storage, sizeof(storage));
	if (!real)
		complain("%s: %s", shown(&text, path, 200), strerror(errno));
	return real;
}

void confline_complain(const struct conf_error *e)
{
	if (e->line && strcmp(e->file, "command line") != 0)
		complain("%s:%u: %s", e->file, e->line, e->text);
	else
		complain("%s: %s", e->file, e->text);
}
