/* SPDX-License-Identifier: MIT */
#include "encvoyd/identity.h"

#include "common/str.h"
#include "encvoyd/dirstage.h"
#include "encvoyd/entry.h"
#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/ledger.h"
#include "encvoyd/localuser.h"
#include "encvoyd/names.h"
#include "encvoyd/served.h"
#include "encvoyd/standing.h"

#include <stdlib.h>
#include <string.h>

enum err identities_open(const struct identities_paths *paths, uid_t owner, int64_t now,
    struct identities **ret, struct db_report *ret_report)
{
	AUTO_IDENTITIES struct identities *ids = calloc(1, sizeof(*ids));
	enum err e;

	if (!ids)
		return ERR_NOMEM;
	e = locals_new(paths->passwd ? paths->passwd : "/etc/passwd",
	    paths->group ? paths->group : "/etc/group", &ids->locals);
	if (e == ERR_OK)
		e = db_open(paths->database, owner, now, &ids->db, ret_report);
	if (e == ERR_OK)
		e = dirstage_prepare(ids->db);
	if (e == ERR_OK)
		*ret = TAKE_PTR(ids);
	return e;
}

void identities_free(struct identities *ids)
{
	if (!ids)
		return;
	groups_free(ids->groups);
	db_close(ids->db);
	locals_free(ids->locals);
	free(ids);
}

void identities_free_ptr(struct identities **ids)
{
	identities_free(*ids);
}

const char *identities_trouble(const struct identities *ids)
{
	return db_trouble(ids->db);
}

/* The sub behind a name as typed. */
static enum err resolve(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, char ret_sub[SUB_MAX_LEN + 1])
{
	enum err e = locals_refresh(ids->locals);

	if (e != ERR_OK)
		return e;
	if (locals_has_name(ids->locals, user))
		return localuser_sub(ids, conf, user, ret_sub);
	e = names_resolve(ids, conf, service->user_name, user, ret_sub);
	return e == ERR_NOT_FOUND ? ERR_UNKNOWN_USER : e;
}

enum err identity_expect(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, struct expectation *ret)
{
	struct expectation found = {0};
	struct entry entry;
	enum err e = resolve(ids, conf, service, user, found.sub);

	if (e != ERR_OK)
		return e;
	e = entry_get(ids->db, conf->issuer, found.sub, &entry);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	found.known = e == ERR_OK;
	*ret = found;
	return ERR_OK;
}

/* The facts that need a look into the stores; host is where the host name is put, s what belongs to
 * roles and groups. */
static enum err gather(struct identities *ids, const struct conf *conf, const struct entry *entry,
    const struct decision *d, char host[NAME_MAX_LEN + 1], struct belonging *s, struct facts *ret)
{
	enum err e =
	    names_of(ids, conf, conf->service.user_name, entry->sub, entry->bound_name, host);
	bool named = e == ERR_OK;

	if (!is_fatal(e))
		e = belonging_of(ids, conf, entry, named ? host : "", s);
	if (e != ERR_OK)
		return e;
	*ret = (struct facts){.sub = entry->sub,
	    .host_name = named ? host : NULL,
	    .service_name = d->user,
	    .roles = s->roles,
	    .groups = buf_cstr(&s->groups),
	    .blocked = entry->blocked,
	    .deleted = entry->deleted,
	    .last_full_login = entry->last_full_login};
	return ERR_OK;
}

/* What an account's person is shown with: the local uid of a local user. */
static void note_uid(
    struct identities *ids, const struct conf *conf, uint32_t uid, struct decision *d)
{
	char name[NAME_MAX_LEN + 1];

	d->uid = uid;
	(void)localuser_name(ids, conf, d->sub, name, &d->uid);
}

static enum err account(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, int64_t now, struct decision *d)
{
	AUTO_BELONGING struct belonging belonging = {0};
	char host[NAME_MAX_LEN + 1];
	struct entry entry = {0};
	struct ledger_plan plan;
	struct facts facts;
	enum err e = resolve(ids, conf, service, user, d->sub);

	if (e != ERR_OK)
		return e;
	(void)str_copy(d->user, sizeof(d->user), user);
	e = entry_get(ids->db, conf->issuer, d->sub, &entry);
	if (e == ERR_NOT_FOUND)
		e = str_copy(entry.sub, sizeof(entry.sub), d->sub) ? ERR_OK : ERR_INTERNAL;
	if (e == ERR_OK)
		e = ledger_plan(ids, conf, d->sub, &plan);
	if (e != ERR_OK)
		return e;
	note_uid(ids, conf, plan.uid, d);
	e = gather(ids, conf, &entry, d, host, &belonging, &facts);
	if (e == ERR_OK)
		e = standing_facts(
		    ids, conf, d->sub, facts.host_name ? facts.host_name : "", now, &facts);
	return e == ERR_OK ? decide_account(service, &facts, now, &d->verdict) : e;
}

enum err identity_account(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, int64_t now, struct decision *d)
{
	*d = (struct decision){0};
	d->verdict.code = account(ids, conf, service, user, now, d);
	return d->verdict.code;
}

static enum err find(struct identities *ids, const struct conf *conf,
    const struct msg_lookup *query, char sub[SUB_MAX_LEN + 1])
{
	if (query->kind == LOOKUP_PWUID || query->kind == LOOKUP_GRGID)
		return ledger_owner(ids->db, conf->issuer, query->id, sub);
	return names_resolve(ids, conf, conf->service.user_name, query->name, sub);
}

enum err identity_lookup(struct identities *ids, const struct conf *conf,
    const struct msg_lookup *query, struct msg_passwd *ret)
{
	char sub[SUB_MAX_LEN + 1];
	struct entry entry;
	enum err e = locals_refresh(ids->locals);

	if (e == ERR_OK)
		e = find(ids, conf, query, sub);
	if (e == ERR_OK)
		e = entry_get(ids->db, conf->issuer, sub, &entry);
	if (e == ERR_OK)
		e = served_record(ids, conf, &entry, ret);
	return e == ERR_OK || is_fatal(e) ? e : ERR_NOT_FOUND;
}

enum err identity_uid(
    struct identities *ids, const struct conf *conf, const char *user, uint32_t *ret_uid)
{
	struct msg_lookup query = {.kind = LOOKUP_PWNAM};
	char sub[SUB_MAX_LEN + 1], name[NAME_MAX_LEN + 1];
	struct msg_passwd found;
	enum err e = locals_refresh(ids->locals);

	if (e == ERR_OK && locals_has_name(ids->locals, user)) {
		e = localuser_sub(ids, conf, user, sub);
		return e == ERR_OK ? localuser_name(ids, conf, sub, name, ret_uid) : e;
	}
	if (e == ERR_OK && !str_copy(query.name, sizeof(query.name), user))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		e = identity_lookup(ids, conf, &query, &found);
	if (e == ERR_OK)
		*ret_uid = found.rec.uid;
	return e;
}

enum err identity_count(struct identities *ids, const struct conf *conf, uint64_t *ret)
{
	AUTO_QUERY struct query q =
	    query_start(ids->db, "SELECT count(*) FROM identity WHERE issuer = ?1");
	enum err e;

	query_text(&q, 1, conf->issuer);
	e = query_step(&q);
	if (e == ERR_OK)
		*ret = (uint64_t)column_int(&q, 0);
	return e;
}
