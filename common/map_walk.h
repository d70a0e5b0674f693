/* SPDX-License-Identifier: MIT */
/* All users or all groups of a map, one after the other in the order of the file, those of the
 * changes last; what the changes replace or remove is left out. */
#ifndef ENCVOY_COMMON_MAP_WALK_H
#define ENCVOY_COMMON_MAP_WALK_H

#include "common/map.h"

struct map_walk {
	const struct map *map; /* with the changes that belong to it; borrowed */
	uint64_t offset;
	bool in_changes;
};

void map_walk_begin(struct map_walk *w, const struct map *m);
/* The next one, as the look-ups of map.h give it. ERR_NOT_FOUND: there are no more. ERR_TOO_LONG:
 * the same one comes again. ERR_SYNTAX: the map is damaged here, and the walk cannot go on. */
enum err map_walk_user(struct map_walk *w, char *buf, size_t size, struct user_record *ret);
/* Private groups come, too. */
enum err map_walk_group(struct map_walk *w, char *buf, size_t size, struct map_group *ret);

#endif
