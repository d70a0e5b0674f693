/* SPDX-License-Identifier: MIT */
#include "ctl/pam_line.h"

#include "ctl/fields.h"
#include "ctl/input.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define TEXT_MAX_BYTES (1024 * 1024)

bool pam_line_split(struct slice text, struct pam_line *ret)
{
	const char *hash = memchr(text.p, '#', text.len);

	if (hash)
		text.len = (size_t)(hash - text.p);
	ret->type = next_word(&text, "");
	if (ret->type.len && ret->type.p[0] == '-') {
		ret->type.p++;
		ret->type.len--;
	}
	ret->control = next_word(&text, "");
	ret->module = next_word(&text, "");
	return ret->module.len > 0;
}

bool pam_line_is_module(struct slice module, const char *name)
{
	size_t n = strlen(name);

	return module.len >= n && memcmp(module.p + module.len - n, name, n) == 0 &&
	       (module.len == n || module.p[module.len - n - 1] == '/');
}

char *pam_text_joined(const char *text, size_t len)
{
	char *joined = strndup(text, len);

	if (!joined)
		return NULL;
	/* a backslash at its end continues a line */
	for (char *p = joined; (p = strstr(p, "\\\n")) != NULL;)
		p[0] = p[1] = ' ';
	return joined;
}

static unsigned type_of(struct slice type)
{
	static const char *const words[] = {"auth", "account", "password", "session"};

	for (unsigned i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (type.len == strlen(words[i]) && strncasecmp(type.p, words[i], type.len) == 0)
			return 1U << i;
	return PAM_TYPE_OTHER;
}

static enum err types_in(const struct buf *text, unsigned *ret)
{
	AUTO_FREE char *joined = pam_text_joined((const char *)text->data, text->len);
	struct slice rest, one;

	if (!joined)
		return ERR_NOMEM;
	rest = slice_of(joined);
	while (slice_next(&rest, "\n", &one)) {
		struct pam_line line;

		if (pam_line_split(one, &line) && pam_line_is_module(line.module, "pam_encvoy.so"))
			*ret |= type_of(line.type);
	}
	return ERR_OK;
}

/* What is no file holds no lines. */
static enum err types_of(const char *name, unsigned *ret)
{
	AUTO_BUF struct buf text = {0};
	AUTO_FD int fd = -1;
	char path[PATH_MAX];
	struct stat st;
	int n = snprintf(path, sizeof(path), PAM_DIR "/%s", name);
	enum err e;

	*ret = 0;
	if (n < 0 || (size_t)n >= sizeof(path))
		return ERR_IO;
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO; /* a link to nothing */
	if (fstat(fd, &st) != 0)
		return ERR_IO;
	if (!S_ISREG(st.st_mode))
		return ERR_OK;
	buf_init(&text, TEXT_MAX_BYTES);
	e = input_rest(fd, &text);
	return e == ERR_OK && text.len ? types_in(&text, ret) : e;
}

enum err pam_uses(pam_use_fn fn, void *arg)
{
	struct dirent **list = NULL;
	enum err e = ERR_OK;
	int n = scandir(PAM_DIR, &list, NULL, alphasort);

	if (n < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	for (int i = 0; i < n; i++) {
		unsigned types = 0;

		if (list[i]->d_name[0] != '.' && e == ERR_OK)
			e = types_of(list[i]->d_name, &types);
		if (types)
			fn(arg, list[i]->d_name, types);
		free(list[i]);
	}
	free(list);
	return e;
}
