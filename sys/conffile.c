/* SPDX-License-Identifier: MIT */
#include "sys/conffile.h"

#include "common/str.h"
#include "sys/file.h"

#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define CONF_MAX (1024 * 1024)

static enum err fail(struct conf_error *e, const char *file, enum err code)
{
	*e = (struct conf_error){0};
	(void)str_copy(e->file, sizeof(e->file), file);
	(void)str_copy(e->text, sizeof(e->text), err_text(code));
	return code;
}

static enum err load_file(const char *path, struct conf *c, struct conf_error *e)
{
	AUTO_BUF struct buf text;
	enum err code;

	buf_init(&text, CONF_MAX);
	code = file_read(path, 0, FILE_PUBLIC, &text);
	if (code != ERR_OK)
		return fail(e, path, code);
	return conf_parse(c, text.data ? (const char *)text.data : "", text.len, path, e);
}

static int is_conf(const struct dirent *d)
{
	size_t len = strlen(d->d_name);

	return d->d_name[0] != '.' && len > 5 && strcmp(d->d_name + len - 5, ".conf") == 0;
}

/* ERR_NOT_FOUND when there is none, which is no error. */
static enum err check_dir(const char *path)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	return S_ISDIR(st.st_mode) && st.st_uid == 0 && !(st.st_mode & 022) ? ERR_OK
									    : ERR_UNSAFE_FILE;
}

enum err conffile_drop_ins(const char *dir, struct conf *c, struct conf_error *e)
{
	struct dirent **list = NULL;
	char path[PATH_MAX];
	enum err code;
	int n;

	snprintf(path, sizeof(path), "%s/encvoy.conf.d", dir);
	code = check_dir(path);
	if (code != ERR_OK)
		return code == ERR_NOT_FOUND ? ERR_OK : fail(e, path, code);
	n = scandir(path, &list, is_conf, alphasort);
	if (n < 0)
		return fail(e, path, ERR_IO);
	for (int i = 0; i < n; i++) {
		if (code == ERR_OK) {
			snprintf(path, sizeof(path), "%s/encvoy.conf.d/%s", dir, list[i]->d_name);
			code = load_file(path, c, e);
		}
		free(list[i]);
	}
	free(list);
	return code;
}

enum err conffile_load(const char *dir, struct conf *ret, struct conf_error *e)
{
	char path[PATH_MAX];
	enum err code = conf_init(ret);

	if (code != ERR_OK)
		return fail(e, dir, code);
	snprintf(path, sizeof(path), "%s/encvoy.conf", dir);
	code = load_file(path, ret, e);
	if (code == ERR_OK)
		code = conffile_drop_ins(dir, ret, e);
	if (code == ERR_OK)
		code = conf_finish(ret, e);
	return code;
}
