/* SPDX-License-Identifier: MIT */
/* What a few people's changes make of the groups with members: those of the base, without the names
 * these people had there, and with the names they have now. */
#include "common/cleanup.h"
#include "common/num.h"
#include "encvoyd/publish_parts.h"

#include <stdlib.h>
#include <string.h>

/* Members written for a change; what is more is as well written as a map. */
#define MEMBERS_MAX 200000

static int compare_names(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool has_gid(const struct regrouped *p, uint32_t gid)
{
	for (size_t i = 0; i < p->n_gids; i++)
		if (p->gids[i] == gid)
			return true;
	return false;
}

/* Every group that somebody is or was in, ascending, each once; the caller frees. */
static enum err affected(
    const struct map *base, const struct regrouped *v, size_t n, uint32_t **ret, size_t *ret_n)
{
	AUTO_BUF struct buf gids;
	size_t all;

	buf_init(&gids, SIZE_MAX);
	for (size_t i = 0; i < n; i++) {
		struct map_groups former = {0};
		struct map_name name;
		enum err e = ERR_NOT_FOUND;

		if (v[i].former[0])
			e = map_name_set(&name, v[i].former) ? map_groups_of(base, &name, &former)
							     : ERR_SYNTAX;
		if (e != ERR_OK && e != ERR_NOT_FOUND)
			return e;
		if (former.n)
			buf_put(&gids, former.gids, former.n * sizeof(uint32_t));
		if (v[i].n_gids)
			buf_put(&gids, v[i].gids, v[i].n_gids * sizeof(uint32_t));
	}
	if (gids.err != ERR_OK)
		return gids.err;
	all = gids.len / sizeof(uint32_t);
	*ret = calloc(all + 1, sizeof(**ret));
	if (!*ret)
		return ERR_NOMEM;
	if (all)
		memcpy(*ret, gids.data, gids.len);
	*ret_n = num_sort_u32(*ret, all);
	return ERR_OK;
}

static enum err read_group(
    const struct map *base, uint32_t gid, char **buf, size_t *size, struct map_group *ret)
{
	enum err e;

	while ((e = map_group_by_gid(base, gid, *buf, *size, ret)) == ERR_TOO_LONG) {
		size_t larger = *size ? *size * 2 : 65536;
		char *bigger;

		if (larger > (size_t)MEMBERS_MAX * 64)
			return ERR_TOO_MANY;
		bigger = realloc(*buf, larger);
		if (!bigger)
			return ERR_NOMEM;
		*buf = bigger;
		*size = larger;
	}
	return e;
}

struct rewriting {
	struct map_changes *changes;
	const struct regrouped *v;
	size_t n;
	const char **former; /* sorted */
	size_t n_former;
	size_t members; /* written so far */
};

static enum err rewrite(struct rewriting *r, const struct map_group *g)
{
	AUTO_FREE const char **list = calloc(g->n + r->n + 1, sizeof(*list));
	size_t n = 0;

	if (!list)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < g->n; i++) {
		const char *name = g->members[i];

		if (!bsearch(&name, r->former, r->n_former, sizeof(*r->former), compare_names))
			list[n++] = name;
	}
	for (size_t i = 0; i < r->n; i++)
		if (r->v[i].name[0] && has_gid(&r->v[i], g->gid))
			list[n++] = r->v[i].name;
	r->members += n;
	if (r->members > MEMBERS_MAX)
		return ERR_TOO_MANY;
	return map_changes_add_group(r->changes, g->name, g->gid, list, n);
}

static enum err rewrite_all(struct rewriting *r, const struct map *base)
{
	AUTO_FREE uint32_t *gids = NULL;
	AUTO_FREE char *buf = NULL;
	size_t n = 0, size = 0;
	enum err e = affected(base, r->v, r->n, &gids, &n);

	for (size_t i = 0; e == ERR_OK && i < n; i++) {
		struct map_group g;

		if (!id_ok(gids[i])) /* a local group: it is not ours to list */
			continue;
		e = read_group(base, gids[i], &buf, &size, &g);
		if (e == ERR_OK)
			e = rewrite(r, &g);
	}
	return e;
}

/* Names are never given to somebody else: who has one now is who had it. */
static enum err set_groups(struct map_changes *c, const struct regrouped *p)
{
	enum err e = ERR_OK;

	if (p->name[0])
		e = map_changes_set_groups_of(c, p->name, p->gids, p->n_gids);
	if (e == ERR_OK && p->former[0] && strcmp(p->former, p->name) != 0)
		e = map_changes_set_groups_of(c, p->former, NULL, 0);
	return e;
}

enum err publish_groups(
    struct map_changes *c, const struct map *base, const struct regrouped *v, size_t n)
{
	AUTO_FREE const char **former = calloc(n + 1, sizeof(*former));
	struct rewriting r = {.changes = c, .v = v, .n = n, .former = former};
	enum err e = former ? ERR_OK : ERR_NOMEM;

	if (e != ERR_OK)
		return e;
	for (size_t i = 0; i < n; i++)
		if (v[i].former[0])
			former[r.n_former++] = v[i].former;
	qsort(former, r.n_former, sizeof(*former), compare_names);
	e = rewrite_all(&r, base);
	for (size_t i = 0; e == ERR_OK && i < n; i++)
		e = set_groups(c, &v[i]);
	return e;
}
