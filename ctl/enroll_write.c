/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "ctl/secretfile.h"
#include "sys/file.h"

#include <signal.h>
#include <string.h>
#include <sys/stat.h>

#define CONF_MAX (1024 * 1024)

enum err enroll_read_conf(struct buf *ret)
{
	buf_init(ret, CONF_MAX);
	return file_read(ENROLL_CONF, 0, FILE_PUBLIC, ret);
}

enum err enroll_state(const struct buf *text, enum enroll_state *ret)
{
	AUTO_BUF struct buf old = {0};
	enum err e = enroll_read_conf(&old);

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
	enum err e = enroll_read_conf(&old);

	return e == ERR_OK ? file_replace(ENROLL_CONF_OLD, 0644, old.data, old.len) : e;
}

void signals_off(sigset_t *ret_before)
{
	static const int fatal[] = {SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(fatal) / sizeof(fatal[0]); i++)
		sigaddset(&set, fatal[i]);
	sigprocmask(SIG_BLOCK, &set, ret_before);
}

void signals_on(const sigset_t *before)
{
	sigprocmask(SIG_SETMASK, before, NULL);
}

static enum err write_both(const struct buf *text, const struct secret *secret,
    enum enroll_state state, bool *ret_secret_changed)
{
	mode_t saved = umask(022);
	enum err e = dir_ensure(ENCVOY_SYSCONFDIR, 0755, 0);

	umask(saved);
	/* the secret first: a configuration never names one that is not there */
	if (e == ERR_OK && secret)
		e = secretfile_write(ENROLL_SECRET, secret, ret_secret_changed);
	if (e == ERR_OK && state == ENROLL_DIFFERENT)
		e = keep_old();
	if (e == ERR_OK && state != ENROLL_SAME)
		e = file_replace(ENROLL_CONF, 0644, text->data, text->len);
	return e;
}

enum err enroll_write(const struct buf *text, const struct secret *secret, enum enroll_state state,
    bool *ret_secret_changed)
{
	sigset_t before;
	enum err e;

	*ret_secret_changed = false;
	signals_off(&before);
	e = write_both(text, secret, state, ret_secret_changed);
	signals_on(&before);
	return e;
}
