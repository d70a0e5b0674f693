/* SPDX-License-Identifier: MIT */
/* The search in a table, shared by common/map_*.c; inline, because it is on everybody's way. */
#ifndef ENCVOY_COMMON_MAP_PROBE_H
#define ENCVOY_COMMON_MAP_PROBE_H

#include "common/map.h"

#include <string.h>

/* Copies out of the map; what is checked afterwards is the copy, which the compiler must not
 * replace by reading the map once more. */
static inline void map_copy(void *dst, const void *src, size_t len)
{
	memcpy(dst, src, len);
	__asm__ volatile("" : : "r"(dst) : "memory");
}

static inline uint32_t map_read4(const uint32_t *p)
{
	return __atomic_load_n(p, __ATOMIC_RELAXED);
}

struct map_probe {
	const struct map *map;
	const struct map_table *table;
	uint32_t tag;
	uint32_t bucket;
	unsigned slot;
	unsigned left; /* buckets that may still be looked at */
};

static inline struct map_probe map_probe_start(
    const struct map *m, enum map_table_id id, uint64_t hash, uint32_t tag)
{
	const struct map_table *t = &m->tables[id];

	return (struct map_probe){m, t, tag, map_home(hash, t->n), 0, MAP_PROBES};
}

static inline bool map_bucket_sound(const struct map_probe *p)
{
	uint64_t offset = p->table->offset + p->bucket * sizeof(struct map_bucket);
	struct map_bucket b;

	map_copy(&b, &p->table->buckets[p->bucket], sizeof(b));
	return b.sum == map_bucket_sum(p->map->seed, offset, &b);
}

/* The offset of the next record with this tag, of which head bytes are inside the map. A record
 * that has another key after all is passed by calling again. */
static inline enum err map_probe_next(struct map_probe *p, size_t head, uint64_t *ret)
{
	for (; p->left; p->left--) {
		const struct map_bucket *b = &p->table->buckets[p->bucket];

		while (p->slot < MAP_BUCKET_SLOTS) {
			unsigned i = p->slot++;
			uint64_t offset = (uint64_t)map_read4(&b->refs[i]) * 8;

			if (offset == 0)
				return map_bucket_sound(p) ? ERR_NOT_FOUND : ERR_SYNTAX;
			if (map_read4(&b->tags[i]) != p->tag)
				continue;
			if (offset < sizeof(struct map_header) ||
			    offset + head > p->map->records_end)
				return ERR_SYNTAX;
			*ret = offset;
			return ERR_OK;
		}
		if (!map_bucket_sound(p))
			return ERR_SYNTAX;
		p->bucket = p->bucket + 1 == p->table->n ? 0 : p->bucket + 1;
		p->slot = 0;
	}
	return ERR_NOT_FOUND;
}

#endif
