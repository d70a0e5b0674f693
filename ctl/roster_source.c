/* SPDX-License-Identifier: MIT */
#include "ctl/roster_source.h"

#include "common/num.h"
#include "ctl/admin.h"
#include "ctl/ctl.h"
#include "ctl/input.h"
#include "oidc/roster_person.h"

#include <inttypes.h>
#include <string.h>

#define COMPLAINTS_MAX 50

/* The fields of a row of "export", in order. */
enum field {
	F_SUB,
	F_NAME,
	F_GECOS,
	F_LOCALE,
	F_ROLES,
	F_SSH_KEYS,
	F_ID,
	F_BLOCKED,
	F_COUNT,
};

static bool person_of(const struct msg_row *row, struct msg_person *p)
{
	uint64_t id = 0;
	const char *blocked;

	*p = (struct msg_person){0};
	if (row->n != F_COUNT)
		return false;
	blocked = row->fields[F_BLOCKED];
	if (!str_copy(p->sub, sizeof(p->sub), row->fields[F_SUB]) ||
	    !str_copy(p->login, sizeof(p->login), row->fields[F_NAME]) ||
	    !str_copy(p->gecos, sizeof(p->gecos), row->fields[F_GECOS]) ||
	    !str_copy(p->locale, sizeof(p->locale), row->fields[F_LOCALE]) ||
	    !str_copy(p->roles, sizeof(p->roles), row->fields[F_ROLES]) ||
	    !str_copy(p->ssh_keys, sizeof(p->ssh_keys), row->fields[F_SSH_KEYS]))
		return false;
	if (*row->fields[F_ID] &&
	    num_parse(row->fields[F_ID], strlen(row->fields[F_ID]), UINT32_MAX, &id) != ERR_OK)
		return false;
	p->id = (uint32_t)id;
	p->blocked = strcmp(blocked, "yes") == 0;
	return p->blocked || strcmp(blocked, "no") == 0;
}

static int complain_person(const struct msg_row *row, const char *why)
{
	char storage[1200];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	complain(
	    "roster build: sub %s: %s", shown(&text, row->n ? row->fields[F_SUB] : "?", 255), why);
	return EXIT_REFUSED;
}

int roster_from_daemon(struct roster_build *build)
{
	AUTO_FREE struct msg_person *p = calloc(1, sizeof(*p));
	AUTO_ROWS struct rows rows = {0};
	const char *why = "";
	int status = admin_call("export", NULL, 0, &rows);

	if (!p)
		return complain_err("roster build", ERR_NOMEM);
	for (size_t i = 0; status == EXIT_DONE && i < rows.n; i++) {
		if (!person_of(&rows.v[i], p))
			status = complain_person(&rows.v[i], "has a field that no roster can hold");
		else if (roster_build_add(build, p, i, &why) != ERR_OK)
			status = complain_person(&rows.v[i], why);
	}
	return status;
}

struct scan {
	const char *name; /* printable */
	unsigned faults;
	struct msg_person person;
};

static void complain_line(struct scan *s, uint64_t line, const char *why)
{
	if (++s->faults <= COMPLAINTS_MAX)
		complain("%s:%" PRIu64 ": %s", s->name, line, why);
}

/* False when memory is short. */
static bool scan_text(struct scan *s, struct roster_build *build, const struct buf *text)
{
	const char *p = text->len ? (const char *)text->data : "";
	size_t left = text->len;

	for (uint64_t line = 1; left; line++) {
		const char *nl = memchr(p, '\n', left);
		size_t n = nl ? (size_t)(nl - p) : left;
		const char *why = "";
		enum err e = roster_person_parse(p, n, &s->person, &why);

		if (e == ERR_OK)
			e = roster_build_add(build, &s->person, line, &why);
		if (e == ERR_NOMEM)
			return false;
		if (e != ERR_OK)
			complain_line(s, line, why);
		n += nl != NULL;
		p += n;
		left -= n;
	}
	return true;
}

int roster_from_file(struct roster_build *build, const char *path)
{
	AUTO_FREE struct scan *s = calloc(1, sizeof(*s));
	AUTO_BUF struct buf text = {0};
	AUTO_BUF struct buf name = {0};
	bool standard = strcmp(path, "-") == 0;

	buf_init(&text, ROSTER_SIZE_MAX);
	buf_init(&name, 1024);
	if (!s)
		return complain_err("roster build", ERR_NOMEM);
	if (input_read(path, &text) != ERR_OK)
		return EXIT_REFUSED;
	s->name = standard ? "standard input" : shown(&name, path, 200);
	if (!scan_text(s, build, &text))
		return complain_err("roster build", ERR_NOMEM);
	if (s->faults > COMPLAINTS_MAX)
		complain("roster build: and %u more", s->faults - COMPLAINTS_MAX);
	return s->faults ? EXIT_REFUSED : EXIT_DONE;
}
