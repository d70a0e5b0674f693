/* SPDX-License-Identifier: MIT */
/* What publish.c and publish_change.c share. */
#ifndef ENCVOY_ENCVOYD_PUBLISH_PARTS_H
#define ENCVOY_ENCVOYD_PUBLISH_PARTS_H

#include "common/map.h"
#include "encvoyd/mapfile_changes.h"
#include "encvoyd/publish.h"

/* Of enum map_flags, for a base and its changes alike. */
unsigned publish_flags(const struct conf *conf);

/* Somebody who may be in other groups than in the base, or under another name. */
struct regrouped {
	char former[NAME_MAX_LEN + 1]; /* in the base; "": was not there */
	char name[NAME_MAX_LEN + 1];   /* as served now; "": is not */
	uint32_t *gids;                /* of groups with members, local ones included */
	size_t n_gids;
};
/* publish_groups.c: puts the groups that these people are or were in, and the groups of each, into
 * the changes. The base must have no changes joined. ERR_TOO_MANY: a whole map is less. */
enum err publish_groups(
    struct map_changes *c, const struct map *base, const struct regrouped *v, size_t n);

#endif
