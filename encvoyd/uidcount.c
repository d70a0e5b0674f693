/* SPDX-License-Identifier: MIT */
#include "encvoyd/uidcount.h"

#include <stdlib.h>

static struct uid_count *find(struct uid_counts *c, uid_t uid)
{
	struct uid_count *u;

	LIST_FOREACH(u, &c->buckets[uid % UID_BUCKETS], link)
	if (u->uid == uid)
		return u;
	return NULL;
}

enum err uid_counts_add(struct uid_counts *c, uid_t uid, size_t max)
{
	struct uid_count *u = find(c, uid);

	if (u && u->n >= max)
		return ERR_TOO_MANY;
	if (!u) {
		u = calloc(1, sizeof(*u));
		if (!u)
			return ERR_NOMEM;
		u->uid = uid;
		LIST_INSERT_HEAD(&c->buckets[uid % UID_BUCKETS], u, link);
	}
	u->n++;
	return ERR_OK;
}

void uid_counts_remove(struct uid_counts *c, uid_t uid)
{
	struct uid_count *u = find(c, uid);

	if (!u || --u->n)
		return;
	LIST_REMOVE(u, link);
	free(u);
}
