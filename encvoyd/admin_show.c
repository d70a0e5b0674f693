/* SPDX-License-Identifier: MIT */
#include "encvoyd/admin_verbs.h"

#include "common/str.h"
#include "encvoyd/ids.h"
#include "encvoyd/names.h"
#include "encvoyd/person.h"
#include "encvoyd/served.h"

#include <stdio.h>
#include <string.h>

static const char *yes_no(bool flag)
{
	return flag ? "yes" : "no";
}

static const char *bound_by(const struct entry *entry)
{
	return entry->bound_name[0] ? entry->bound_by : "template";
}

/* What an entry would be called, be it served or not. */
static const char *name_to_show(
    const struct admin *a, const struct entry *entry, char name[NAME_MAX_LEN + 1])
{
	const struct template_values values = {.sub = entry->sub};

	if (entry->bound_name[0])
		return entry->bound_name;
	return template_expand(a->conf->service.user_name, &values, name, NAME_MAX_LEN + 1) ==
		       ERR_OK
		   ? name
		   : "";
}

static enum err rows_served(const struct admin *a, const struct entry *entry)
{
	struct msg_passwd served;
	enum err why = served_record(a->ids, a->conf, entry, &served);
	enum err e;

	if (is_fatal(why))
		return why;
	e = admin_kv(a, "gecos", why == ERR_OK ? served.gecos : entry->gecos);
	if (e == ERR_OK)
		e = admin_kv(a, "home", why == ERR_OK ? served.home : "");
	if (e == ERR_OK)
		e = admin_kv(a, "shell", why == ERR_OK ? served.shell : "");
	if (e == ERR_OK)
		e = admin_kv(a, "served", why == ERR_OK ? "yes" : err_word(why));
	return e;
}

static enum err rows_times(const struct admin *a, const struct entry *entry)
{
	enum err e = admin_kv_number(a, "first_seen", entry->first_seen);

	if (e == ERR_OK)
		e = admin_kv_number(a, "last_login", entry->last_login);
	if (e == ERR_OK)
		e = admin_kv_number(a, "last_full_login", entry->last_full_login);
	return e;
}

