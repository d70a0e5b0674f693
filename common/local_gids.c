/* SPDX-License-Identifier: MIT */
#include "common/local_gids.h"

#include <string.h>

const char *const local_groups_barred[] = {"root", "shadow", "disk", NULL};

bool local_gids_has(const struct local_gids *s, uint32_t gid)
{
	for (uint32_t i = 0; i < s->n && i < LOCAL_GIDS_MAX; i++)
		if (s->v[i] == gid)
			return true;
	return false;
}

bool local_gids_add(struct local_gids *s, uint32_t gid)
{
	if (local_gids_has(s, gid))
		return true;
	if (s->n >= LOCAL_GIDS_MAX)
		return false;
	s->v[s->n++] = gid;
	return true;
}

void local_gids_remove(struct local_gids *s, uint32_t gid)
{
	for (uint32_t i = 0; i < s->n;) {
		if (s->v[i] == gid)
			s->v[i] = s->v[--s->n];
		else
			i++;
	}
}

bool local_gid_barred(uint32_t gid)
{
	return gid == 0 || gid == 6 || gid == 42 || gid == UINT32_MAX;
}

bool local_group_barred(const char *name)
{
	for (size_t i = 0; local_groups_barred[i]; i++)
		if (strcmp(name, local_groups_barred[i]) == 0)
			return true;
	return false;
}
