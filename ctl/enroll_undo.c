/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "common/str.h"
#include "ctl/confline.h"
#include "ctl/ctl.h"
#include "ctl/enroll_ssh.h"
#include "ctl/pam_line.h"
#include "ctl/sshd_conf.h"
#include "sys/conffile.h"
#include "sys/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static void name_service(void *arg, const char *service, unsigned types)
{
	AUTO_BUF struct buf text = {0};
	bool *some = arg;

	(void)types;
	buf_init(&text, 4096);
	if (!*some)
		complain("enroll: PAM still asks pam_encvoy.so, in");
	remark("  " PAM_DIR "/%s", shown(&text, service, 200));
	*some = true;
}

/* With these lines and without a configuration nobody of Encvoy ID gets in, and who is at it may be
 * one of them. */
static bool pam_is_free(void)
{
	bool some = false;
	enum err e = pam_uses(name_service, &some);

	if (e != ERR_OK)
		complain_err(PAM_DIR, e);
	else if (!some)
		return true;
	remark("Take these lines out first (pam-auth-update --disable encvoy, where that put\n"
	       "them in); --force goes on without.");
	return false;
}

/* Only ours: another drop-in of that name, or none, is no fault here. */
static int undo_ssh(void)
{
	AUTO_BUF struct buf text = {0};
	enum sshd_dropin was = DROPIN_NONE;

	if (sshd_dropin_read(&text, &was) == ERR_OK && was == DROPIN_OURS)
		return enroll_ssh_undo();
	return EXIT_DONE;
}

/* The former configuration comes back, where there is one. */
static enum err restore(struct enrolment *ret, bool *ret_restored)
{
	AUTO_BUF struct buf text = {0};
	enum enroll_author author;
	enum err e;

	buf_init(&text, 1024 * 1024);
	e = file_read(ENROLL_CONF_OLD, 0, FILE_PUBLIC, &text);
	if (e == ERR_NOT_FOUND)
		return unlink(ENROLL_CONF) == 0 ? ERR_OK : ERR_IO;
	if (e == ERR_OK)
		e = enroll_read(text.len ? (const char *)text.data : "", text.len, ret, &author);
	if (e != ERR_OK)
		return e;
	*ret_restored = true;
	return rename(ENROLL_CONF_OLD, ENROLL_CONF) == 0 ? ERR_OK : ERR_IO;
}

static bool names_our_secret(const struct enrolment *v)
{
	return v->client_secret_file && strcmp(v->client_secret_file, ENROLL_SECRET) == 0;
}

static enum err remove_secret(const struct enrolment *was, const struct enrolment *now)
{
	if (!names_our_secret(was))
		return ERR_OK;
	if (names_our_secret(now)) {
		puts(ENROLL_SECRET ": kept, the former configuration names it, too");
		return ERR_OK;
	}
	if (unlink(ENROLL_SECRET) != 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	puts(ENROLL_SECRET ": removed");
	return ERR_OK;
}

static int take_back(const struct enrolment *was, bool *ret_restored)
{
	AUTO_ENROLMENT struct enrolment now = {0};
	sigset_t before;
	enum err e;

	signals_off(&before);
	e = restore(&now, ret_restored);
	if (e == ERR_OK)
		puts(
		    *ret_restored ? ENROLL_CONF ": the former one again" : ENROLL_CONF ": removed");
	if (e == ERR_OK)
		e = remove_secret(was, &now);
	signals_on(&before);
	return e == ERR_OK ? EXIT_DONE : complain_err(ENCVOY_SYSCONFDIR, e);
}

static bool is_ours(enum enroll_author author, bool force)
{
	if (author == ENROLL_FOREIGN) {
		complain("enroll: " ENROLL_CONF " was not written by enroll, and stays");
		return false;
	}
	if (author == ENROLL_EDITED && !force) {
		complain("enroll: " ENROLL_CONF
			 " was changed since enroll wrote it; --force removes it all the same");
		return false;
	}
	return true;
}

static int undo_conf(bool force, bool *ret_restored)
{
	AUTO_ENROLMENT struct enrolment was = {0};
	AUTO_BUF struct buf text = {0};
	enum enroll_author author = ENROLL_FOREIGN;
	enum err e = enroll_read_conf(&text);

	if (e == ERR_NOT_FOUND) {
		puts(ENROLL_CONF ": not there");
		return EXIT_DONE;
	}
	if (e == ERR_OK)
		e = enroll_read(text.len ? (const char *)text.data : "", text.len, &was, &author);
	if (e != ERR_OK)
		return complain_err(ENROLL_CONF, e);
	return is_ours(author, force) ? take_back(&was, ret_restored) : EXIT_REFUSED;
}

static void tell_rest(bool restored)
{
	AUTO_CONF struct conf conf = {0};
	struct conf_error why = {0};

	printf("Kept, so that everybody gets the same uid again:\n"
	       "  %s: the ledger of uids and names\n"
	       "  %s: the map of users, which go on being known\n",
	    ENCVOY_STATEDIR, ENCVOY_CACHEDIR);
	if (!restored) {
		puts(
		    "What comes next: end encvoyd (systemctl disable --now encvoyd encvoyd.socket\n"
		    "encvoyd-online.socket), and \"encvoy\" may leave /etc/nsswitch.conf.");
		return;
	}
	puts("encvoyd takes it over with: systemctl reload encvoyd");
	if (conffile_load(ENCVOY_SYSCONFDIR, &conf, &why) != ERR_OK)
		confline_complain(&why);
}

int enroll_undo(bool force)
{
	bool restored = false;
	int status;

	if (!force && !pam_is_free())
		return EXIT_REFUSED;
	status = undo_ssh();
	if (status != EXIT_DONE)
		return status;
	status = undo_conf(force, &restored);
	if (status == EXIT_DONE)
		tell_rest(restored);
	return finish_output(status);
}
