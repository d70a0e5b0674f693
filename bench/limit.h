/* SPDX-License-Identifier: MIT */
/* The limit: a bare open-addressed hash table in a mapped file behind the NSS interface, with one
 * copy of a prepared record per answer. No checksum, no check, no generation: what a module that
 * does this much cannot be faster than. */
#ifndef ENCVOY_BENCH_LIMIT_H
#define ENCVOY_BENCH_LIMIT_H

#include <stdint.h>
#include <string.h>

#define LIMIT_FILE "/var/lib/limit/limit.db"

enum limit_table {
	LIMIT_USER_NAME,
	LIMIT_USER_ID,
	LIMIT_GROUP_NAME,
	LIMIT_GROUP_ID,
	LIMIT_MEMBER,
	LIMIT_TABLES
};

struct limit_slot {
	uint32_t tag;
	uint32_t ref; /* offset / 8; 0: free */
};

struct limit_header {
	uint64_t tables[LIMIT_TABLES]; /* offsets of the slots */
	uint64_t mask[LIMIT_TABLES];   /* slots - 1 */
	uint64_t users_begin;
	uint64_t users_end;
};

/* Every record is 8-aligned and begins with its key's id and its name's length. */
struct limit_user {
	uint32_t id;
	uint16_t name_len;
	uint16_t len; /* of all strings */
	uint16_t gecos;
	uint16_t home;
	uint16_t shell;
	char text[];
};

/* Lengths of the members' names, then the group's name and theirs, each with its NUL. */
struct limit_group {
	uint32_t id;
	uint16_t name_len;
	uint32_t members;
	uint32_t len; /* of all strings */
	uint8_t lens[];
};

struct limit_member {
	uint32_t n;
	uint16_t name_len;
	char name[18];
	uint32_t gids[4];
};

static inline uint64_t limit_hash_id(uint32_t id)
{
	uint64_t h = id * 0x9e3779b97f4a7c15U;

	return h ^ h >> 32;
}

static inline uint64_t limit_hash_name(const char *name, size_t len)
{
	uint64_t h = len, w;

	for (; len >= 8; len -= 8, name += 8) {
		memcpy(&w, name, 8);
		h = (h ^ w) * 0x9e3779b97f4a7c15U;
		h ^= h >> 32;
	}
	for (w = 0; len > 0; len--)
		w = w << 8 | (uint8_t)name[len - 1];
	h = (h ^ w) * 0x9e3779b97f4a7c15U;
	return h ^ h >> 32;
}

#endif
