/* SPDX-License-Identifier: MIT */
#include "common/num.h"
#include "common/str.h"
#include "ctl/admin.h"
#include "ctl/input.h"
#include "ctl/opts.h"
#include "ctl/people.h"

#include <stdio.h>
#include <string.h>

#define IMPORT_MAX (256 * 1024 * 1024)
#define COMPLAINTS_MAX 50

struct import {
	const char *file;
	unsigned faults;
};

static void complain_line(void *arg, unsigned line, const char *why)
{
	struct import *m = arg;
	char storage[1024];
	struct buf text;

	if (++m->faults > COMPLAINTS_MAX)
		return;
	buf_init_fixed(&text, storage, sizeof(storage));
	complain("%s:%u: %s", shown(&text, m->file, 200), line, why);
}

/* What encvoyd has against one line: it knows names, users and reservations. */
static void complain_answer(
    struct import *m, const struct person *one, enum err e, const struct msg_result *result)
{
	AUTO_BUF struct buf why = {0};
	AUTO_BUF struct buf text = {0};

	buf_init(&why, 8192);
	buf_init(&text, 4096);
	buf_printf(&why, "%s: %s", err_word(e),
	    result->text[0] ? shown(&text, result->text, 600) : err_text(e));
	complain_line(m, one->line, buf_cstr(&why) ? buf_cstr(&why) : err_word(e));
}

/* Errors that end the conversation, whatever line they came at. */
static bool is_over(enum err e)
{
	return e == ERR_CLOSED || e == ERR_TIMEOUT || e == ERR_PROTOCOL || e == ERR_VERSION ||
	       e == ERR_NO_DAEMON || e == ERR_PERMISSION || e == ERR_IO || e == ERR_NOMEM;
}

static int send_all(struct import *m, const struct people *people, int fd)
{
	struct msg_result result = {0};
	enum err e = ERR_OK;

	for (size_t i = 0; i < people->n; i++) {
		const struct person *one = &people->v[i];
		const char *args[] = {one->sub, one->name, one->gecos};
		AUTO_ROWS struct rows rows = {0};

		e = admin_ask(fd, "user import", args, *one->gecos ? 3 : 2, &rows, &result);
		if (is_over(e))
			return admin_complain("user import", e, &result);
		if (e != ERR_OK)
			complain_answer(m, one, e, &result);
	}
	return m->faults ? EXIT_REFUSED : EXIT_DONE;
}

/* encvoyd counts the lines it was given: "line 3 (17 alice): ..." is our third. */
static int complain_commit(
    struct import *m, const struct people *people, enum err e, const struct msg_result *result)
{
	const char *digits = str_starts(result->text, "line ") ? result->text + 5 : "";
	size_t len = strspn(digits, "0123456789");
	struct msg_result rest = *result;
	uint64_t number = 0;

	if (num_parse(digits, len, people->n, &number) != ERR_OK || !number)
		return admin_complain("user import", e, result);
	(void)str_copy(rest.text, sizeof(rest.text), digits + len + strspn(digits + len, " "));
	complain_answer(m, &people->v[number - 1], e, &rest);
	return EXIT_REFUSED;
}

static int import(struct import *m, const struct people *people)
{
	AUTO_ROWS struct rows rows = {0};
	struct msg_result result = {0};
	AUTO_FD int fd = -1;
	enum err e = admin_open(&fd);
	int status;

	if (e != ERR_OK)
		return complain_err("user import", e);
	status = send_all(m, people, fd);
	if (status != EXIT_DONE)
		return status;
	e = admin_ask(fd, "user import commit", NULL, 0, &rows, &result);
	if (e != ERR_OK)
		return complain_commit(m, people, e, &result);
	remark("%zu %s imported", people->n, people->n == 1 ? "person" : "people");
	return EXIT_DONE;
}

static int refuse(const struct import *m)
{
	if (m->faults > COMPLAINTS_MAX)
		complain("user import: and %u more", m->faults - COMPLAINTS_MAX);
	complain("user import: nothing was changed");
	return EXIT_REFUSED;
}

int verb_user_import(const struct verb *self, int argc, char **argv)
{
	AUTO_PEOPLE struct people people = {0};
	AUTO_BUF struct buf text = {0};
	struct import m = {0};
	enum opts_result r;
	int n = 0, status;
	enum err e;

	r = opts_parse(self, &(const struct opts){NULL, 0, 1, 1}, argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	m.file = strcmp(argv[0], "-") == 0 ? "standard input" : argv[0];
	buf_init(&text, IMPORT_MAX);
	if (input_read(argv[0], &text) != ERR_OK)
		return EXIT_REFUSED;
	e = people_parse(
	    text.data ? (const char *)text.data : "", text.len, complain_line, &m, &people);
	if (e == ERR_CONFIG)
		return refuse(&m);
	if (e != ERR_OK)
		return complain_err("user import", e);
	status = import(&m, &people);
	return status == EXIT_REFUSED && m.faults ? refuse(&m) : status;
}
