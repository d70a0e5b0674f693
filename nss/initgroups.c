/* SPDX-License-Identifier: MIT */
#include "common/str.h"
#include "nss/ask.h"
#include "nss/maps.h"
#include "nss/nss_encvoy.h"
#include "nss/paths.h"
#include "nss/reply.h"
#include "nss/result.h"
#include "sys/locallists.h"

#include <stdlib.h>

/* The caller's list, as glibc hands it on from module to module. */
struct gid_list {
	gid_t primary; /* in the list already */
	long *start;   /* how many are in it */
	long *size;
	gid_t **gids;
	long limit; /* no longer than this; 0 or less: any length */
};

static bool is_full(const struct gid_list *l)
{
	return l->limit > 0 && *l->start >= l->limit;
}

static enum err grow(const struct gid_list *l)
{
	long size = *l->size < 16 ? 16 : *l->size * 2;
	gid_t *bigger;

	if (l->limit > 0 && size > l->limit)
		size = l->limit;
	bigger = reallocarray(*l->gids, (size_t)size, sizeof(*bigger));
	if (!bigger)
		return ERR_NOMEM;
	*l->gids = bigger;
	*l->size = size;
	return ERR_OK;
}

static enum err add(const struct gid_list *l, gid_t gid)
{
	enum err e;

	if (gid == l->primary || is_full(l))
		return ERR_OK;
	if (*l->start >= *l->size) {
		e = grow(l);
		if (e != ERR_OK)
			return e;
	}
	(*l->gids)[(*l->start)++] = gid;
	return ERR_OK;
}

struct request {
	struct map_name name;
	const char *text; /* the name as a string */
	struct gid_list list;
};

/* All groups or none: a part of them would be a wrong answer. A gid that is neither ours nor of a
 * local group that root lists is no group of the person, whatever the daemon says. */
static enum err add_from_map(
    const struct gid_list *l, const struct map_groups *g, const struct local_gids *local)
{
	long before = *l->start;
	enum err e = ERR_OK;

	for (uint32_t i = 0; e == ERR_OK && i < g->n; i++) {
		uint32_t gid = map_groups_gid(g, i);

		if (id_ok(gid) || local_gids_has(local, gid))
			e = add(l, gid);
	}
	if (e != ERR_OK)
		*l->start = before;
	return e;
}

static enum err from_map(const struct map *m, void *arg)
{
	struct request *r = arg;
	struct user_record user;
	struct map_groups g;
	enum err e = map_groups_of(m, &r->name, &g);

	if (e == ERR_OK)
		return add_from_map(&r->list, &g, &m->local);
	if (e != ERR_NOT_FOUND)
		return e;
	/* no groups beyond the private one, if only the user is known: no need to read him */
	e = map_user_by_name(m, &r->name, NULL, 0, &user);
	return e == ERR_TOO_LONG ? ERR_OK : e;
}

static enum err from_reply(const void *packet, size_t len, void *arg)
{
	struct request *r = arg;
	struct local_gids local = {.n = 0};
	long before = *r->list.start;
	struct reader gids;
	uint32_t n;
	enum err e = reply_groups(packet, len, &gids, &n);

	(void)local_groups_read(nss_paths.local_groups, nss_paths.group, &local);
	for (uint32_t i = 0; e == ERR_OK && i < n; i++) {
		uint32_t gid = get_u32(&gids);

		if (id_ok(gid) || local_gids_has(&local, gid))
			e = add(&r->list, gid);
	}
	if (e != ERR_OK)
		*r->list.start = before;
	return e;
}

static __attribute__((noinline)) enum err from_daemon(struct request *r)
{
	struct msg_lookup q = {.kind = LOOKUP_INITGROUPS};

	(void)str_copy(q.name, sizeof(q.name), r->text);
	return ask(&q, from_reply, r);
}

enum nss_status _nss_encvoy_initgroups_dyn(const char *user, gid_t group, long *start, long *size,
    gid_t **groupsp, long limit, int *errnop)
{
	struct request r = {.text = user, .list = {group, start, size, groupsp, limit}};
	enum err e;

	if (!map_name_set(&r.name, user))
		return nss_result(ERR_NOT_FOUND, errnop);
	e = maps_look_up(from_map, &r);
	if (e == ERR_IO)
		e = from_daemon(&r);
	return nss_result(e, errnop);
}
