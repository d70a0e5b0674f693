/* SPDX-License-Identifier: MIT */
#include "common/map.h"
#include "common/map_probe.h"

#include <string.h>

/* Checked where it is: whoever uses the gids checks each of them as he reads it. */
static enum err read_groups(
    const struct map *m, uint64_t offset, const struct map_name *name, struct map_groups *ret)
{
	const unsigned char *p = m->base + offset;
	uint64_t left = m->records_end - offset;
	struct map_groups_head h;
	uint64_t name_size, size;

	map_copy(&h, p, sizeof(h));
	name_size = map_pad8((size_t)h.name_len + 1);
	size = sizeof(h) + name_size + (((uint64_t)h.groups * 4 + 7) & ~7ULL);
	if (h.kind != MAP_GROUPS)
		return map_read_gone(m, offset, MAP_MEMBER, name, 0);
	if (size > left)
		return ERR_SYNTAX;
	if (h.sum != map_groups_sum(m->seed, offset, p, size))
		return ERR_SYNTAX;
	if (!map_name_is(name, (const char *)p + sizeof(h), h.name_len))
		return ERR_NOT_FOUND;
	*ret = (struct map_groups){p + sizeof(h) + name_size, h.groups};
	return ERR_OK;
}

static enum err find_in(
    const struct map *m, uint64_t hash, const struct map_name *name, struct map_groups *ret)
{
	struct map_probe p = map_probe_start(m, MAP_MEMBER, hash, map_tag(hash));
	enum err e;

	do {
		uint64_t offset;

		e = map_probe_next(&p, sizeof(struct map_groups_head), &offset);
		if (e != ERR_OK)
			return e;
		e = read_groups(m, offset, name, ret);
	} while (e == ERR_NOT_FOUND);
	return e;
}

enum err map_groups_of(const struct map *m, const struct map_name *name, struct map_groups *ret)
{
	uint64_t hash = map_hash_name(m->seed, &name->words, name->len);

	if (m->changes) {
		enum err e = find_in(m->changes, hash, name, ret);

		if (e != ERR_NOT_FOUND)
			return map_gone_is_not_found(e);
	}
	return find_in(m, hash, name, ret);
}

uint32_t map_groups_gid(const struct map_groups *g, uint32_t i)
{
	uint32_t gid;

	memcpy(&gid, g->gids + (size_t)i * sizeof(gid), sizeof(gid));
	return gid;
}
