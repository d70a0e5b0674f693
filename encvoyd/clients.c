/* SPDX-License-Identifier: MIT */
#include "encvoyd/clients.h"

#include "common/str.h"
#include "sys/localdb.h"

#include <stdlib.h>
#include <string.h>

void clients_free(struct login_clients *c)
{
	free(c->v);
	*c = (struct login_clients){0};
}

const char *clients_service(const struct login_clients *c, uid_t uid)
{
	for (size_t i = 0; i < c->n; i++)
		if (c->v[i].uid == uid)
			return c->v[i].service;
	return NULL;
}

static bool copy_slice(char *dst, size_t size, const char *p, size_t len)
{
	if (len >= size)
		return false;
	memcpy(dst, p, len);
	dst[len] = 0;
	return true;
}

/* The configuration has checked the form. */
static bool split_pair(struct slice pair, char *user, size_t user_size, struct login_client *c)
{
	const char *colon = memchr(pair.p, ':', pair.len);
	size_t before = colon ? (size_t)(colon - pair.p) : pair.len;

	return colon && copy_slice(user, user_size, pair.p, before) &&
	       copy_slice(c->service, sizeof(c->service), colon + 1, pair.len - before - 1);
}

static enum err add(struct login_clients *list, const struct login_client *c)
{
	struct login_client *v;

	if (clients_service(list, c->uid))
		return ERR_OK;
	v = realloc(list->v, (list->n + 1) * sizeof(*v));
	if (!v)
		return ERR_NOMEM;
	list->v = v;
	v[list->n++] = *c;
	return ERR_OK;
}

enum err clients_parse(const char *list, clients_missing missing, struct login_clients *ret)
{
	CLEANUP(clients_free) struct login_clients found = {0};
	struct slice rest = slice_of(list ? list : ""), pair;

	while (slice_next(&rest, " ,", &pair)) {
		struct login_client c = {0};
		struct local_user account;
		char user[NAME_MAX_LEN + 1];
		enum err e;

		if (!split_pair(pair, user, sizeof(user), &c))
			return ERR_CONFIG;
		e = localdb_user(user, &account);
		if (e != ERR_OK) {
			missing(user, e);
			continue;
		}
		c.uid = account.uid;
		e = add(&found, &c);
		if (e != ERR_OK)
			return e;
	}
	*ret = found;
	found = (struct login_clients){0};
	return ERR_OK;
}
