/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "common/str.h"
#include "ctl/admin.h"
#include "ctl/ask.h"
#include "ctl/ctl.h"
#include "sys/localdb.h"

#include <stdio.h>
#include <string.h>

/* What the person is called here already; "" when encvoyd does not know them. */
static enum err name_now(struct enroll *e)
{
	char argument[SUB_MAX_LEN + 5];
	const char *args[] = {argument};
	AUTO_ROWS struct rows rows = {0};
	struct msg_result result;
	AUTO_FD int fd = -1;
	enum err code = admin_open(&fd);

	snprintf(argument, sizeof(argument), "sub:%s", e->person.sub);
	if (code == ERR_OK)
		code = admin_ask(fd, "user show", args, 1, &rows, &result);
	if (code == ERR_OK)
		(void)str_copy(e->name, sizeof(e->name), rows_value(&rows, "name"));
	return code == ERR_UNKNOWN_USER || code == ERR_NOT_FOUND ? ERR_OK : code;
}

/* A login that can be a name here as it is; nothing is made to fit. */
static const char *proposal(const struct enroll_person *p)
{
	struct local_user user;

	if (!name_ok(p->login, strlen(p->login)) || name_reserved(p->login) ||
	    localdb_user(p->login, &user) != ERR_NOT_FOUND ||
	    localdb_group(p->login) != ERR_NOT_FOUND)
		return "-";
	return p->login;
}

/* Bound by encvoyd, which knows what is taken and reserved: as by "user map". */
static bool take_name(void *arg, const char *answer)
{
	struct enroll *e = arg;
	const char *args[] = {e->person.sub, answer};
	AUTO_ROWS struct rows rows = {0};
	struct msg_result result = {0};
	AUTO_FD int fd = -1;
	enum err code;

	if (strcmp(answer, "-") == 0)
		return true;
	if (!name_ok(answer, strlen(answer))) {
		remark(
		    "A name is small letters, digits, '_', '-' and single dots, at most 32, with\n"
		    "a letter or '_' first.");
		return false;
	}
	code = admin_open(&fd);
	if (code == ERR_OK)
		code = admin_ask(fd, "user map", args, 2, &rows, &result);
	if (code != ERR_OK) {
		admin_complain("user map", code, &result);
		return false;
	}
	(void)str_copy(e->name, sizeof(e->name), answer);
	printf("%s: number %s, uid %s\n", answer, e->person.sub, rows_value(&rows, "uid"));
	return true;
}

static enum err bind_name(struct enroll *e)
{
	const struct template_values values = {.sub = e->person.sub};
	char by_sub[NAME_MAX_LEN + 1] = "";
	char question[SUB_MAX_LEN + 128];
	enum err code = name_now(e);

	if (code != ERR_OK)
		return code;
	(void)template_expand(NAME_BY_SUB, &values, by_sub, sizeof(by_sub));
	if (*e->name && strcmp(e->name, by_sub) != 0) {
		printf("Number %s is %s on this host.\n", e->person.sub, e->name);
		return ERR_OK;
	}
	snprintf(question, sizeof(question), "User name for number %s (-: %s stays)", e->person.sub,
	    *by_sub ? by_sub : "none");
	code = ask_text(question, proposal(&e->person), take_name, e);
	if (code == ERR_OK && !*e->name)
		(void)str_copy(e->name, sizeof(e->name), by_sub);
	return code;
}

void enroll_bind(struct enroll *e)
{
	char question[NAME_MAX_LEN + 96];
	bool wanted = false;
	enum err code;

	e->taken = enroll_daemon();
	if (!e->taken || !*e->person.sub)
		return;
	code = bind_name(e);
	if (code != ERR_OK && code != ERR_CANCELLED && code != ERR_NO_ANSWER)
		complain_err("enroll", code);
	if (code != ERR_OK || !*e->name)
		return;
	snprintf(question, sizeof(question), "Log in as %s through encvoyd, as PAM will?", e->name);
	if (ask_yes(question, true, &wanted) == ERR_OK && wanted)
		e->tested = login_try("login", e->name, "encvoyctl", 0) == EXIT_DONE;
}
