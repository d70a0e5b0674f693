/* SPDX-License-Identifier: MIT */
/* Reading users.map and users.changes (common/map_format.h) from memory: pure, without allocation,
 * locks or I/O.
 *
 * The bytes are untrusted, and may change while they are read. So every offset is checked against
 * the size, every search is bounded, what is checked is always the copy that is handed out, and
 * a record that record.h would refuse is never handed out. Results of all look-ups:
 *
 *   ERR_OK         the record, copied into the caller's buffer and checked
 *   ERR_NOT_FOUND  proven not to be in this map (whether it exists elsewhere: map.complete)
 *   ERR_TOO_LONG   it is there, and the buffer is too small
 *   ERR_SYNTAX     the map is damaged here: nothing is known */
#ifndef ENCVOY_COMMON_MAP_H
#define ENCVOY_COMMON_MAP_H

#include "common/err.h"
#include "common/local_gids.h"
#include "common/map_format.h"
#include "common/name.h"
#include "common/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct map_table {
	const struct map_bucket *buckets;
	uint64_t offset;
	uint32_t n;
};

/* An opened map: where things are, checked once and kept out of reach of the file. */
struct map {
	const unsigned char *base;
	const struct map *changes; /* borrowed; NULL: none. Look-ups go through it first */
	uint64_t records_end;
	uint64_t seed;
	uint64_t generation;
	uint64_t base_generation; /* of changes */
	bool is_changes;
	bool complete;
	bool enumerate;
	struct map_table tables[MAP_TABLES];
	struct local_gids local; /* for who uses map_groups_of: set by who opened the map */
};

/* Checks the header against the size mapped: ERR_OK, ERR_VERSION (another version or machine) or
 * ERR_SYNTAX. base is borrowed, and 8-aligned at least. */
enum err map_open(struct map *ret, const void *base, size_t size);
/* The same for changes. By themselves they only serve map_join. */
enum err map_open_changes(struct map *ret, const void *base, size_t size);
/* ERR_OK: look-ups in base respect the changes from now on; both stay where they are. ERR_EXISTS:
 * they are proven to be older than the base, and nothing is lost without them. ERR_NOT_FOUND: they
 * are of another base, which is to be looked for. ERR_SYNTAX: they cannot be true. */
enum err map_join(struct map *base, const struct map *changes);
/* The generation of both. */
uint64_t map_generation(const struct map *m);

/* A name to look for, in the form the tables want it. Borrows the string. */
struct map_name {
	const char *text;
	size_t len;
	struct map_words words;
};
/* False for a name that cannot be ours: not name_ok, or name_reserved. */
bool map_name_set(struct map_name *ret, const char *name);
/* The same for a name of known length, with a NUL behind it. */
bool map_name_set_len(struct map_name *ret, const char *name, size_t len);

/* The strings of *ret lie in buf. */
enum err map_user_by_name(const struct map *m, const struct map_name *name, char *buf, size_t size,
    struct user_record *ret);
enum err map_user_by_uid(
    const struct map *m, uint32_t uid, char *buf, size_t size, struct user_record *ret);

struct map_group {
	char *name;
	uint32_t gid;
	uint32_t n;
	char **members; /* n of them and a NULL */
};
/* Everything lies in buf, the pointers aligned, whatever the alignment of buf. */
enum err map_group_by_name(const struct map *m, const struct map_name *name, char *buf, size_t size,
    struct map_group *ret);
enum err map_group_by_gid(
    const struct map *m, uint32_t gid, char *buf, size_t size, struct map_group *ret);

/* The groups that list a name as a member (its private group does not): borrowed from the map. */
struct map_groups {
	const unsigned char *gids;
	uint32_t n;
};
enum err map_groups_of(const struct map *m, const struct map_name *name, struct map_groups *ret);
/* One of them; the caller takes those that are id_ok, and those that m->local has. */
uint32_t map_groups_gid(const struct map_groups *g, uint32_t i);

#endif
