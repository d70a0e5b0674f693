/* SPDX-License-Identifier: MIT */
/* The bytes of users.map, users.changes and users.gen. HACKING.md ("The map") describes them in
 * words; whoever changes anything here raises MAP_VERSION: a reader refuses every other version,
 * and the daemon builds the map anew from its database.
 *
 * users.map (the base) and users.changes are immutable and of one format: header, records, tables,
 * in the byte order of the machine.
 *
 *   header   one struct map_header, checked by a checksum of its own when it is mapped
 *   records  8-aligned, one behind the other: users and groups in the order they were added, then
 *            the groups of each member; each with checksums over all of it. A private group (the
 *            user's name, gid = uid, no members) is a mark on the user's record, and found there
 *            by who does not find it among the groups. In users.changes also, anywhere, a record
 *            for each name or id that is no more.
 *   tables   64-aligned arrays of buckets, one cache line each. A bucket holds up to 7 entries
 *            without a gap: a tag (the id, or half of a name's hash) and a reference (offset / 8).
 *            An entry stands in its home bucket or, when that is full, in one of the next
 *            MAP_PROBES - 1; a bucket with room ends the search. A bucket has a checksum, too, so
 *            that "not there" is as well proven as a hit.
 *
 * Every checksum starts from the map's seed and the place of what it covers, so old or misplaced
 * blocks do not pass. It is no protection against who may write the file: that is what the checks
 * of common/record.h in every reader are for.
 *
 * users.gen is one page that is never replaced and never made shorter while it is sound; its
 * generation is raised, atomically, after a new users.map or users.changes was renamed into place.
 */
#ifndef ENCVOY_COMMON_MAP_FORMAT_H
#define ENCVOY_COMMON_MAP_FORMAT_H

#include <assert.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#define USERS_MAP "users.map"
#define USERS_CHANGES "users.changes"
#define USERS_GEN "users.gen"

#define MAP_MAGIC "ENCVOYM\n"
#define MAP_GEN_MAGIC "ENCVOYG\n"
#define MAP_BYTE_ORDER 0x01020304U
#define MAP_VERSION 2U

enum map_table_id {
	MAP_USER_NAME,
	MAP_USER_ID,
	MAP_GROUP_NAME,
	MAP_GROUP_ID,
	MAP_MEMBER, /* a member's name to its groups */
	MAP_TABLES,
	MAP_TABLES_MAX = 8 /* places in the header; unused ones are zero */
};

enum map_flags {
	MAP_COMPLETE = 1,  /* what is not in the map does not exist */
	MAP_ENUMERATE = 2, /* everything may be listed */
};

/* A base holds everything. Changes hold what differs from the base whose generation they name in
 * `base` and whose seed they share: newer records, and MAP_GONE for what is no more. */
enum map_role {
	MAP_BASE = 1,
	MAP_CHANGES = 2,
};

enum map_kind {
	MAP_USER = 1,
	MAP_GROUP = 2,
	MAP_GROUPS = 3,
	MAP_GONE = 4,
	MAP_USER_AND_GROUP = 5, /* a user with a private group */
};

struct map_place {
	uint64_t offset;
	uint64_t buckets;
};

struct map_header {
	char magic[8];
	uint32_t byte_order;
	uint32_t version;
	uint64_t size; /* of the file */
	uint64_t generation;
	uint64_t base;
	uint64_t seed;
	uint32_t flags;
	uint32_t role;
	uint64_t records_end; /* they start behind the header */
	uint64_t users;
	uint64_t groups;
	uint64_t members;
	uint64_t private_groups; /* not among the groups */
	struct map_place tables[MAP_TABLES_MAX];
	uint64_t gone[MAP_TABLES_MAX]; /* entries of a table that are for MAP_GONE */
	uint64_t reserved[26];
	uint64_t body_sum; /* everything behind the header; only the daemon checks it */
	uint64_t sum;      /* this header up to here */
};
static_assert(sizeof(struct map_header) == 512, "no hidden padding");

#define MAP_BUCKET_SLOTS 7
#define MAP_PROBES 8

struct map_bucket {
	uint32_t tags[MAP_BUCKET_SLOTS];
	uint32_t refs[MAP_BUCKET_SLOTS]; /* 0: free, as are all behind it */
	uint64_t sum;
};
static_assert(sizeof(struct map_bucket) == 64, "a cache line");

