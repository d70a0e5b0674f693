/* SPDX-License-Identifier: MIT */
#include "common/map.h"

#include "common/map_check.h"
#include "common/map_probe.h"

#include <string.h>

static bool table_open(
    const struct map_header *h, const void *base, enum map_table_id id, struct map_table *ret)
{
	const struct map_place *p = &h->tables[id];

	if (p->offset % sizeof(struct map_bucket) || p->offset < h->records_end ||
	    p->offset > h->size || p->buckets == 0 || p->buckets > UINT32_MAX ||
	    p->buckets > (h->size - p->offset) / sizeof(struct map_bucket))
		return false;
	ret->buckets = (const void *)((const unsigned char *)base + p->offset);
	ret->offset = p->offset;
	ret->n = (uint32_t)p->buckets;
	return true;
}

static enum err open_role(struct map *ret, const void *base, size_t size, enum map_role role)
{
	struct map_header h;
	struct map m;

	if (size < sizeof(h))
		return ERR_SYNTAX;
	map_copy(&h, base, sizeof(h));
	if (memcmp(h.magic, MAP_MAGIC, sizeof(h.magic)) != 0)
		return ERR_SYNTAX;
	if (h.byte_order != MAP_BYTE_ORDER || h.version != MAP_VERSION)
		return ERR_VERSION;
	if (h.sum != map_sum(MAP_VERSION, &h, offsetof(struct map_header, sum)))
		return ERR_SYNTAX;
	if (h.size != size || h.role != role || h.records_end < sizeof(h) || h.records_end > size)
		return ERR_SYNTAX;
	m = (struct map){.base = base,
	    .records_end = h.records_end,
	    .seed = h.seed,
	    .generation = h.generation,
	    .base_generation = h.base,
	    .is_changes = role == MAP_CHANGES,
	    .complete = h.flags & MAP_COMPLETE,
	    .enumerate = h.flags & MAP_ENUMERATE};
	for (enum map_table_id id = 0; id < MAP_TABLES; id++)
		if (!table_open(&h, base, id, &m.tables[id]))
			return ERR_SYNTAX;
	*ret = m;
	return ERR_OK;
}

enum err map_open(struct map *ret, const void *base, size_t size)
{
	return open_role(ret, base, size, MAP_BASE);
}

enum err map_open_changes(struct map *ret, const void *base, size_t size)
{
	return open_role(ret, base, size, MAP_CHANGES);
}

enum err map_join(struct map *base, const struct map *changes)
{
	if (changes->generation <= changes->base_generation)
		return ERR_SYNTAX;
	if (changes->generation < base->generation)
		return ERR_EXISTS;
	if (changes->base_generation != base->generation)
		return ERR_NOT_FOUND;
	if (changes->seed != base->seed)
		return ERR_SYNTAX;
	base->changes = changes;
	return ERR_OK;
}

uint64_t map_generation(const struct map *m)
{
	return m->changes ? m->changes->generation : m->generation;
}

bool map_name_set_len(struct map_name *ret, const char *name, size_t len)
{
	struct map_words w;

	if (len == 0 || len > NAME_MAX_LEN)
		return false;
	w = map_words(name, len);
	if (!map_name_plain(name[0], w.w[0], w.w[1], w.w[2], w.w[3]) && !name_ok(name, len))
		return false;
	if (name_reserved_len(name, len))
		return false;
	ret->text = name;
	ret->len = len;
	for (size_t i = 0; i < sizeof(w.w) / sizeof(w.w[0]); i++)
		ret->words.w[i] = w.w[i];
	return true;
}

bool map_name_set(struct map_name *ret, const char *name)
{
	return map_name_set_len(ret, name, strnlen(name, NAME_MAX_LEN + 1));
}
