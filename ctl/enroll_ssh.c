/* SPDX-License-Identifier: MIT */
#include "ctl/enroll_ssh.h"

#include "common/str.h"
#include "ctl/admin.h"
#include "ctl/command.h"
#include "ctl/confline.h"
#include "ctl/ctl.h"
#include "ctl/mkhomedir.h"
#include "ctl/sshd_conf.h"
#include "sys/conffile.h"
#include "sys/file.h"

#include <string.h>
#include <sys/stat.h>

#define GRACE 300
#define GRACE_SPARE 15
#define TEXT_MAX_BYTES 65536
#define LAST_LOGIN 5 /* its column in "user list" */

/* A login that was tried is what tells that the people who are to come in by PAM can. */
static int somebody_signed_in(void)
{
	AUTO_ROWS struct rows rows = {0};
	int status = admin_call("user list", NULL, 0, &rows);

	if (status != EXIT_DONE)
		return status;
	for (size_t i = 0; i < rows.n; i++)
		if (rows.v[i].n > LAST_LOGIN && strcmp(rows.v[i].fields[LAST_LOGIN], "0") != 0)
			return EXIT_DONE;
	complain("enroll: nobody has signed in on this host yet: try \"encvoyctl login NAME\" "
		 "first (--untested does without)");
	return EXIT_REFUSED;
}

static void complain_sshd(const char *what, const struct buf *said)
{
	complain("enroll: %s%s", what, said->len ? ":" : ", and sshd does not say why");
	command_tell(said);
}

static bool holds(struct buf *said, const char *key, const char *value)
{
	size_t len = 0;
	const char *v = sshd_value(said, key, &len);

	return v && slice_is((struct slice){v, len}, value);
}

/* A program of the administrator's own stays. */
static bool keys_are_free(struct buf *said)
{
	static const char ours[] = "encvoyctl authorized-keys";
	size_t len = 0;
	const char *v = sshd_value(said, "authorizedkeyscommand", &len);

	return !v || slice_is((struct slice){v, len}, "none") ||
	       memmem(v, len, ours, strlen(ours)) != NULL;
}

/* What there is before anything is written has to be sound. */
static int plan(struct sshd_wishes *ret, struct buf *ret_text)
{
	AUTO_CONF struct conf conf = {0};
	AUTO_SERVICE struct service_conf sshd = {0};
	AUTO_BUF struct buf said = {0};
	struct conf_error why = {0};
	enum err e = conffile_load(ENCVOY_SYSCONFDIR, &conf, &why);

	if (e == ERR_OK)
		e = conf_service(&conf, "sshd", NULL, 0, &sshd, &why);
	if (e != ERR_OK)
		return confline_complain(&why), EXIT_REFUSED;
	if (!sshd_path())
		return complain("enroll: there is no sshd here"), EXIT_REFUSED;
	if (sshd_check(&said) != ERR_OK)
		return complain_sshd("sshd's own settings are not in order", &said), EXIT_REFUSED;
	ret->grace = sshd.login_timeout + GRACE_SPARE > GRACE
			 ? (unsigned)sshd.login_timeout + GRACE_SPARE
			 : GRACE;
	ret->keys = conf.ssh_key_field && *conf.ssh_key_field && keys_are_free(&said);
	buf_init(ret_text, TEXT_MAX_BYTES);
	sshd_conf_text(ret, ret_text);
	return ret_text->err == ERR_OK ? EXIT_DONE : complain_err("enroll", ret_text->err);
}

/* sshd_config may lack its Include, or an earlier drop-in may say otherwise. */
static bool accepted(const struct sshd_wishes *w)
{
	AUTO_BUF struct buf said = {0};
	char grace[16];

	snprintf(grace, sizeof(grace), "%u", w->grace);
	if (sshd_check(&said) != ERR_OK) {
		complain_sshd("sshd does not take " SSHD_DROPIN, &said);
		return false;
	}
	if (holds(&said, "kbdinteractiveauthentication", "yes") && holds(&said, "usepam", "yes") &&
	    holds(&said, "logingracetime", grace))
		return true;
	complain(
	    "enroll: " SSHD_DROPIN " has no effect: sshd_config has no \"Include " SSHD_DROPIN_DIR
	    "/*.conf\" at its start, or an earlier file there says otherwise");
	return false;
}

