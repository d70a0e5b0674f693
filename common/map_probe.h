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

/* What the changes say of a key that is no more: the base need not be asked. Never leaves the
 * files map_*.c. */
#define MAP_ERR_GONE ERR_UNKNOWN_USER

/* From what is left of a search: nothing found, or gone, is the same to the caller. */
static inline enum err map_gone_is_not_found(enum err e)
{
	return e == MAP_ERR_GONE ? ERR_NOT_FOUND : e;
}

/* The record that a table's entry points at is not of the table's kind: MAP_ERR_GONE when it says
 * that the name or, without one, the id is no more; ERR_NOT_FOUND when it says so of another. */
enum err map_read_gone(const struct map *m, uint64_t offset, enum map_table_id table,
    const struct map_name *name, uint32_t id);

/* For the walk: ERR_OK when the changes say anything of the name or, without one, of the id. */
enum err map_knows_user(const struct map *changes, const struct map_name *name, uint32_t uid);
enum err map_knows_group(const struct map *changes, const struct map_name *name, uint32_t gid);
/* The record at a place, of which the longest head is inside the map; with all checks of a look-up
 * by id. ERR_OK, ERR_TOO_LONG or ERR_SYNTAX. */
enum err map_read_user_at(
    const struct map *m, uint64_t offset, char *buf, size_t size, struct user_record *ret);
enum err map_read_group_at(const struct map *m, uint64_t offset, enum map_kind kind, char *buf,
    size_t size, struct map_group *ret);

/* The words of a name tell it from every other of its length. */
static inline bool map_name_is(const struct map_name *name, const char *other, size_t len)
{
	struct map_words w;

	if (len != name->len)
		return false;
	w = map_words(other, len);
	return ((w.w[0] ^ name->words.w[0]) | (w.w[1] ^ name->words.w[1]) |
		   (w.w[2] ^ name->words.w[2]) | (w.w[3] ^ name->words.w[3])) == 0;
}

struct map_probe {
	const struct map *map;
	const struct map_table *table;
	uint32_t tag;
	uint32_t bucket;
	uint32_t matches; /* a bit per slot of the bucket, of those not looked at yet */
	uint32_t left;    /* buckets that may still be looked at */
};

/* All slots at once: where in a bucket an entry stands cannot be foreseen. */
static inline uint32_t map_match(const struct map_bucket *b, uint32_t tag)
{
	typedef uint32_t four __attribute__((vector_size(16)));
	static const four low_bits = {1, 2, 4, 8}, high_bits = {8, 16, 32, 64};
	four low, high;
	uint64_t half[2];

	static_assert(MAP_BUCKET_SLOTS == 7, "two vectors that share the fourth slot");
	memcpy(&low, &b->tags[0], sizeof(low));
	memcpy(&high, &b->tags[3], sizeof(high));
	low = ((four)(low == tag) & low_bits) | ((four)(high == tag) & high_bits);
	memcpy(half, &low, sizeof(half));
	half[0] |= half[1];
	return (uint32_t)(half[0] | half[0] >> 32);
}

static inline struct map_probe map_probe_start(
    const struct map *m, enum map_table_id id, uint64_t hash, uint32_t tag)
{
	const struct map_table *t = &m->tables[id];
	uint32_t bucket = map_home(hash, t->n);

	return (struct map_probe){
	    m, t, tag, bucket, map_match(&t->buckets[bucket], tag), MAP_PROBES};
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
	for (;;) {
		const struct map_bucket *b = &p->table->buckets[p->bucket];
		uint64_t offset = 0;

		if (p->matches) {
			offset = (uint64_t)map_read4(&b->refs[__builtin_ctz(p->matches)]) * 8;
			p->matches &= p->matches - 1;
		}
		if (offset) {
			if (offset < sizeof(struct map_header) ||
			    offset + head > p->map->records_end)
				return ERR_SYNTAX;
			*ret = offset;
			return ERR_OK;
		}
		if (p->matches) /* a free slot whose tag matches by chance */
			continue;
		if (!map_bucket_sound(p))
			return ERR_SYNTAX;
		if (!map_read4(&b->refs[MAP_BUCKET_SLOTS - 1]) || --p->left == 0)
			return ERR_NOT_FOUND;
		p->bucket = p->bucket + 1 == p->table->n ? 0 : p->bucket + 1;
		p->matches = map_match(&p->table->buckets[p->bucket], p->tag);
	}
}

#endif