/* What the directory says of somebody, and whether it still does. */
static enum err directory_of(
    const struct admin *a, const char *sub, struct person *ret, const char **ret_state)
{
	enum err e = person_get(a->ids->db, a->conf->issuer, sub, ret);

	if (e == ERR_NOT_FOUND)
		*ret = (struct person){0};
	*ret_state = e == ERR_NOT_FOUND ? "no" : ret->dropped ? "dropped" : "yes";
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Roles one after the other, as the rows are lines. */
static enum err row_roles(const struct admin *a, char roles[ROLES_MAX + 1])
{
	for (char *p = strchr(roles, '\n'); p; p = strchr(p, '\n'))
		*p = ' ';
	return admin_kv(a, "roles", roles);
}

static enum err rows_directory(const struct admin *a, const struct entry *entry)
{
	static struct person person; /* 40 KiB */
	const char *state = "";
	enum err e = directory_of(a, entry->sub, &person, &state);

	if (e == ERR_OK)
		e = admin_kv(a, "in_directory", state);
	if (e == ERR_OK)
		e = admin_kv(a, "login", person.p.login);
	return e == ERR_OK ? row_roles(a, person.p.roles) : e;
}

static enum err rows_provider(const struct admin *a, const struct entry *entry)
{
	enum err e = admin_kv(a, "display", entry->display);

	if (e == ERR_OK)
		e = admin_kv(a, "locale", entry->locale);
	if (e == ERR_OK)
		e = admin_kv(a, "blocked", yes_no(entry->blocked));
	if (e == ERR_OK)
		e = admin_kv(a, "deleted", yes_no(entry->deleted));
	return e;
}

enum err admin_entry_rows(const struct admin *a, const struct entry *entry)
{
	char name[NAME_MAX_LEN + 1];
	enum err e = admin_kv(a, "name", name_to_show(a, entry, name));

	if (e == ERR_OK)
		e = admin_kv(a, "sub", entry->sub);
	if (e == ERR_OK)
		e = admin_kv_number(a, "uid", entry->uid);
	if (e == ERR_OK)
		e = admin_kv(a, "bound_by", bound_by(entry));
	if (e == ERR_OK)
		e = rows_served(a, entry);
	if (e == ERR_OK)
		e = rows_provider(a, entry);
	if (e == ERR_OK)
		e = rows_directory(a, entry);
	if (e == ERR_OK)
		e = rows_times(a, entry);
	return e;
}

enum err admin_user_show(struct call *c)
{
	struct entry entry;
	enum err e = admin_find(c->a, c->args[0], &entry);

	return e == ERR_OK ? admin_entry_rows(c->a, &entry) : e;
}

struct listing {
	const struct admin *a;
	struct list_place *place;
	size_t n;
};

static enum err list_one(void *arg, const struct entry *entry)
{
	struct listing *l = arg;
	static struct person person; /* 40 KiB */
	char name[NAME_MAX_LEN + 1], uid[16], last_login[24];
	const char *fields[] = {name_to_show(l->a, entry, name), uid, entry->sub, bound_by(entry),
	    yes_no(entry->blocked), last_login, entry->gecos, person.p.login, ""};
	enum err e = directory_of(l->a, entry->sub, &person, &fields[8]);

	if (e != ERR_OK)
		return e;

	snprintf(uid, sizeof(uid), "%u", entry->uid);
	snprintf(last_login, sizeof(last_login), "%lld", (long long)entry->last_login);
	e = l->a->row(l->a->arg, fields, sizeof(fields) / sizeof(fields[0]));
	if (e != ERR_OK)
		return e;
	l->n++;
	return str_copy(l->place->after, sizeof(l->place->after), entry->sub) ? ERR_OK
									      : ERR_INTERNAL;
}

static enum err list_step_users(const struct admin *a, struct list_place *place, size_t *ret_n)
{
	struct listing l = {.a = a, .place = place};
	char after[SUB_MAX_LEN + 1];
	enum err e;

	memcpy(after, place->after, sizeof(after));
	e = entry_each(a->ids->db, a->conf->issuer, after, ADMIN_STEP, list_one, &l);
	*ret_n = l.n;
	return e;
}

enum err admin_list_go_on(const struct admin *a, struct list_place *place, bool *ret_more)
{
	size_t n = 0;
	enum err e;

	if (!place->running)
		return ERR_PROTOCOL;
	e = place->step(a, place, &n);
	place->running = e == ERR_OK && n == ADMIN_STEP;
	if (e == ERR_OK)
		*ret_more = place->running;
	return e;
}

enum err admin_user_list(struct call *c)
{
	c->s->list = (struct list_place){.running = true, .step = list_step_users};
	return admin_list_go_on(c->a, &c->s->list, &c->out->more);
}

/* The account phase as it would go now; a service that is not configured right refuses too. */
static enum err dry_run(
    const struct admin *a, const char *user, const char *service, struct decision *d)
{
	AUTO_SERVICE struct service_conf s = {0};
	struct conf_error why;
	enum err e = conf_service(a->conf, service, NULL, 0, &s, &why);

	if (e == ERR_OK)
		return identity_account(a->ids, a->conf, &s, user, a->now, d);
	*d = (struct decision){.verdict.code = e};
	(void)snprintf(d->verdict.at, sizeof(d->verdict.at), "%.200s:%u", why.file, why.line);
	return e;
}

static enum err rows_who(const struct admin *a, const struct decision *d, const char *user)
{
	struct entry entry = {0};
	enum err e = entry_get(a->ids->db, a->conf->issuer, d->sub, &entry);

	if (e == ERR_OK || e == ERR_NOT_FOUND)
		e = admin_kv(a, "user", user);
	if (e == ERR_OK)
		e = admin_kv(a, "sub", d->sub);
	if (e == ERR_OK)
		e = d->uid ? admin_kv_number(a, "uid", d->uid) : admin_kv(a, "uid", "");
	if (e == ERR_OK)
		e = admin_kv(a, "bound_by", d->sub[0] ? bound_by(&entry) : "");
	if (e == ERR_OK)
		e = admin_kv(a, "blocked", yes_no(entry.blocked));
	if (e == ERR_OK)
		e = admin_kv_number(a, "last_full_login", entry.last_full_login);
	return e;
}

enum err admin_why(struct call *c)
{
	struct decision d;
	enum err code = dry_run(c->a, c->args[0], c->args[1], &d);
	enum err e;

	if (is_fatal(code))
		return code;
	e = rows_who(c->a, &d, c->args[0]);
	if (e == ERR_OK)
		e = admin_kv(c->a, "decision", code == ERR_OK ? "allowed" : "refused");
	if (e == ERR_OK)
		e = admin_kv(c->a, "reason", err_word(code));
	if (e == ERR_OK)
		e = admin_kv(c->a, "rule", d.verdict.rule);
	if (e == ERR_OK)
		e = admin_kv(c->a, "at", d.verdict.at);
	return e;
}
