/* SPDX-License-Identifier: MIT */
#include "ctl/mkhomedir.h"

#include "common/str.h"
#include "ctl/command.h"
#include "ctl/ctl.h"
#include "sys/file.h"

#include <string.h>

#define UPDATE "/usr/sbin/pam-auth-update"
#define PROFILE "encvoy-mkhomedir" /* ctl/encvoy-mkhomedir, installed */
#define PROFILE_FILE "/usr/share/pam-configs/" PROFILE
#define SESSION "/etc/pam.d/common-session"
#define CHOSEN "/var/lib/pam/session" /* what pam-auth-update wrote there, profile by profile */
#define LINE "session optional pam_mkhomedir.so umask=0077"
#define TEXT_MAX_BYTES (1024 * 1024)

/* Whether a line that is no comment holds the text. */
static enum err has_line(const char *path, const char *text, bool *ret)
{
	AUTO_BUF struct buf content = {0};
	struct slice rest, line;
	enum err e;

	*ret = false;
	buf_init(&content, TEXT_MAX_BYTES);
	e = file_read(path, 0, FILE_PUBLIC, &content);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	rest = (struct slice){(const char *)content.data, content.len};
	while (slice_next(&rest, "\n", &line))
		if (line.p[0] != '#' && memmem(line.p, line.len, text, strlen(text)))
			*ret = true;
	return ERR_OK;
}

struct homes {
	bool made; /* by some line */
	bool ours; /* our profile is chosen */
};

static int look(struct homes *ret)
{
	enum err e = has_line(SESSION, "pam_mkhomedir.so", &ret->made);

	if (e != ERR_OK)
		return complain_err(SESSION, e);
	e = has_line(CHOSEN, "Module: " PROFILE, &ret->ours);
	return e == ERR_OK ? EXIT_DONE : complain_err(CHOSEN, e);
}

/* Runs it and looks whether that is what became of it: it leaves files alone that were edited. */
static int update(const char *action, bool wanted)
{
	AUTO_BUF struct buf said = {0};
	struct homes now = {0};
	enum err e;
	int status;

	buf_init(&said, 4096);
	e = command_run((const char *const[]){UPDATE, "--package", action, PROFILE, NULL}, &said);
	status = look(&now);
	if (status != EXIT_DONE)
		return status;
	if (e == ERR_OK && now.ours == wanted && (now.made || !wanted))
		return EXIT_DONE;
	complain("enroll: \"pam-auth-update %s " PROFILE "\" did not do it", action);
	command_tell(&said);
	return EXIT_REFUSED;
}

int mkhomedir_on(void)
{
	struct homes before = {0};
	int status = look(&before);

	if (status != EXIT_DONE)
		return status;
	if (before.made) {
		printf("pam_mkhomedir: %s\n",
		    before.ours ? "unchanged"
				: "on already, by a line of yours: see that it has umask=0077");
		return EXIT_DONE;
	}
	if (access(UPDATE, X_OK) != 0 || access(PROFILE_FILE, R_OK) != 0) {
		complain("enroll: " UPDATE " or " PROFILE_FILE
			 " is missing; add to the session lines of the services: " LINE);
		return EXIT_REFUSED;
	}
	status = update("--enable", true);
	if (status == EXIT_DONE)
		puts("pam_mkhomedir: on, for homes that nobody else can read");
	else
		complain("enroll: the line by hand: " LINE);
	return status;
}

int mkhomedir_off(void)
{
	struct homes before = {0};
	int status = look(&before);

	if (status != EXIT_DONE)
		return status;
	if (!before.ours) {
		puts("pam_mkhomedir: not turned on by enroll");
		return EXIT_DONE;
	}
	status = update("--disable", false);
	if (status == EXIT_DONE)
		puts("pam_mkhomedir: off");
	return status;
}
