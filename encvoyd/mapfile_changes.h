/* SPDX-License-Identifier: MIT */
/* users.changes: what differs from the map in place, written in no time however large that is.
 * Everything since that map, each time: the file before is replaced. */
#ifndef ENCVOY_ENCVOYD_MAPFILE_CHANGES_H
#define ENCVOY_ENCVOYD_MAPFILE_CHANGES_H

#include "common/map.h"
#include "encvoyd/mapfile.h"

struct map_changes;
/* base is looked at only now. ERR_NOMEM; the caller frees with map_changes_free, NULL is fine. */
enum err map_changes_new(struct map_changes **ret, const struct map *base);
void map_changes_free(struct map_changes *c);

/* What is new or replaces something of the base, by name and by id; errors as map_builder_add_*. A
 * user's private group is added behind him, else the base's stays. */
enum err map_changes_add_user(struct map_changes *c, const struct user_record *rec);
enum err map_changes_add_group(
    struct map_changes *c, const char *name, uint32_t gid, const char *const *members, size_t n);
/* All groups, of those with a list of members, that name is in from now on; n may be 0. Nothing
 * follows from members by itself. */
enum err map_changes_set_groups_of(
    struct map_changes *c, const char *name, const uint32_t *gids, size_t n);
/* Names and ids that the base has and that are no more: said last, and nothing happens to a name or
 * id that one of the records above has. A user's private group is said to be gone as a group. */
enum err map_changes_gone_user(struct map_changes *c, const char *name, uint32_t uid);
enum err map_changes_gone_group(struct map_changes *c, const char *name, uint32_t gid);

/* Renames users.changes into place and raises the generation, as map_builder_publish. Readers do
 * not take it unless the base is the map in place. flags: those of the base. */
enum err map_changes_publish(
    struct map_changes *c, const char *cache_dir, unsigned flags, uint64_t *ret_generation);

static inline void map_changes_freep(struct map_changes **c)
{
	map_changes_free(*c);
}

#define AUTO_MAP_CHANGES CLEANUP(map_changes_freep)

#endif
