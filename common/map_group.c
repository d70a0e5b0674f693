/* SPDX-License-Identifier: MIT */
#include "common/map.h"
#include "common/map_check.h"
#include "common/map_probe.h"

#include <string.h>

/* What a record must match: a name, or the gid when name is NULL. */
struct wanted {
	const struct map_name *name;
	uint32_t gid;
};

/* Where to look for it. */
struct place {
	enum map_table_id groups;
	enum map_table_id users;
	uint64_t hash;
	uint32_t tag;
};

/* The parts of a record, all of them inside the map. */
struct parts {
	struct map_group_head h;
	const char *name; /* padded */
	size_t name_size;
	const uint8_t *lens;
	const char *list;
};

static enum err get_parts(const struct map *m, uint64_t offset, struct parts *ret)
{
	struct parts p;
	uint64_t left = m->records_end - offset - sizeof(p.h);
	uint64_t lens_size;

	map_copy(&p.h, m->base + offset, sizeof(p.h));
	p.name_size = map_pad8((size_t)p.h.name_len + 1);
	lens_size = ((uint64_t)p.h.members + 7) & ~7ULL;
	if (p.h.kind != MAP_GROUP || p.h.list_size % 8 ||
	    p.name_size + lens_size + p.h.list_size > left)
		return ERR_SYNTAX;
	p.name = (const char *)m->base + offset + sizeof(p.h);
	p.lens = m->base + offset + sizeof(p.h) + p.name_size;
	p.list = (const char *)p.lens + lens_size;
	*ret = p;
	return ERR_OK;
}

static bool is_wanted(const struct wanted *w, const char *name, size_t len, uint32_t gid)
{
	return w->name ? map_name_is(w->name, name, len) : gid == w->gid;
}

/* Every rule of group_record_ok; a name that was asked for has passed them already. */
static bool group_ok(const struct wanted *w, const char *name, size_t len, uint32_t gid)
{
	struct map_name checked;

	return id_ok(gid) &&
	       (w->name || (strlen(name) == len && map_name_set_len(&checked, name, len)));
}

static bool is_lead(char c)
{
	return (c >= 'a' && c <= 'z') || c == '_';
}

/* Fills in the pointers: the lengths say where each name ends, and each is a name. */
static bool point_at_members(const struct parts *p, char *list, char **members)
{
	bool plain = map_list_plain(list, p->h.list_size);
	const char *end = list + p->h.list_size;

	for (uint32_t i = 0; i < p->h.members; i++) {
		size_t len = *(const volatile uint8_t *)&p->lens[i];

		if (len == 0 || len > NAME_MAX_LEN || len >= (size_t)(end - list) || list[len])
			return false;
		if (plain ? !is_lead(*list) : !name_ok(list, len))
			return false;
		members[i] = list;
		list += len + 1;
	}
	members[p->h.members] = NULL;
	return end - list < 8;
}

/* The buffer: padding, pointers, name, list. */
static enum err copy_out(const struct map *m, uint64_t offset, const struct parts *p, char *buf,
    size_t size, struct map_group *ret)
{
	size_t pad = -(uintptr_t)buf % _Alignof(char *);
	uint64_t pointers = ((uint64_t)p->h.members + 1) * sizeof(char *);
	char *name, *list, **members;

	if (pad + pointers + p->h.name_len + 1 + p->h.list_size > size)
		return ERR_TOO_LONG;
	members = (void *)(buf + pad);
	name = buf + pad + pointers;
	list = name + p->h.name_len + 1;
	memcpy(name, p->name, (size_t)p->h.name_len + 1);
	members[0] = NULL;
	if (p->h.members) {
		map_copy(list, p->list, p->h.list_size);
		if (map_list_sum(m->seed, offset, &p->h, p->lens, list) != p->h.list_sum ||
		    !point_at_members(p, list, members))
			return ERR_SYNTAX;
	}
	*ret = (struct map_group){name, p->h.gid, p->h.members, members};
	return ERR_OK;
}

/* ERR_NOT_FOUND: another group after all, and soundly so. */
static enum err read_group(const struct map *m, uint64_t offset, const struct wanted *w, char *buf,
    size_t size, struct map_group *ret)
{
	char name[NAME_MAX_LEN + 8];
	struct parts p;
	enum err e = get_parts(m, offset, &p);

	if (e != ERR_OK)
		return map_read_gone(
		    m, offset, w->name ? MAP_GROUP_NAME : MAP_GROUP_ID, w->name, w->gid);
	if (p.h.name_len > NAME_MAX_LEN)
		return ERR_SYNTAX;
	map_copy(name, p.name, p.name_size);
	p.name = name;
	if (map_group_sum(m->seed, offset, &p.h, name) != p.h.sum || name[p.h.name_len] != 0)
		return ERR_SYNTAX;
	if (!is_wanted(w, name, p.h.name_len, p.h.gid))
		return ERR_NOT_FOUND;
	if (!group_ok(w, name, p.h.name_len, p.h.gid))
		return ERR_SYNTAX;
	return copy_out(m, offset, &p, buf, size, ret);
}

