/* SPDX-License-Identifier: MIT */
#include "encvoyd/localuser.h"

#include "common/record.h"
#include "common/str.h"

#include <string.h>

static enum err usable(struct identities *ids, const char *name, uint32_t *ret_uid)
{
	uint32_t uid = 0;
	enum err e = locals_user(ids->locals, name, &uid);

	if (is_fatal(e))
		return e;
	if (e != ERR_OK || !local_uid_ok(uid) || name_reserved(name))
		return ERR_LOCAL_USER;
	*ret_uid = uid;
	return ERR_OK;
}

static bool copy(char *dst, size_t size, struct slice s)
{
	if (s.len >= size)
		return false;
	memcpy(dst, s.p, s.len);
	dst[s.len] = 0;
	return true;
}

/* The next pair; a sub has no ':'. */
static bool next_pair(struct slice *rest, struct slice *ret_sub, struct slice *ret_name)
{
	struct slice pair;

	while (slice_next(rest, " ,", &pair)) {
		const char *colon = memchr(pair.p, ':', pair.len);

		if (!colon)
			continue;
		*ret_sub = (struct slice){pair.p, (size_t)(colon - pair.p)};
		*ret_name = (struct slice){colon + 1, pair.len - ret_sub->len - 1};
		return true;
	}
	return false;
}

/* A pair counts when it is the first one of its sub and the first one of its name: nobody has two
 * accounts here, and no account two people. */
static bool find_pair(const struct conf *conf, const char *sub, const char *name,
    struct slice *ret_sub, struct slice *ret_name)
{
	struct slice rest = slice_of(conf->local_user ? conf->local_user : "");

	while (next_pair(&rest, ret_sub, ret_name))
		if (sub ? slice_is(*ret_sub, sub) : slice_is(*ret_name, name))
			return true;
	return false;
}

enum err localuser_name(struct identities *ids, const struct conf *conf, const char *sub,
    char ret_name[NAME_MAX_LEN + 1], uint32_t *ret_uid)
{
	char name[NAME_MAX_LEN + 1];
	struct slice owner, account, same;
	uint32_t uid = 0;
	enum err e;

	if (!find_pair(conf, sub, NULL, &owner, &account))
		return ERR_NOT_FOUND;
	if (!copy(name, sizeof(name), account) || !find_pair(conf, NULL, name, &owner, &same) ||
	    !slice_is(owner, sub))
		return ERR_LOCAL_USER;
	e = usable(ids, name, &uid);
	if (e != ERR_OK)
		return e;
	memcpy(ret_name, name, sizeof(name));
	if (ret_uid)
		*ret_uid = uid;
	return ERR_OK;
}

enum err localuser_sub(struct identities *ids, const struct conf *conf, const char *name,
    char ret_sub[SUB_MAX_LEN + 1])
{
	char sub[SUB_MAX_LEN + 1], own[NAME_MAX_LEN + 1];
	struct slice owner, account;
	enum err e;

	if (!find_pair(conf, NULL, name, &owner, &account) || !copy(sub, sizeof(sub), owner))
		return ERR_LOCAL_USER;
	e = localuser_name(ids, conf, sub, own, NULL);
	if (is_fatal(e))
		return e;
	if (e != ERR_OK || strcmp(own, name) != 0)
		return ERR_LOCAL_USER;
	memcpy(ret_sub, sub, sizeof(sub));
	return ERR_OK;
}
