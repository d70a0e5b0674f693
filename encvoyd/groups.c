/* SPDX-License-Identifier: MIT */
#include "encvoyd/groups.h"

#include "encvoyd/groupcheck.h"
#include "encvoyd/grouprules.h"
#include "encvoyd/person.h"

#include <stdlib.h>
#include <string.h>

/* Of ours, or a local one that roles lead to. */
struct group {
	char name[NAME_MAX_LEN + 1];
	uint32_t gid;
	bool local;
	enum err why;       /* ERR_OK: it has members */
	struct buf members; /* uint32_t: places in struct groups.names */
	uint64_t turn;      /* of the person who was seen here last */
};

/* Somebody whose roles lead somewhere. */
struct holder {
	uint32_t sub;   /* place in subs */
	uint32_t first; /* place in targets */
	uint32_t n;
};

struct groups {
	struct group *v;
	size_t n;
	struct buf names; /* of members: name, NUL, sub, NUL */
	/* the rest is for the time of building */
	struct identities *ids;
	const struct conf *conf;
	struct grouprules *rules;
	struct buf subs;
	struct buf holders; /* in the order of their subs */
	struct buf targets;
	uint64_t turn;
};

static const uint32_t *numbers(const struct buf *b)
{
	return (const void *)b->data;
}

static enum err take(struct groups *g)
{
	size_t n = grouprules_targets(g->rules);

	g->v = calloc(n ? n : 1, sizeof(*g->v));
	if (!g->v)
		return ERR_NOMEM;
	for (; g->n < n; g->n++) {
		struct group *one = &g->v[g->n];

		buf_init(&one->members, SIZE_MAX);
		one->local = g->n >= g->conf->n_groups;
		one->why = one->local
			       ? group_check_local(
				     g->ids, grouprules_local(g->rules, g->n), one->name, &one->gid)
			       : group_check(g->ids, g->conf, &g->conf->groups[g->n], one->name);
		if (!one->local)
			one->gid = g->conf->groups[g->n].gid;
		if (is_fatal(one->why))
			return one->why;
	}
	return ERR_OK;
}

/* Notes a target of the person whose turn it is, once. */
static void note(void *arg, uint32_t target)
{
	struct groups *g = arg;

	if (g->v[target].why != ERR_OK || g->v[target].turn == g->turn)
		return;
	g->v[target].turn = g->turn;
	buf_put(&g->targets, &target, sizeof(target));
}

static size_t n_targets(const struct groups *g)
{
	return g->targets.len / sizeof(uint32_t);
}

static enum err hold(void *arg, const char *sub, const char *roles)
{
	struct groups *g = arg;
	struct holder h = {.sub = (uint32_t)g->subs.len, .first = (uint32_t)n_targets(g)};

	g->turn++;
	grouprules_roles(g->rules, roles, note, g);
	h.n = (uint32_t)(n_targets(g) - h.first);
	if (h.n) {
		buf_put(&g->subs, sub, strlen(sub) + 1);
		buf_put(&g->holders, &h, sizeof(h));
	}
	if (g->subs.err != ERR_OK || g->holders.err != ERR_OK || g->targets.err != ERR_OK)
		return ERR_NOMEM;
	return ERR_OK;
}

static enum err read_roles(struct groups *g)
{
	if (!g->n || !directory_counts(g->conf))
		return ERR_OK;
	return person_each_roles(g->ids->db, g->conf->issuer, hold, g);
}

enum err groups_new(struct identities *ids, const struct conf *conf, struct groups **ret)
{
	AUTO_GROUPS struct groups *g = calloc(1, sizeof(*g));
	enum err e;

	if (!g)
		return ERR_NOMEM;
	g->ids = ids;
	g->conf = conf;
	/* places are numbers of 32 bits */
	buf_init(&g->names, UINT32_MAX);
	buf_init(&g->subs, UINT32_MAX);
	buf_init(&g->holders, SIZE_MAX);
	buf_init(&g->targets, UINT32_MAX);
	e = grouprules_new(conf, &g->rules);
	if (e == ERR_OK)
		e = take(g);
	if (e == ERR_OK)
		e = read_roles(g);
	if (e == ERR_OK)
		*ret = TAKE_PTR(g);
	return e;
}

static const struct holder *find_holder(const struct groups *g, const char *sub)
{
	const struct holder *v = (const void *)g->holders.data;
	size_t low = 0, high = g->holders.len / sizeof(*v);

	while (low < high) {
		size_t at = low + (high - low) / 2;
		int order = strcmp(sub, (const char *)g->subs.data + v[at].sub);

		if (order == 0)
			return &v[at];
		if (order < 0)
			high = at;
		else
			low = at + 1;
	}
	return NULL;
}

/* Somebody in some of the targets noted. */
static enum err join(struct groups *g, size_t first, size_t n, const char *name, const char *sub)
{
	uint32_t at = (uint32_t)g->names.len;

