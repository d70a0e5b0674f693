/* SPDX-License-Identifier: MIT */
#include "encvoyd/admin_verbs.h"

#include "common/str.h"
#include "encvoyd/ids.h"
#include "encvoyd/ledger.h"
#include "encvoyd/names.h"

#include <string.h>

/* The name of a local_user is the machine's and is not bound to anybody. */
static enum err record_name(const struct admin *a, const char *sub, const char *name)
{
	if (locals_has_name(a->ids->locals, name))
		return ERR_OK;
	return names_record(a->ids->db, a->conf->issuer, sub, name, a->now);
}

/* Writes an entry with the names it has or loses; ledger first, everything else refers to it. */
static enum err write_entry(const struct admin *a, struct entry *entry, const char *name)
{
	struct ledger_plan plan;
	const char *issuer = a->conf->issuer;
	enum err e = ledger_plan(a->ids, a->conf, entry->sub, &plan);

	if (e == ERR_OK)
		e = ledger_write(a->ids->db, issuer, entry->sub, &plan, a->now);
	if (e == ERR_OK)
		e = record_name(a, entry->sub, name);
	if (e == ERR_OK)
		e = entry_put(a->ids->db, issuer, entry);
	if (e == ERR_OK)
		entry->uid = plan.uid;
	return e;
}

static enum err set_texts(const struct binding *b, struct entry *entry)
{
	if (!gecos_ok(b->gecos))
		return ERR_SYNTAX;
	if (b->gecos[0] && !str_copy(entry->gecos, sizeof(entry->gecos), b->gecos))
		return ERR_TOO_LONG;
	if (!b->name[0])
		return ERR_OK;
	if (!str_copy(entry->bound_name, sizeof(entry->bound_name), b->name))
		return ERR_BAD_NAME;
	return str_copy(entry->bound_by, sizeof(entry->bound_by), b->by) ? ERR_OK : ERR_INTERNAL;
}

enum err admin_bind(const struct admin *a, const struct binding *b, struct entry *ret)
{
	struct entry entry = {.first_seen = a->now};
	char name[NAME_MAX_LEN + 1];
	enum err e = entry_get(a->ids->db, a->conf->issuer, b->sub, &entry);

	if (e == ERR_NOT_FOUND)
		e = str_copy(entry.sub, sizeof(entry.sub), b->sub) ? ERR_OK : ERR_BAD_SUB;
	if (e != ERR_OK)
		return e;
	if (b->name[0] && entry.bound_name[0] && strcmp(entry.bound_name, b->name) != 0)
		return ERR_EXISTS;
	e = set_texts(b, &entry);
	if (e == ERR_OK)
		e = names_of(
		    a->ids, a->conf, a->conf->service.user_name, entry.sub, entry.bound_name, name);
	if (e == ERR_OK)
		e = write_entry(a, &entry, name);
	if (e == ERR_OK)
		*ret = entry;
	return e;
}

static void say_changed(struct call *c, const struct entry *entry)
{
	c->out->changed = true;
	(void)str_copy(c->out->sub, sizeof(c->out->sub), entry->sub);
}

/* Ends the transaction that the caller began, shows the entry and has the map published. */
static enum err conclude(struct call *c, enum err e, const struct entry *entry)
{
	if (e == ERR_OK)
		e = db_commit(c->a->ids->db);
	else
		db_rollback(c->a->ids->db);
	if (e != ERR_OK)
		return e;
	say_changed(c, entry);
	return admin_entry_rows(c->a, entry);
}

static enum err bind_alone(struct call *c, const struct binding *b)
{
	struct entry entry;
	enum err e = db_begin(c->a->ids->db);

	if (e != ERR_OK)
		return e;
	e = admin_bind(c->a, b, &entry);
	return conclude(c, e, &entry);
}

enum err admin_user_add(struct call *c)
{
	const struct binding b = {.sub = c->args[0],
	    .name = c->n > 1 ? c->args[1] : "",
	    .gecos = c->n > 2 ? c->args[2] : "",
	    .by = "add"};
	struct entry entry;
	enum err e = entry_get(c->a->ids->db, c->a->conf->issuer, b.sub, &entry);

	if (e == ERR_OK) {
		admin_say(c, "sub %s is here already; see user map, user rename", b.sub);
		return ERR_EXISTS;
	}
	return e == ERR_NOT_FOUND ? bind_alone(c, &b) : e;
}

enum err admin_user_map(struct call *c)
{
	const struct binding b = {.sub = c->args[0], .name = c->args[1], .gecos = "", .by = "map"};
	enum err e;

	if (!b.name[0])
		return ERR_BAD_NAME;
	e = bind_alone(c, &b);
	if (e == ERR_EXISTS)
		admin_say(c, "sub %s has another name already; see user rename", b.sub);
	return e;
}

/* The old name stays this person's, whether it was ever written down or not. */
static enum err rename_rows(const struct admin *a, struct entry *entry, const char *name)
{
	const char *tpl = a->conf->service.user_name;
	char old[NAME_MAX_LEN + 1];
	enum err e = names_of(a->ids, a->conf, tpl, entry->sub, entry->bound_name, old);

	if (e == ERR_OK)
		e = record_name(a, entry->sub, old);
	if (is_fatal(e))
		return e;
	e = names_check(a->ids, a->conf, tpl, entry->sub, name);
	if (e != ERR_OK)
		return e;
	if (!str_copy(entry->bound_name, sizeof(entry->bound_name), name) ||
	    !str_copy(entry->bound_by, sizeof(entry->bound_by), "rename"))
		return ERR_BAD_NAME;
	return write_entry(a, entry, name);
}

enum err admin_user_rename(struct call *c)
{
	struct entry entry;
	enum err e = admin_find(c->a, c->args[0], &entry);

	if (e == ERR_OK)
		e = db_begin(c->a->ids->db);
	if (e != ERR_OK)
		return e;
	e = rename_rows(c->a, &entry, c->args[1]);
	return conclude(c, e, &entry);
}

enum err admin_user_remove(struct call *c)
{
	struct entry entry;
	enum err e = admin_find(c->a, c->args[0], &entry);

	if (e == ERR_OK)
		e = entry_remove(c->a->ids->db, c->a->conf->issuer, entry.sub);
	if (e == ERR_OK)
		say_changed(c, &entry);
	return e;
}
