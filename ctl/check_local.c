/* SPDX-License-Identifier: MIT */
/* Root's lists against local_group and local_user of the configuration. */
#include "ctl/checks.h"

#include "common/name.h"
#include "common/record.h"
#include "common/str.h"
#include "sys/localdb.h"
#include "sys/locallists.h"

#include <string.h>

/* The next pair's right side as a string; one that is too long is no name of ours. */
static bool next_name(struct slice *rest, char ret[NAME_MAX_LEN + 1])
{
	struct slice pair;

	while (slice_next(rest, " ,", &pair)) {
		const char *colon = memchr(pair.p, ':', pair.len);
		size_t n = colon ? pair.len - (size_t)(colon + 1 - pair.p) : 0;

		if (!n || n > NAME_MAX_LEN)
			continue;
		memcpy(ret, colon + 1, n);
		ret[n] = 0;
		return true;
	}
	return false;
}

static void check_group(struct findings *f, const char *name, const struct local_gids *listed)
{
	uint32_t gid = 0;
	enum err e = localdb_group_gid(name, &gid);

	if (e != ERR_OK)
		found(f, FOUND_WARNING, "local-group", "correct local_group or create the group",
		    "local_group: there is no local group %s (%s)", name, err_text(e));
	else if (local_group_barred(name) || local_gid_barred(gid))
		found(f, FOUND_FAILURE, "local-group", "take it out of local_group",
		    "local_group: %s gives power over the whole host and is never given", name);
	else if (!local_gids_has(listed, gid))
		found(f, FOUND_FAILURE, "local-group",
		    "write the group's name into " LOCAL_GROUPS_FILE
		    " (owned by root, mode 0644), then encvoyctl flush",
		    "local_group: %s is not in %s: nobody becomes a member", name,
		    LOCAL_GROUPS_FILE);
	else
		found_ok(f, "local-group", "the local group %s may be given", name);
}

static void check_user(struct findings *f, const char *name)
{
	struct local_user account = {0};
	enum err e = localdb_user(name, &account);

	if (e != ERR_OK) {
		found(f, FOUND_WARNING, "local-user", "correct local_user or create the account",
		    "local_user: there is no local user %s (%s)", name, err_text(e));
		return;
	}
	if (!local_uid_ok(account.uid) || name_reserved(name)) {
		found(f, FOUND_FAILURE, "local-user", "take it out of local_user",
		    "local_user: %s is a system account and is never signed in to", name);
		return;
	}
	e = local_users_have(LOCAL_USERS_FILE, name);
	if (e == ERR_OK)
		found_ok(f, "local-user", "the local user %s may sign in", name);
	else
		found(f, FOUND_FAILURE, "local-user",
		    "write the name into " LOCAL_USERS_FILE " (owned by root, mode 0644)",
		    "local_user: %s is not in %s (%s): the module lets Encvoy ID say nothing "
		    "about this user",
		    name, LOCAL_USERS_FILE, err_text(e));
}

void check_local(struct findings *f, const struct conf *conf)
{
	struct slice groups = slice_of(conf->local_group ? conf->local_group : "");
	struct slice users = slice_of(conf->local_user ? conf->local_user : "");
	struct local_gids listed = {.n = 0};
	char name[NAME_MAX_LEN + 1];
	enum err e = local_groups_read(LOCAL_GROUPS_FILE, "/etc/group", &listed);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		found(f, FOUND_FAILURE, "local-group",
		    "chown root " LOCAL_GROUPS_FILE " && chmod 0644 " LOCAL_GROUPS_FILE,
		    LOCAL_GROUPS_FILE " cannot be used: %s", err_text(e));
	while (next_name(&groups, name))
		check_group(f, name, &listed);
	while (next_name(&users, name))
		check_user(f, name);
}
