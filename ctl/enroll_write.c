/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "sys/file.h"

#include <string.h>
#include <sys/stat.h>

#define CONF_MAX (1024 * 1024)

static enum err read_old(struct buf *ret)
{
	buf_init(ret, CONF_MAX);
	return file_read(ENROLL_CONF, 0, FILE_PUBLIC, ret);
}

enum err enroll_state(const struct buf *text, enum enroll_state *ret)
{
	AUTO_BUF struct buf old = {0};
	enum err e = read_old(&old);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	if (e == ERR_NOT_FOUND)
		*ret = ENROLL_NEW;
	else if (old.len == text->len && memcmp(old.data, text->data, old.len) == 0)
		*ret = ENROLL_SAME;
	else
		*ret = ENROLL_DIFFERENT;
	return ERR_OK;
}

static enum err keep_old(void)
{
	AUTO_BUF struct buf old = {0};
	enum err e = read_old(&old);

	return e == ERR_OK ? file_replace(ENROLL_CONF_OLD, 0644, old.data, old.len) : e;
}

enum err enroll_write(const struct buf *text, enum enroll_state state)
{
	mode_t saved = umask(022);
	enum err e = dir_ensure(ENCVOY_SYSCONFDIR, 0755, 0);

	umask(saved);
	if (e == ERR_OK && state == ENROLL_DIFFERENT)
		e = keep_old();
	if (e == ERR_OK && state != ENROLL_SAME)
		e = file_replace(ENROLL_CONF, 0644, text->data, text->len);
	return e;
}
