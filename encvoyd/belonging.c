/* SPDX-License-Identifier: MIT */
/* groups.h for one person, when nobody else is looked at. */
#include "common/str.h"
#include "encvoyd/groupcheck.h"
#include "encvoyd/grouprules.h"
#include "encvoyd/groups.h"
#include "encvoyd/person.h"

#include <string.h>

struct search {
	struct identities *ids;
	const struct conf *conf;
	const struct grouprules *rules;
	struct belonging *s;
	struct buf seen; /* a byte per target */
};

static enum err take(const struct search *q, size_t target)
{
	bool local = target >= q->conf->n_groups;
	char name[NAME_MAX_LEN + 1];
	uint32_t gid = local ? 0 : q->conf->groups[target].gid;
	enum err e = local
			 ? group_check_local(q->ids, grouprules_local(q->rules, target), name, &gid)
			 : group_check(q->ids, q->conf, &q->conf->groups[target], name);

	if (e != ERR_OK)
		return is_fatal(e) ? e : ERR_OK;
	buf_put(&q->s->gids, &gid, sizeof(gid));
	if (local)
		return q->s->gids.err;
	buf_text(&q->s->groups, name);
	buf_text(&q->s->groups, "\n");
	return q->s->gids.err == ERR_OK ? q->s->groups.err : q->s->gids.err;
}

static void found(void *arg, uint32_t target)
{
	struct search *q = arg;

	q->seen.data[target] = 1;
}

static enum err search(struct search *q, const char *sub, const char *name)
{
	AUTO_GROUPRULES struct grouprules *rules = NULL;
	enum err e = grouprules_new(q->conf, &rules);

	if (e != ERR_OK)
		return e;
	q->rules = rules;
	for (size_t i = 0; i < grouprules_targets(rules); i++)
		buf_put_u8(&q->seen, 0);
	if (q->seen.err != ERR_OK)
		return q->seen.err;
	grouprules_roles(rules, q->s->roles, found, q);
	grouprules_sub(rules, sub, found, q);
	grouprules_name(rules, name, found, q);
	for (size_t i = 0; e == ERR_OK && i < q->seen.len; i++)
		if (q->seen.data[i])
			e = take(q, i);
	return e;
}

/* The roles, or ERR_BLOCKED for who has no part in anything. */
static enum err read_roles(struct identities *ids, const struct conf *conf,
    const struct entry *entry, char roles[ROLES_MAX + 1])
{
	struct person p;
	enum err e;

	if (entry->blocked || entry->deleted)
		return ERR_BLOCKED;
	if (!directory_counts(conf))
		return ERR_OK;
	e = person_get(ids->db, conf->issuer, entry->sub, &p);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	if (p.p.blocked || p.p.deleted || p.dropped)
		return ERR_BLOCKED;
	return str_copy(roles, ROLES_MAX + 1, p.p.roles) ? ERR_OK : ERR_INTERNAL;
}

enum err belonging_of(struct identities *ids, const struct conf *conf, const struct entry *entry,
    const char *name, struct belonging *ret)
{
	struct search q = {.ids = ids, .conf = conf, .s = ret};
	enum err e;

	ret->roles[0] = 0;
	buf_init(&ret->groups, SIZE_MAX);
	buf_init(&ret->gids, SIZE_MAX);
	e = read_roles(ids, conf, entry, ret->roles);
	if (e != ERR_OK)
		return e == ERR_BLOCKED ? ERR_OK : e;
	if (!conf->n_groups && !*conf->local_group)
		return ERR_OK;
	buf_init(&q.seen, SIZE_MAX);
	e = search(&q, entry->sub, name);
	buf_free(&q.seen);
	return e;
}

void belonging_free(struct belonging *s)
{
	buf_free(&s->groups);
	buf_free(&s->gids);
}