/* Every record begins so. */
struct map_record_head {
	uint64_t sum; /* everything behind it, the list of a group apart */
	uint8_t kind;
	uint8_t name_len;
	uint16_t reserved;
};

/* name, gecos, home and shell follow, each with its NUL, padded with zeros to a multiple of 16. */
struct map_user_head {
	uint64_t sum;
	uint8_t kind;
	uint8_t name_len;
	uint16_t gecos_len;
	uint16_t home_len;
	uint16_t shell_len;
	uint32_t uid;
	uint32_t gid;
};
static_assert(sizeof(struct map_user_head) == 24, "no hidden padding");

/* Then, each padded to a multiple of 8: the name with its NUL; a length byte per member; the list:
 * the members' names with their NULs. The last two have a sum of their own, so that a buffer too
 * small is told without reading them. */
struct map_group_head {
	uint64_t sum;
	uint8_t kind;
	uint8_t name_len;
	uint16_t reserved;
	uint32_t gid;
	uint64_t list_sum;
	uint32_t members;
	uint32_t list_size; /* with its padding */
};
static_assert(sizeof(struct map_group_head) == 32, "no hidden padding");

/* Then, each padded to a multiple of 8: the member's name with its NUL, and the gids. */
struct map_groups_head {
	uint64_t sum;
	uint8_t kind;
	uint8_t name_len;
	uint16_t reserved;
	uint32_t groups;
};
static_assert(sizeof(struct map_groups_head) == 16, "no hidden padding");

/* A name or, when that is empty, an id that is no more, in every table of the mask (1 << its
 * number). The name with its NUL follows, padded to a multiple of 16. */
struct map_gone_head {
	uint64_t sum; /* everything behind it */
	uint8_t kind;
	uint8_t name_len;
	uint16_t tables;
	uint32_t id;
};
static_assert(sizeof(struct map_gone_head) == 16, "no hidden padding");

#define MAP_GEN_SIZE 4096

struct map_gen {
	char magic[8];
	uint32_t byte_order;
	uint32_t version;
	uint64_t generation;
	uint64_t stale; /* not 0: something newer could not be written, so no miss is final */
	uint64_t reserved[508];
};
static_assert(sizeof(struct map_gen) == MAP_GEN_SIZE, "one page");
static_assert(__atomic_always_lock_free(sizeof(uint64_t), 0), "the generation is read atomically");

static inline size_t map_pad8(size_t n)
{
	return (n + 7) & ~(size_t)7;
}

static inline size_t map_pad16(size_t n)
{
	return (n + 15) & ~(size_t)15;
}

