/* SPDX-License-Identifier: MIT */
/* `export` and `unserved`: what a roster is made of, and who would be in one under no name. */
#include "encvoyd/admin_verbs.h"

#include "common/num.h"
#include "common/record.h"
#include "common/str.h"
#include "encvoyd/dirstage.h"
#include "encvoyd/ids.h"
#include "encvoyd/person.h"
#include "encvoyd/served.h"

#include <stdio.h>
#include <string.h>

struct run {
	const struct admin *a;
	struct list_place *place;
	size_t n;
};

static enum err went(struct run *r, const char *sub)
{
	r->n++;
	return str_copy(r->place->after, sizeof(r->place->after), sub) ? ERR_OK : ERR_INTERNAL;
}

/* An id that follows from the sub is not written down: every host computes it. */
static void id_text(const struct entry *entry, char text[16])
{
	uint64_t n;

	text[0] = 0;
	if (num_parse(entry->sub, strlen(entry->sub), ID_SUB_SPAN - 1, &n) != ERR_OK)
		snprintf(text, 16, "%u", entry->uid);
}

static enum err export_row(
    struct run *r, const struct entry *entry, const struct person *person, const char *name)
{
	const struct msg_person *p = &person->p;
	const char *gecos = p->gecos[0]       ? p->gecos
			    : entry->gecos[0] ? entry->gecos
					      : entry->display;
	char id[16];
	const char *fields[] = {entry->sub, name, gecos, p->locale[0] ? p->locale : entry->locale,
	    p->roles, p->ssh_keys, id, entry->blocked || p->blocked ? "yes" : "no"};

	id_text(entry, id);
	return r->a->row(r->a->arg, fields, sizeof(fields) / sizeof(fields[0]));
}

static enum err export_one(void *arg, const struct entry *entry)
{
	static struct person person; /* 40 KiB */
	struct run *r = arg;
	struct msg_passwd served;
	enum err e = served_record(r->a->ids, r->a->conf, entry, &served);

	if (is_fatal(e))
		return e;
	if (e == ERR_OK && !entry->deleted) {
		e = person_get(r->a->ids->db, r->a->conf->issuer, entry->sub, &person);
		if (e == ERR_NOT_FOUND)
			person = (struct person){0};
		else if (e != ERR_OK)
			return e;
		e = person.dropped || person.p.deleted ? ERR_OK
						       : export_row(r, entry, &person, served.name);
		if (e != ERR_OK)
			return e;
	}
	return went(r, entry->sub);
}

static enum err export_step(const struct admin *a, struct list_place *place, size_t *ret_n)
{
	struct run r = {.a = a, .place = place};
	char after[SUB_MAX_LEN + 1];
	enum err e;

	memcpy(after, place->after, sizeof(after));
	e = entry_each(a->ids->db, a->conf->issuer, after, ADMIN_STEP, export_one, &r);
	*ret_n = r.n;
	return e;
}

enum err admin_export(struct call *c)
{
	c->s->list = (struct list_place){.running = true, .step = export_step};
	return admin_list_go_on(c->a, &c->s->list, &c->out->more);
}

static enum err unserved_one(void *arg, const char *sub, const char *login, const char *reason)
{
	struct run *r = arg;
	const char *fields[] = {sub, login, reason};
	enum err e = r->a->row(r->a->arg, fields, sizeof(fields) / sizeof(fields[0]));

	return e == ERR_OK ? went(r, sub) : e;
}

static enum err unserved_step(const struct admin *a, struct list_place *place, size_t *ret_n)
{
	struct run r = {.a = a, .place = place};
	char after[SUB_MAX_LEN + 1];
	enum err e;

	memcpy(after, place->after, sizeof(after));
	e = dirstage_each_noted(a->ids->db, after, ADMIN_STEP, unserved_one, &r);
	*ret_n = r.n;
	return e;
}

enum err admin_unserved(struct call *c)
{
	c->s->list = (struct list_place){.running = true, .step = unserved_step};
	return admin_list_go_on(c->a, &c->s->list, &c->out->more);
}