	if (!n)
		return ERR_OK;
	buf_put(&g->names, name, strlen(name) + 1);
	buf_put(&g->names, sub, strlen(sub) + 1);
	if (g->names.err != ERR_OK)
		return ERR_NOMEM;
	for (size_t i = 0; i < n; i++) {
		struct group *one = &g->v[numbers(&g->targets)[first + i]];

		buf_put(&one->members, &at, sizeof(at));
		if (one->members.err != ERR_OK)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

/* Those whom a section lists and whose roles did not lead there; they are few, so each may cost a
 * look. */
static enum err add_listed(struct groups *g, const struct entry *entry, const char *name)
{
	size_t before = n_targets(g), n;
	enum err e = ERR_OK;

	grouprules_sub(g->rules, entry->sub, note, g);
	grouprules_name(g->rules, name, note, g);
	n = n_targets(g) - before;
	if (g->targets.err != ERR_OK)
		return ERR_NOMEM;
	if (n) {
		e = person_stands(g->ids, g->conf, entry->sub);
		if (e == ERR_OK)
			e = join(g, before, n, name, entry->sub);
	}
	g->targets.len = before * sizeof(uint32_t);
	return e == ERR_BLOCKED ? ERR_OK : e;
}

enum err groups_add(struct groups *g, const struct entry *entry, const char *name)
{
	const struct holder *h;
	enum err e = ERR_OK;

	if (!g->n || entry->blocked || entry->deleted)
		return ERR_OK;
	g->turn++;
	h = find_holder(g, entry->sub);
	if (h) {
		for (uint32_t i = 0; i < h->n; i++)
			g->v[numbers(&g->targets)[h->first + i]].turn = g->turn;
		e = join(g, h->first, h->n, name, entry->sub);
	}
	return e == ERR_OK ? add_listed(g, entry, name) : e;
}

void groups_finish(struct groups *g)
{
	grouprules_free(g->rules);
	g->rules = NULL;
	buf_free(&g->subs);
	buf_free(&g->holders);
	buf_free(&g->targets);
	g->ids = NULL;
	g->conf = NULL;
}

void groups_free(struct groups *g)
{
	if (!g)
		return;
	groups_finish(g);
	for (size_t i = 0; i < g->n; i++)
		buf_free(&g->v[i].members);
	free(g->v);
	buf_free(&g->names);
	free(g);
}

static size_t n_members(const struct group *one)
{
	return one->members.len / sizeof(uint32_t);
}

/* The members' names; the caller frees the list, not the names. */
static const char **list_members(const struct groups *g, const struct group *one)
{
	size_t n = n_members(one);
	const char **list = calloc(n + 1, sizeof(*list));

	for (size_t i = 0; list && i < n; i++)
		list[i] = (const char *)g->names.data + numbers(&one->members)[i];
	return list;
}

static enum err build_one(struct map_builder *b, const struct groups *g, const struct group *one)
{
	AUTO_FREE const char **members = list_members(g, one);
	enum err e = ERR_OK;

	if (!members)
		return ERR_NOMEM;
	if (!one->local)
		return map_builder_add_group(b, one->name, one->gid, members, n_members(one));
	for (size_t i = 0; e == ERR_OK && i < n_members(one); i++)
		e = map_builder_add_local(b, members[i], one->gid);
	return e;
}

enum err groups_build(
    struct groups *g, struct map_builder *b, groups_left_out left_out, void *arg, uint64_t *ret_n)
{
	uint64_t n = 0;

	for (size_t i = 0; i < g->n; i++) {
		struct group *one = &g->v[i];

		if (one->why == ERR_OK)
			one->why = build_one(b, g, one);
		if (is_fatal(one->why))
			return one->why;
		n += one->why == ERR_OK && !one->local;
		if (one->why != ERR_OK && left_out)
			left_out(arg, one->name, one->why);
	}
	*ret_n = n;
	return ERR_OK;
}

bool groups_stand(struct identities *ids, const struct conf *conf, const struct groups *g)
{
	char name[NAME_MAX_LEN + 1];

	if (!g || g->n < conf->n_groups)
		return false;
	for (size_t i = 0; i < conf->n_groups; i++)
		if (group_check(ids, conf, &conf->groups[i], name) != g->v[i].why)
			return false;
	return true;
}

static void leave(const struct groups *g, struct group *one, const char *sub)
{
	size_t n = one->members.len / sizeof(uint32_t), kept = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t at = numbers(&one->members)[i];
		const char *name = (const char *)g->names.data + at;

		if (strcmp(name + strlen(name) + 1, sub) == 0)
			continue;
		memcpy(one->members.data + kept++ * sizeof(at), &at, sizeof(at));
	}
	one->members.len = kept * sizeof(uint32_t);
}

enum err groups_move(
    struct groups *g, const char *sub, const char *name, const uint32_t *gids, size_t n)
{
	uint32_t at = (uint32_t)g->names.len;

	for (size_t k = 0; k < g->n; k++)
		leave(g, &g->v[k], sub);
	if (!*name || !n)
		return ERR_OK;
	buf_put(&g->names, name, strlen(name) + 1);
	buf_put(&g->names, sub, strlen(sub) + 1);
	if (g->names.err != ERR_OK)
		return ERR_NOMEM;
	for (size_t k = 0; k < g->n; k++) {
		bool in = false;

		for (size_t i = 0; !in && i < n; i++)
			in = g->v[k].why == ERR_OK && g->v[k].gid == gids[i];
		if (in)
			buf_put(&g->v[k].members, &at, sizeof(at));
		if (g->v[k].members.err != ERR_OK)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

enum err groups_answer(const struct groups *g, const struct msg_lookup *query, struct buf *ret)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct group *one = &g->v[i];
		AUTO_FREE const char **members = NULL;

		if (one->local || one->why != ERR_OK ||
		    (query->kind == LOOKUP_GRGID ? one->gid != query->id
						 : strcmp(one->name, query->name) != 0))
			continue;
		members = list_members(g, one);
		if (!members)
			return ERR_NOMEM;
		proto_put_group(ret, one->name, one->gid, members, n_members(one));
		return ret->err;
	}
	return ERR_NOT_FOUND;
}

void groups_refused(const struct groups *g, struct buf *ret)
{
	for (size_t i = 0; i < g->n; i++) {
		const struct group *one = &g->v[i];

		if (one->why != ERR_OK && ret->len + sizeof(one->name) + WORD_MAX < ret->max)
			buf_printf(
			    ret, "%s%s (%s)", ret->len ? ", " : "", one->name, err_word(one->why));
	}
}
