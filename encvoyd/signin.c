/* SPDX-License-Identifier: MIT */
/* identity_login: the decision after a verified sign-in, and what it leaves in the database. */
#include "encvoyd/identity.h"

#include "common/str.h"
#include "encvoyd/entry.h"
#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/ledger.h"
#include "encvoyd/localuser.h"
#include "encvoyd/names.h"
#include "encvoyd/standing.h"
#include "encvoyd/used.h"

#include <string.h>

/* Logins within this time of the last recorded one are not worth a write of their own. */
#define FRESH_SECONDS 60

struct signin {
	struct identities *ids;
	const struct conf *conf;
	const struct service_conf *service;
	const struct msg_identity *who;
	int64_t now;
	bool known;
	struct entry entry;
	struct ledger_plan plan;
	char host_name[NAME_MAX_LEN + 1]; /* as NSS will show it; "": not at all */
	struct decision *d;
};

static enum err check_person(struct signin *s)
{
	const struct msg_identity *who = s->who;

	if (strcmp(who->issuer, s->conf->issuer) != 0)
		return ERR_WRONG_ISSUER;
	if (!sub_ok(who->sub, strnlen(who->sub, sizeof(who->sub))))
		return ERR_BAD_SUB;
	(void)str_copy(s->d->sub, sizeof(s->d->sub), who->sub);
	return ERR_OK;
}

static enum err load(struct signin *s)
{
	enum err e = entry_get(s->ids->db, s->conf->issuer, s->who->sub, &s->entry);

	s->known = e == ERR_OK;
	if (e != ERR_NOT_FOUND)
		return e;
	s->entry = (struct entry){.first_seen = s->now};
	return str_copy(s->entry.sub, sizeof(s->entry.sub), s->who->sub) ? ERR_OK : ERR_BAD_SUB;
}

/* A local user who is nobody's of ours. */
static bool is_foreign(const struct signin *s, const char *user)
{
	char sub[SUB_MAX_LEN + 1];

	return locals_has_name(s->ids->locals, user) &&
	       localuser_sub(s->ids, s->conf, user, sub) != ERR_OK;
}

/* The name is compared before anything else is said about the person (SEC-01). That a name of
 * theirs is a local user's says nothing about the user asked for. */
static enum err check_name(struct signin *s, const char *user)
{
	enum err e = names_of(
	    s->ids, s->conf, s->service->user_name, s->entry.sub, s->entry.bound_name, s->d->user);

	if (e == ERR_LOCAL_USER && !is_foreign(s, user))
		return ERR_WRONG_USER;
	if (e != ERR_OK)
		return e;
	return strcmp(s->d->user, user) == 0 ? ERR_OK : ERR_WRONG_USER;
}

static enum err check_rules(struct signin *s)
{
	AUTO_BELONGING struct belonging belonging = {0};
	enum err e = names_of(s->ids, s->conf, s->conf->service.user_name, s->entry.sub,
	    s->entry.bound_name, s->host_name);
	struct facts facts = {.sub = s->entry.sub,
	    .host_name = s->host_name,
	    .service_name = s->d->user,
	    .blocked = s->entry.blocked,
	    .deleted = s->entry.deleted};

	if (!is_fatal(e))
		e = belonging_of(s->ids, s->conf, &s->entry, s->host_name, &belonging);
	if (e != ERR_OK)
		return e;
	e = standing_facts(s->ids, s->conf, s->entry.sub, s->host_name, s->now, &facts);
	if (e != ERR_OK)
		return e;
	facts.roles = belonging.roles;
	facts.groups = buf_cstr(&belonging.groups);
	return decide_login(s->service, &facts, &s->d->verdict);
}

/* Whether a text would reach a terminal as it is (SEC-25). */
static bool shows_as_is(const char *text)
{
	char shown[DISPLAY_MAX * 4];
	struct buf b;

	buf_init_fixed(&b, shown, sizeof(shown));
	str_printable(&b, text, strlen(text), sizeof(shown));
	return b.err == ERR_OK && b.len == strlen(text) && memcmp(shown, text, b.len) == 0;
}

static bool is_locale(const char *text)
{
	static const char plain[] =
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_";

	return *text && strspn(text, plain) == strlen(text);
}

