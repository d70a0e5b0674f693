/* SPDX-License-Identifier: MIT */
/* How many logins may wait (SEC-22). */
#include "encvoyd/login.h"

#include <string.h>

const struct listener_limits listener_limits_default = {
    .conns = 4096,
    .conns_kept = 512,
    .conns_per_uid = 256,
    .logins = 1024,
    .logins_kept = 256,
    .logins_per_rhost = 16,
    .logins_per_self = 16,
    .idle_ms = 5000,
    .delay_ms = 2000,
};

static bool is_interactive(const struct login *l)
{
	return l->q.m.flags & LOGIN_INTERACTIVE;
}

/* Programs that send a token with each request (Nextcloud's clients) run many at a time for one
 * user; only conversations with a person supersede each other. */
static bool supersedes(const struct login *l, const struct login *old)
{
	return l != old && !old->decided && is_interactive(l) && is_interactive(old) &&
	       strcmp(l->q.m.user, old->q.m.user) == 0 && strcmp(l->q.m.rhost, old->q.m.rhost) == 0;
}

static void end_older(struct server *s, const struct login *l)
{
	struct login *old, *next;

	for (old = LIST_FIRST(&s->logins); old; old = next) {
		next = LIST_NEXT(old, link);
		if (supersedes(l, old))
			login_decide(old, ERR_SUPERSEDED, 0, NULL, NULL);
	}
}

/* A web or mail server's logins may all come from one address, and take no person's time. */
static bool same_rhost(const struct login *l, const struct login *other)
{
	return is_interactive(l) && is_interactive(other) && l->q.m.rhost[0] &&
	       strcmp(l->q.m.rhost, other->q.m.rhost) == 0;
}

static bool same_self(const struct login *l, const struct login *other)
{
	return l->q.access == ACCESS_SELF && other->q.access == ACCESS_SELF &&
	       l->conn->peer.uid == other->conn->peer.uid;
}

enum err login_limits(struct server *s, const struct login *l)
{
	const struct listener_limits *max = &s->limits;
	size_t from_rhost = 0, from_self = 0;
	struct login *other;

	end_older(s, l);
	/* the new one is in the list, and counts */
	LIST_FOREACH(other, &s->logins, link)
	{
		from_rhost += same_rhost(l, other);
		from_self += same_self(l, other);
	}
	if (from_rhost > max->logins_per_rhost || from_self > max->logins_per_self)
		return ERR_TOO_MANY;
	if (s->n_logins > (l->known ? max->logins : max->logins - max->logins_kept))
		return ERR_TOO_MANY;
	return ERR_OK;
}
