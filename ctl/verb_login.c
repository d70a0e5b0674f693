/* SPDX-License-Identifier: MIT */
#include "common/str.h"
#include "ctl/opts.h"
#include "ctl/terminal.h"
#include "pam/converse.h"

#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static enum err show(void *data, const char *text, const char *qr)
{
	(void)data;
	printf("%s\n", text);
	if (*qr)
		printf("%s\n", qr);
	fflush(stdout);
	return ERR_OK;
}

static enum err ask(void *data, const struct msg_ask *question, struct secret **ret_answer)
{
	(void)data;
	return terminal_ask(question->text, question->echo, ret_answer);
}

static int tell(
    const char *verb, const struct msg_login *login, enum err e, const struct msg_result *result)
{
	AUTO_BUF struct buf text = {0};
	const char *id = result->login_id;

	buf_init(&text, 4096);
	if (e == ERR_OK && (login->flags & LOGIN_SET_PASSPHRASE)) {
		printf("The passphrase of %s is set on this host.\n", login->user);
		return finish_output(EXIT_DONE);
	}
	if (e == ERR_OK) {
		printf("granted: %s may use %s (login %s)\n", login->user, login->service, id);
		return finish_output(EXIT_DONE);
	}
	if (e == ERR_NO_DAEMON)
		return complain_err(verb, e);
	complain("%s: %s: %s%s%s%s", verb, result->reason[0] ? result->reason : err_word(e),
	    result->text[0] ? shown(&text, result->text, 600) : err_text(e), *id ? " (login " : "",
	    id, *id ? ")" : "");
	return EXIT_REFUSED;
}

int login_try(const char *verb, const char *user, const char *service, uint32_t flags)
{
	static const char path[] = ENCVOY_RUNDIR "/socket";
	const struct converse_ui ui = {.show = show, .ask = ask};
	struct msg_login login = {.flags = LOGIN_INTERACTIVE | flags};
	struct msg_result result = {0};
	const char *tty = ttyname(STDIN_FILENO);

	if (!str_copy(login.user, sizeof(login.user), user) ||
	    !str_copy(login.service, sizeof(login.service), service)) {
		complain("%s: the user or service name is too long", verb);
		return EXIT_USAGE;
	}
	if (tty)
		(void)str_copy(login.tty, sizeof(login.tty), tty);
	return tell(verb, &login, converse_login(path, &login, &ui, &result), &result);
}

int verb_login(const struct verb *self, int argc, char **argv)
{
	const char *service = "encvoyctl";
	const struct opt table[] = {
	    {"service", OPT_TEXT, &service, "SERVICE", "the PAM service to be tried (encvoyctl)"},
	};
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, OPTS(table, 1, 1), argc, argv, &n);
	return r == OPTS_GO ? login_try("login", argv[0], service, 0) : opts_exit(r);
}

int verb_passphrase(const struct verb *self, int argc, char **argv)
{
	const char *service = "passwd";
	const struct opt table[] = {
	    {"service", OPT_TEXT, &service, "SERVICE", "whose settings count (passwd)"},
	};
	const struct passwd *me = NULL;
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, OPTS(table, 0, 1), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	if (n == 0)
		me = getpwuid(getuid());
	if (n == 0 && !me) {
		complain("passphrase: say whose");
		return EXIT_USAGE;
	}
	return login_try("passphrase", me ? me->pw_name : argv[0], service, LOGIN_SET_PASSPHRASE);
}