/* Display only: kept when it could be shown anywhere, else the former one stays. */
static void note_display(struct signin *s)
{
	const struct msg_identity *who = s->who;

	if (who->name[0] && gecos_ok(who->name) && shows_as_is(who->name))
		(void)str_copy(s->entry.display, sizeof(s->entry.display), who->name);
	if (is_locale(who->locale))
		(void)str_copy(s->entry.locale, sizeof(s->entry.locale), who->locale);
}

static bool is_recent(int64_t then, int64_t now)
{
	return then <= now && now - then < FRESH_SECONDS;
}

/* A local_user: the name is the machine's, and never bound to anybody. */
static bool is_local(const struct signin *s)
{
	return locals_has_name(s->ids->locals, s->d->user);
}

/* A reusable token may come in many times a minute; nothing new is learnt from most of them. */
static enum err needs_writing(struct signin *s, bool *ret)
{
	char owner[SUB_MAX_LEN + 1];
	enum err e;

	*ret = true;
	if (!s->known || s->who->single_use || !is_recent(s->entry.last_login, s->now) ||
	    (s->who->full && !is_recent(s->entry.last_full_login, s->now)))
		return ERR_OK;
	if (is_local(s))
		e = ERR_OK;
	else
		e = names_owner(s->ids->db, s->conf->issuer, s->d->user, owner);
	*ret = e == ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err write_names(struct signin *s)
{
	struct db *db = s->ids->db;
	enum err e;

	if (is_local(s))
		return ERR_OK;
	e = names_record(db, s->conf->issuer, s->entry.sub, s->d->user, s->now);
	if (e == ERR_OK && s->host_name[0])
		e = names_record(db, s->conf->issuer, s->entry.sub, s->host_name, s->now);
	return e;
}

static enum err write_rows(struct signin *s)
{
	struct db *db = s->ids->db;
	const char *issuer = s->conf->issuer;
	enum err e = ERR_OK;

	if (s->who->single_use)
		e = used_insert(
		    db, s->who->token_hash, s->who->expires, s->service->token_max_age, s->now);
	if (e == ERR_OK)
		e = ledger_write(db, issuer, s->entry.sub, &s->plan, s->now);
	if (e == ERR_OK)
		e = write_names(s);
	if (e != ERR_OK)
		return e;
	s->entry.last_login = s->now;
	if (s->who->full)
		s->entry.last_full_login = s->now;
	note_display(s);
	return entry_put(db, issuer, &s->entry);
}

static enum err record(struct signin *s)
{
	bool needed = true;
	enum err e = needs_writing(s, &needed);

	if (e != ERR_OK || !needed)
		return e;
	e = db_begin(s->ids->db);
	if (e != ERR_OK)
		return e;
	e = write_rows(s);
	if (e == ERR_OK)
		e = db_commit(s->ids->db);
	else
		db_rollback(s->ids->db);
	if (e == ERR_OK)
		s->d->changed = !s->known;
	return e;
}

static enum err decide(struct signin *s, const char *user)
{
	char local[NAME_MAX_LEN + 1];
	enum err e = check_person(s);

	if (e == ERR_OK)
		e = locals_refresh(s->ids->locals);
	if (e == ERR_OK)
		e = load(s);
	if (e == ERR_OK)
		e = check_name(s, user);
	if (e == ERR_OK)
		e = ledger_plan(s->ids, s->conf, s->entry.sub, &s->plan);
	if (e != ERR_OK)
		return e;
	s->d->uid = s->plan.uid;
	/* shown with a local_user's own */
	(void)localuser_name(s->ids, s->conf, s->entry.sub, local, &s->d->uid);
	e = check_rules(s);
	if (e == ERR_OK)
		e = record(s);
	return e;
}

enum err identity_login(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, const struct msg_identity *who,
    int64_t now, struct decision *d)
{
	struct signin s = {
	    .ids = ids, .conf = conf, .service = service, .who = who, .now = now, .d = d};

	*d = (struct decision){.verdict.code = ERR_INTERNAL};
	d->verdict.code = decide(&s, user);
	return d->verdict.code;
}
