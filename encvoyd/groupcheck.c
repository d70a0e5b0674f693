/* SPDX-License-Identifier: MIT */
#include "encvoyd/groupcheck.h"

#include "common/local_gids.h"
#include "common/record.h"
#include "encvoyd/ledger.h"
#include "encvoyd/names.h"
#include "encvoyd/person.h"

#include <string.h>

enum err group_check(struct identities *ids, const struct conf *conf, const struct group_conf *g,
    char ret_name[NAME_MAX_LEN + 1])
{
	char sub[SUB_MAX_LEN + 1];
	enum err e;

	if (!str_copy(ret_name, NAME_MAX_LEN + 1, g->name))
		return ERR_BAD_NAME;
	e = names_check_group(ids, conf, g->name);
	if (e != ERR_OK)
		return e;
	if (!id_ok(g->gid) || g->gid < ID_GROUP_FLOOR || locals_has_id(ids->locals, g->gid))
		return ERR_ID_RANGE;
	/* a person who got the id before it was a group's keeps it */
	e = ledger_owner(ids->db, conf->issuer, g->gid, sub);
	if (is_fatal(e))
		return e;
	return e == ERR_NOT_FOUND ? ERR_OK : ERR_ID_RANGE;
}

/* Also a group of another name with the number of one that is barred. */
static bool is_barred(const struct locals *l, const char *name, uint32_t gid)
{
	if (local_gid_barred(gid) || local_group_barred(name))
		return true;
	for (size_t i = 0; local_groups_barred[i]; i++) {
		uint32_t other;

		if (locals_group(l, local_groups_barred[i], &other) == ERR_OK && other == gid)
			return true;
	}
	return false;
}

enum err group_check_local(
    struct identities *ids, struct slice group, char ret_name[NAME_MAX_LEN + 1], uint32_t *ret_gid)
{
	uint32_t gid = 0;
	enum err e;

	ret_name[0] = 0;
	if (group.len > NAME_MAX_LEN)
		return ERR_BAD_NAME;
	memcpy(ret_name, group.p, group.len);
	ret_name[group.len] = 0;
	e = locals_group(ids->locals, ret_name, &gid);
	if (e != ERR_OK)
		return e;
	if (is_barred(ids->locals, ret_name, gid))
		return ERR_PERMISSION;
	if (id_ok(gid))
		return ERR_ID_RANGE;
	*ret_gid = gid;
	return ERR_OK;
}

bool directory_counts(const struct conf *conf)
{
	return strcmp(conf->directory, "login") != 0;
}

enum err person_stands(struct identities *ids, const struct conf *conf, const char *sub)
{
	struct person p;
	enum err e;

	if (!directory_counts(conf))
		return ERR_OK;
	e = person_get(ids->db, conf->issuer, sub, &p);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return e;
	return p.p.blocked || p.p.deleted || p.dropped ? ERR_BLOCKED : ERR_OK;
}