static inline uint64_t map_load8(const void *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

/* Takes one word in: for each state a one-to-one function of the word, and the other way round, so
 * a change within one word always changes the result. */
static inline uint64_t map_mix(uint64_t h, uint64_t word)
{
	h = (h ^ word) * 0x9e3779b97f4a7c15U;
	return h << 29 | h >> 35;
}

/* The checksum of at least 8 bytes at any address. */
static inline uint64_t map_sum(uint64_t seed, const void *bytes, size_t len)
{
	const unsigned char *p = bytes;
	const unsigned char *end = p + len;
	uint64_t a = seed ^ len, b = ~seed, c = seed + 1, d = seed - 1;

	for (; end - p >= 32; p += 32) {
		a = map_mix(a, map_load8(p));
		b = map_mix(b, map_load8(p + 8));
		c = map_mix(c, map_load8(p + 16));
		d = map_mix(d, map_load8(p + 24));
	}
	for (; end - p >= 8; p += 8)
		a = map_mix(a, map_load8(p));
	if (p != end)
		b = map_mix(b, map_load8(end - 8));
	return map_mix(map_mix(a, b), map_mix(c, d));
}

/* The sum of what stands at an offset of the map. */
static inline uint64_t map_sum_at(uint64_t seed, uint64_t offset, const void *bytes, size_t len)
{
	return map_sum(seed ^ (offset << 20), bytes, len);
}

static inline uint64_t map_bucket_sum(uint64_t seed, uint64_t offset, const struct map_bucket *b)
{
	return map_sum_at(seed, offset, b, offsetof(struct map_bucket, sum));
}

static inline size_t map_strings_len(const struct map_user_head *h)
{
	return (size_t)h->name_len + h->gecos_len + h->home_len + h->shell_len + 4;
}

/* The sum of a user, so that a reader can take it while he copies: the head, then the strings with
 * their padding, two words at a time. */
struct map_user_sum {
	uint64_t a;
	uint64_t b;
};

static inline struct map_user_sum map_user_sum_begin(
    uint64_t seed, uint64_t offset, const struct map_user_head *h)
{
	const char *p = (const char *)h + sizeof(h->sum);

	return (struct map_user_sum){
	    map_mix(seed ^ offset, map_load8(p)), map_mix(~seed, map_load8(p + 8))};
}

static inline void map_user_sum_add(struct map_user_sum *s, uint64_t even, uint64_t odd)
{
	s->a = map_mix(s->a, even);
	s->b = map_mix(s->b, odd);
}

static inline uint64_t map_user_sum_end(const struct map_user_sum *s)
{
	return map_mix(s->a, s->b);
}

/* In place. */
static inline uint64_t map_user_sum(
    uint64_t seed, uint64_t offset, const struct map_user_head *h, const void *strings)
{
	const unsigned char *p = strings;
	const unsigned char *end = p + map_pad16(map_strings_len(h));
	struct map_user_sum s = map_user_sum_begin(seed, offset, h);

	for (; p != end; p += 16)
		map_user_sum_add(&s, map_load8(p), map_load8(p + 8));
	return map_user_sum_end(&s);
}

static inline uint64_t map_group_sum(
    uint64_t seed, uint64_t offset, const struct map_group_head *h, const char *name)
{
	uint64_t s =
	    map_sum_at(seed, offset, (const char *)h + sizeof(h->sum), sizeof(*h) - sizeof(h->sum));

	return map_sum(s, name, map_pad8((size_t)h->name_len + 1));
}

/* For a group with members. */
static inline uint64_t map_list_sum(uint64_t seed, uint64_t offset, const struct map_group_head *h,
    const uint8_t *lens, const char *list)
{
	return map_sum(map_sum_at(seed, offset, lens, map_pad8(h->members)), list, h->list_size);
}

/* The whole record. */
static inline uint64_t map_groups_sum(
    uint64_t seed, uint64_t offset, const unsigned char *record, size_t len)
{
	return map_sum_at(seed, offset, record + sizeof(uint64_t), len - sizeof(uint64_t));
}

static inline uint64_t map_gone_sum(
    uint64_t seed, uint64_t offset, const struct map_gone_head *h, const char *name)
{
	uint64_t s =
	    map_sum_at(seed, offset, (const char *)h + sizeof(h->sum), sizeof(*h) - sizeof(h->sum));

	return map_sum(s, name, map_pad16((size_t)h->name_len + 1));
}

/* Of a hash the high half chooses the bucket, and of a name's the low half is the tag. */
static inline uint64_t map_finish(uint64_t h)
{
	h ^= h >> 32;
	h *= 0xd6e8feb86659fd93U;
	return h ^ h >> 32;
}

static inline uint64_t map_hash_id(uint64_t seed, uint32_t id)
{
	return map_finish(map_mix(seed, id));
}

/* The words that the hash of a name is made of, all of its bytes among them (some twice): 1 to 32
 * bytes, not copied anywhere before. */
struct map_words {
	uint64_t w[4];
};

static inline struct map_words map_words(const char *name, size_t len)
{
	const unsigned char *p = (const unsigned char *)name;
	uint32_t first, last;

	if (len > 16)
		return (struct map_words){{map_load8(p), map_load8(p + 8), map_load8(p + len - 16),
		    map_load8(p + len - 8)}};
	if (len >= 8)
		return (struct map_words){{map_load8(p), map_load8(p + len - 8)}};
	if (len >= 4) {
		memcpy(&first, p, sizeof(first));
		memcpy(&last, p + len - 4, sizeof(last));
	} else {
		first = p[0] | (uint32_t)p[len / 2] << 16;
		last = p[len - 1];
	}
	return (struct map_words){{first | (uint64_t)last << 32}};
}

static inline uint64_t map_hash_name(uint64_t seed, const struct map_words *words, size_t len)
{
	uint64_t h = map_mix(map_mix(seed + len, words->w[0]), words->w[1]);

	if (len > 16)
		h = map_mix(map_mix(h, words->w[2]), words->w[3]);
	return map_finish(h);
}

static inline uint32_t map_tag(uint64_t hash)
{
	return (uint32_t)hash;
}

static inline uint32_t map_home(uint64_t hash, uint32_t buckets)
{
	return (uint32_t)((hash >> 32) * buckets >> 32);
}

#endif
