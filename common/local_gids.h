/* SPDX-License-Identifier: MIT */
/* Local groups that a role may count as member of (local_group): a small set of gids, and those
 * that are never in it. */
#ifndef ENCVOY_COMMON_LOCAL_GIDS_H
#define ENCVOY_COMMON_LOCAL_GIDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define LOCAL_GIDS_MAX 64

struct local_gids {
	uint32_t n;
	uint32_t v[LOCAL_GIDS_MAX];
};

bool local_gids_has(const struct local_gids *s, uint32_t gid);
/* False when it is full. */
bool local_gids_add(struct local_gids *s, uint32_t gid);
void local_gids_remove(struct local_gids *s, uint32_t gid);

/* Who is in one of these is root, or as good as: root, shadow, disk. By number as Debian, Fedora
 * and others have it; by name wherever else it is. And -1, which is nobody's. */
bool local_gid_barred(uint32_t gid);
bool local_group_barred(const char *name);
extern const char *const local_groups_barred[]; /* NULL at the end */

#endif
