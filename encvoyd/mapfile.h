/* SPDX-License-Identifier: MIT */
/* users.map and users.gen as the daemon writes them; the format is common/map_format.h. What
 * differs from a published map: mapfile_changes.h. */
#ifndef ENCVOY_ENCVOYD_MAPFILE_H
#define ENCVOY_ENCVOYD_MAPFILE_H

#include "common/cleanup.h"
#include "common/err.h"
#include "common/record.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* Collects users and groups and writes them as one map. It copies what it is given. */
struct map_builder;
enum err map_builder_new(struct map_builder **ret);
void map_builder_free(struct map_builder *b);

/* Refuse what user_record_ok and group_record_ok refuse (with their error) and a name or id that
 * is there already (ERR_EXISTS); nothing is added then. The private group of a user is added like
 * any other group. Members need not be users of the map; n may be 0. */
enum err map_builder_add_user(struct map_builder *b, const struct user_record *rec);
enum err map_builder_add_group(
    struct map_builder *b, const char *name, uint32_t gid, const char *const *members, size_t n);

/* Makes name a member of a local group, in what map_groups_of says and nowhere else: the group
 * itself is not ours. Modules believe it only for groups that root lists. ERR_ID_RANGE for a gid of
 * our range, or one that is barred (common/local_gids.h). */
enum err map_builder_add_local(struct map_builder *b, const char *name, uint32_t gid);

/* Writes users.map beside and renames it into place, then raises the generation in users.gen
 * (made anew when absent or damaged). Killed at any moment it leaves the old map or the new one.
 * flags: of enum map_flags. One publisher at a time. users.changes is then no more. */
enum err map_builder_publish(
    struct map_builder *b, const char *cache_dir, unsigned flags, uint64_t *ret_generation);
/* Something newer than the map could not be published: from now on, and until the next map, readers
 * do not take a miss for an answer. Needs no room on the disk if users.gen is there; ERR_IO. */
enum err mapfile_mark_stale(const char *cache_dir);

/* Checks the whole of users.map, every record and every table, users.changes, and users.gen, and
 * counts the users of both. ERR_NOT_FOUND when there is no map, ERR_IO, ERR_UNSAFE_FILE,
 * ERR_VERSION, or ERR_SYNTAX when it is damaged. */
enum err mapfile_verify(const char *cache_dir, uint64_t *ret_users);
/* The same for files that belong to owner, whoever asks. */
enum err mapfile_verify_of(const char *cache_dir, uid_t owner, uint64_t *ret_users);

static inline void map_builder_freep(struct map_builder **b)
{
	map_builder_free(*b);
}

#define AUTO_MAP_BUILDER CLEANUP(map_builder_freep)

#endif
