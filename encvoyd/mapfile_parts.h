/* SPDX-License-Identifier: MIT */
/* What the files mapfile*.c share. */
#ifndef ENCVOY_ENCVOYD_MAPFILE_PARTS_H
#define ENCVOY_ENCVOYD_MAPFILE_PARTS_H

#include "common/buf.h"
#include "common/map.h"
#include "encvoyd/mapfile.h"

/* --- mapfile_seen.c: which names and ids are there already */

/* An open-addressed set of record offsets / 8, found by 32 well-mixed bits of the key's hash. */
struct seen {
	uint64_t *slots; /* hash << 32 | reference; 0: free */
	uint32_t cap;
	uint32_t n;
};
/* True when the record at offset has the key that is looked for. */
typedef bool (*seen_match)(const void *arg, uint64_t offset);

/* The offset of the record with the key, 0 when there is none. */
struct seen_key {
	const struct buf *image;
	const struct map_name *name;
	uint32_t id;
};
/* mapfile.c: what a set compares, the name or the id of a record of the image. */
bool seen_has_name(const void *arg, uint64_t offset);
bool seen_has_id(const void *arg, uint64_t offset);
uint64_t seen_find(const struct seen *s, uint32_t hash, seen_match match, const void *arg);
/* Room for one more; ERR_NOMEM. Afterwards seen_add cannot fail. */
enum err seen_reserve(struct seen *s);
void seen_add(struct seen *s, uint32_t hash, uint64_t offset);
void seen_free(struct seen *s);

/* --- mapfile.c */

enum seen_id {
	SEEN_USER_NAME,
	SEEN_USER_ID,
	SEEN_GROUP_NAME,
	SEEN_GROUP_ID,
	SEEN_MEMBER,
	SEEN_SETS,
};

struct membership {
	char name[NAME_MAX_LEN]; /* padded with zeros */
	uint32_t len;
	uint32_t gid;
};

struct map_builder {
	struct buf image; /* the file to be: header and records */
	uint64_t seed;
	uint64_t base; /* the generation that these are changes of; 0: this is a base */
	uint64_t users;
	uint64_t groups;
	uint64_t private_groups; /* not among the groups */
	uint64_t memberships;    /* members in all groups */
	/* of changes only; a base gets the groups of its members when it is finished */
	uint64_t members;
	uint64_t gone[MAP_TABLES];
	struct seen seen[SEEN_SETS]; /* numbered as the tables */
	struct buf locals;           /* struct membership in local groups */
};

/* --- mapfile_members.c: behind the users and groups, the groups of each member */

/* One record: ascending gids without doubles. */
enum err image_put_groups(
    struct map_builder *b, const char *name, size_t len, const uint32_t *gids, size_t n);
enum err image_add_members(struct map_builder *b, uint64_t *ret_members);

/* --- mapfile_image.c: tables and header */

/* The kind of a record that the builder wrote itself, and where the next one begins. */
enum map_kind image_kind(const struct buf *image, uint64_t offset);
uint64_t image_next(const struct buf *image, uint64_t offset);
enum err image_finish(struct map_builder *b, unsigned flags, uint64_t generation);
/* Puts the file into place, and removes what a killed publisher left beside it. */
enum err image_write(const struct buf *image, const char *cache_dir, const char *file);
void image_remove(const char *cache_dir, const char *file);

/* --- mapfile_gen.c: users.gen */

/* The path of a file in the cache directory. */
enum err cache_path(char *dst, size_t size, const char *cache_dir, const char *file);

struct gen_file {
	struct map_gen *page; /* mapped */
	uint64_t next;        /* larger than every generation before */
};
/* Opens users.gen, repaired in place where that can be, made anew otherwise. */
enum err gen_file_open(struct gen_file *ret, const char *cache_dir);
/* Makes the generation visible to every reader at once, and only then takes the mark back. */
void gen_file_raise(struct gen_file *g);
/* Sets the mark: a miss is not final. */
void gen_file_mark_stale(struct gen_file *g);
void gen_file_close(struct gen_file *g);
/* The generation of a sound users.gen. */
enum err gen_file_read(const char *cache_dir, uid_t owner, uint64_t *ret);

/* --- mapfile_verify.c */

/* Checks every byte of an image, a base or changes, against the format. */
enum err image_verify(const void *bytes, size_t len, uint64_t *ret_generation, uint64_t *ret_users);

static_assert(SEEN_USER_NAME == (int)MAP_USER_NAME && SEEN_MEMBER == (int)MAP_MEMBER, "as tables");

#define AUTO_GEN_FILE CLEANUP(gen_file_close)

#endif