/* The same for a user's record and the private group that it may stand for. */
static enum err read_private(const struct map *m, uint64_t offset, const struct wanted *w,
    char *buf, size_t size, struct map_group *ret)
{
	const char *strings = (const char *)m->base + offset + sizeof(struct map_user_head);
	char name[NAME_MAX_LEN + 1];
	struct map_user_head h;
	struct parts p;

	map_copy(&h, m->base + offset, sizeof(h));
	if (h.kind == MAP_GONE) /* of a user; a group that is no more stands among the groups */
		return map_gone_is_not_found(map_read_gone(
		    m, offset, w->name ? MAP_USER_NAME : MAP_USER_ID, w->name, w->gid));
	if ((h.kind != MAP_USER && h.kind != MAP_USER_AND_GROUP) || h.name_len > NAME_MAX_LEN ||
	    map_pad16(map_strings_len(&h)) > m->records_end - offset - sizeof(h))
		return ERR_SYNTAX;
	map_copy(name, strings, h.name_len + 1U);
	if (map_user_sum(m->seed, offset, &h, strings) != h.sum || name[h.name_len] != 0)
		return ERR_SYNTAX;
	if (!is_wanted(w, name, h.name_len, h.uid) || h.kind == MAP_USER)
		return ERR_NOT_FOUND;
	if (!group_ok(w, name, h.name_len, h.uid))
		return ERR_SYNTAX;
	p = (struct parts){.name = name, .h = {.name_len = h.name_len, .gid = h.uid}};
	return copy_out(m, offset, &p, buf, size, ret);
}

typedef enum err (*read_record)(const struct map *m, uint64_t offset, const struct wanted *w,
    char *buf, size_t size, struct map_group *ret);

static inline enum err find_in(struct map_probe p, size_t head, read_record read,
    const struct wanted *w, char *buf, size_t size, struct map_group *ret)
{
	enum err e;

	do {
		uint64_t offset;

		e = map_probe_next(&p, head, &offset);
		if (e != ERR_OK)
			return e;
		e = read(p.map, offset, w, buf, size, ret);
	} while (e == ERR_NOT_FOUND);
	return e;
}

/* Among the groups, then among the users: the tables of both work alike. */
static enum err find_in_one(const struct map *m, const struct place *at, const struct wanted *w,
    char *buf, size_t size, struct map_group *ret)
{
	enum err e = find_in(map_probe_start(m, at->groups, at->hash, at->tag),
	    sizeof(struct map_group_head), read_group, w, buf, size, ret);

	if (e != ERR_NOT_FOUND)
		return e;
	return find_in(map_probe_start(m, at->users, at->hash, at->tag),
	    sizeof(struct map_user_head), read_private, w, buf, size, ret);
}

static enum err find(const struct map *m, const struct place *at, const struct wanted *w, char *buf,
    size_t size, struct map_group *ret)
{
	if (m->changes) {
		enum err e = find_in_one(m->changes, at, w, buf, size, ret);

		if (e != ERR_NOT_FOUND)
			return map_gone_is_not_found(e);
	}
	return find_in_one(m, at, w, buf, size, ret);
}

static struct place place_of_name(const struct map *m, const struct map_name *name)
{
	uint64_t hash = map_hash_name(m->seed, &name->words, name->len);

	return (struct place){MAP_GROUP_NAME, MAP_USER_NAME, hash, map_tag(hash)};
}

static struct place place_of_gid(const struct map *m, uint32_t gid)
{
	return (struct place){MAP_GROUP_ID, MAP_USER_ID, map_hash_id(m->seed, gid), gid};
}

enum err map_group_by_name(
    const struct map *m, const struct map_name *name, char *buf, size_t size, struct map_group *ret)
{
	struct place at = place_of_name(m, name);

	return find(m, &at, &(struct wanted){.name = name}, buf, size, ret);
}

enum err map_group_by_gid(
    const struct map *m, uint32_t gid, char *buf, size_t size, struct map_group *ret)
{
	struct place at = place_of_gid(m, gid);

	return find(m, &at, &(struct wanted){.gid = gid}, buf, size, ret);
}

enum err map_knows_group(const struct map *changes, const struct map_name *name, uint32_t gid)
{
	struct place at = name ? place_of_name(changes, name) : place_of_gid(changes, gid);
	struct map_group unused;
	enum err e =
	    find_in_one(changes, &at, &(struct wanted){.name = name, .gid = gid}, NULL, 0, &unused);

	return e == MAP_ERR_GONE || e == ERR_TOO_LONG ? ERR_OK : e;
}

enum err map_read_group_at(const struct map *m, uint64_t offset, enum map_kind kind, char *buf,
    size_t size, struct map_group *ret)
{
	struct wanted w = {0};
	struct map_group_head group;
	struct map_user_head user;
	enum err e;

	if (kind == MAP_GROUP) {
		map_copy(&group, m->base + offset, sizeof(group));
		w.gid = group.gid;
		e = read_group(m, offset, &w, buf, size, ret);
	} else {
		map_copy(&user, m->base + offset, sizeof(user));
		w.gid = user.uid;
		e = read_private(m, offset, &w, buf, size, ret);
	}
	return e == ERR_OK || e == ERR_TOO_LONG ? e : ERR_SYNTAX;
}