static enum err put_back(enum sshd_dropin was, const struct buf *old)
{
	if (was == DROPIN_NONE)
		return unlink(SSHD_DROPIN) == 0 ? ERR_OK : ERR_IO;
	return file_replace(SSHD_DROPIN, 0644, old->data, old->len);
}

static bool is_directory(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && S_ISDIR(st.st_mode);
}

static int write_dropin(const struct sshd_wishes *w, const struct buf *text, bool force)
{
	AUTO_BUF struct buf old = {0};
	enum sshd_dropin was = DROPIN_NONE;
	enum err e = sshd_dropin_read(&old, &was);

	if (e != ERR_OK)
		return complain_err(SSHD_DROPIN, e);
	if (old.len == text->len && memcmp(old.data, text->data, old.len) == 0) {
		puts(SSHD_DROPIN ": unchanged");
		return accepted(w) ? EXIT_DONE : EXIT_REFUSED;
	}
	if (was != DROPIN_NONE && !force) {
		complain(
		    "enroll: " SSHD_DROPIN " exists and says something else; --force replaces it");
		return EXIT_REFUSED;
	}
	if (!is_directory(SSHD_DROPIN_DIR)) {
		complain("enroll: there is no " SSHD_DROPIN_DIR "; put into sshd_config:\n%.*s",
		    (int)text->len, (const char *)text->data);
		return EXIT_REFUSED;
	}
	e = file_replace(SSHD_DROPIN, 0644, text->data, text->len);
	if (e != ERR_OK)
		return complain_err(SSHD_DROPIN, e);
	if (!accepted(w)) {
		e = put_back(was, &old);
		if (e != ERR_OK)
			return complain_err(SSHD_DROPIN ": it could not be removed again", e);
		complain("enroll: sshd's settings are what they were");
		return EXIT_REFUSED;
	}
	puts(SSHD_DROPIN ": written\nsshd takes it over with: systemctl reload ssh");
	return EXIT_DONE;
}

int enroll_ssh(bool untested, bool force)
{
	AUTO_BUF struct buf text = {0};
	struct sshd_wishes w = {0};
	int status = plan(&w, &text);

	if (status == EXIT_DONE && !untested)
		status = somebody_signed_in();
	if (status == EXIT_DONE)
		status = write_dropin(&w, &text, force);
	if (status == EXIT_DONE)
		status = mkhomedir_on();
	return finish_output(status);
}

static int remove_dropin(void)
{
	AUTO_BUF struct buf old = {0};
	AUTO_BUF struct buf said = {0};
	enum sshd_dropin was = DROPIN_NONE;
	enum err e = sshd_dropin_read(&old, &was);

	if (e != ERR_OK)
		return complain_err(SSHD_DROPIN, e);
	if (was == DROPIN_FOREIGN) {
		complain("enroll: " SSHD_DROPIN " was not written by enroll, and stays");
		return EXIT_REFUSED;
	}
	if (was == DROPIN_NONE) {
		puts(SSHD_DROPIN ": not there");
		return EXIT_DONE;
	}
	if (unlink(SSHD_DROPIN) != 0)
		return complain_err(SSHD_DROPIN, ERR_IO);
	puts(SSHD_DROPIN ": removed\nsshd takes it over with: systemctl reload ssh");
	if (sshd_path() && sshd_check(&said) != ERR_OK) {
		complain_sshd("sshd's own settings are not in order", &said);
		return EXIT_REFUSED;
	}
	return EXIT_DONE;
}

/* Both, whatever becomes of the other. */
int enroll_ssh_undo(void)
{
	int dropin = remove_dropin();
	int homes = mkhomedir_off();

	return finish_output(dropin != EXIT_DONE ? dropin : homes);
}
