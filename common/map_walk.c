/* SPDX-License-Identifier: MIT */
#include "common/map_walk.h"

#include "common/map_probe.h"

/* What a record must have for its kind to be read: the longest head. */
#define HEAD_MAX sizeof(struct map_group_head)

void map_walk_begin(struct map_walk *w, const struct map *m)
{
	*w = (struct map_walk){.map = m, .offset = sizeof(struct map_header)};
}

static const struct map *map_of(const struct map_walk *w)
{
	return w->in_changes ? w->map->changes : w->map;
}

/* At a record of this map, or at the first one of the changes, or at the end of all. */
static bool at_end(struct map_walk *w)
{
	if (w->offset < map_of(w)->records_end)
		return false;
	if (w->in_changes || !w->map->changes)
		return true;
	w->in_changes = true;
	w->offset = sizeof(struct map_header);
	return w->offset >= w->map->changes->records_end;
}

/* Where a record ends, by a head that was read soundly or is about to be. */
static enum err end_of(const struct map *m, uint64_t offset, enum map_kind kind, uint64_t *ret)
{
	const unsigned char *p = m->base + offset;
	struct map_user_head user;
	struct map_group_head group;
	struct map_groups_head groups;

	switch (kind) {
	case MAP_USER:
	case MAP_USER_AND_GROUP:
		map_copy(&user, p, sizeof(user));
		offset += sizeof(user) + map_pad16(map_strings_len(&user));
		break;
	case MAP_GROUP:
		map_copy(&group, p, sizeof(group));
		offset += sizeof(group) + map_pad8(group.name_len + 1U) +
			  (((uint64_t)group.members + 7) & ~7ULL) + group.list_size;
		break;
	case MAP_GROUPS:
		map_copy(&groups, p, sizeof(groups));
		offset += sizeof(groups) + map_pad8(groups.name_len + 1U) +
			  (((uint64_t)groups.groups * 4 + 7) & ~7ULL);
		break;
	case MAP_GONE:
		offset += sizeof(struct map_gone_head) + map_pad16(p[9] + 1U);
		break;
	default:
		return ERR_SYNTAX;
	}
	if (offset > m->records_end || offset % 8)
		return ERR_SYNTAX;
	*ret = offset;
	return ERR_OK;
}

/* The kind of the record at the walk's place, and where the next one begins. */
static enum err look(const struct map_walk *w, enum map_kind *ret_kind, uint64_t *ret_end)
{
	const struct map *m = map_of(w);
	struct map_record_head h;

	if (m->records_end - w->offset < sizeof(struct map_groups_head) + 8)
		return ERR_SYNTAX;
	map_copy(&h, m->base + w->offset, sizeof(h));
	if ((h.kind == MAP_USER || h.kind == MAP_USER_AND_GROUP || h.kind == MAP_GROUP) &&
	    m->records_end - w->offset < HEAD_MAX)
		return ERR_SYNTAX;
	*ret_kind = (enum map_kind)h.kind;
	return end_of(m, w->offset, *ret_kind, ret_end);
}

/* A record that is passed over: sound, so that it hides no other. */
static enum err pass(const struct map *m, uint64_t offset, enum map_kind kind, uint64_t end)
{
	const unsigned char *p = m->base + offset;
	struct map_record_head h;
	uint64_t sum;

	map_copy(&h, p, sizeof(h));
	switch (kind) {
	case MAP_GROUP: {
		struct map_group_head group;

		map_copy(&group, p, sizeof(group));
		sum = map_group_sum(m->seed, offset, &group, (const char *)p + sizeof(group));
		break;
	}
	case MAP_GROUPS:
		sum = map_groups_sum(m->seed, offset, p, (size_t)(end - offset));
		break;
	case MAP_GONE: {
		struct map_gone_head gone;

		map_copy(&gone, p, sizeof(gone));
		sum = map_gone_sum(m->seed, offset, &gone, (const char *)p + sizeof(gone));
		break;
	}
	default: {
		struct map_user_head user;

		map_copy(&user, p, sizeof(user));
		sum = map_user_sum(m->seed, offset, &user, p + sizeof(user));
	}
	}
	return sum == h.sum ? ERR_OK : ERR_SYNTAX;
}

/* Whether the changes speak of a user of the base: then he comes with them, or is no more. */
static enum err user_is_changed(const struct map *changes, const struct user_record *r, bool *ret)
{
	struct map_name name;
	enum err e;

	if (!map_name_set(&name, r->name))
		return ERR_SYNTAX;
	e = map_knows_user(changes, &name, 0);
	if (e == ERR_NOT_FOUND)
		e = map_knows_user(changes, NULL, r->uid);
	*ret = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err group_is_changed(const struct map *changes, const struct map_group *g, bool *ret)
{
	struct map_name name;
	enum err e;

	if (!map_name_set(&name, g->name))
		return ERR_SYNTAX;
	e = map_knows_group(changes, &name, 0);
	if (e == ERR_NOT_FOUND)
		e = map_knows_group(changes, NULL, g->gid);
	*ret = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err map_walk_user(struct map_walk *w, char *buf, size_t size, struct user_record *ret)
{
	while (!at_end(w)) {
		const struct map *m = map_of(w);
		struct user_record found;
		enum map_kind kind;
		bool left_out = false;
		uint64_t end;
		enum err e = look(w, &kind, &end);

		if (e != ERR_OK)
			return e;
		if (kind != MAP_USER && kind != MAP_USER_AND_GROUP) {
			e = pass(m, w->offset, kind, end);
			left_out = true;
		} else {
			e = map_read_user_at(m, w->offset, buf, size, &found);
			if (e == ERR_OK && m->changes)
				e = user_is_changed(m->changes, &found, &left_out);
		}
		if (e != ERR_OK)
			return e;
		w->offset = end;
		/* behind the first groups of a member there are only more of them */
		if (kind == MAP_GROUPS && !w->in_changes)
			w->offset = m->records_end;
		if (left_out)
			continue;
		*ret = found;
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}

enum err map_walk_group(struct map_walk *w, char *buf, size_t size, struct map_group *ret)
{
	while (!at_end(w)) {
		const struct map *m = map_of(w);
		struct map_group found;
		enum map_kind kind;
		bool left_out = false;
		uint64_t end;
		enum err e = look(w, &kind, &end);

		if (e != ERR_OK)
			return e;
		if (kind != MAP_GROUP && kind != MAP_USER_AND_GROUP) {
			e = pass(m, w->offset, kind, end);
			left_out = true;
		} else {
			e = map_read_group_at(m, w->offset, kind, buf, size, &found);
			if (e == ERR_OK && m->changes)
				e = group_is_changed(m->changes, &found, &left_out);
		}
		if (e != ERR_OK)
			return e;
		w->offset = end;
		if (kind == MAP_GROUPS && !w->in_changes)
			w->offset = m->records_end;
		if (left_out)
			continue;
		*ret = found;
		return ERR_OK;
	}
	return ERR_NOT_FOUND;
}
