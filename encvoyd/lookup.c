/* SPDX-License-Identifier: MIT */
/* Look-ups: for everybody, from the database, at once. */
#include "encvoyd/conn.h"

#include <sys/types.h>
#include <unistd.h>

/* The daemon's own processes get "not found" without a look: whatever in them asks for a user must
 * never wait for the daemon (SEC-42). */
static bool is_own(const struct conn *c)
{
	return c->peer.uid != 0 &&
	       (c->peer.uid == geteuid() || c->peer.uid == c->server->o->online_uid);
}

static void put_entry(struct buf *b, enum lookup_kind kind, const struct user_record *rec)
{
	switch (kind) {
	case LOOKUP_PWNAM:
	case LOOKUP_PWUID:
		proto_put_passwd(b, rec);
		return;
	case LOOKUP_GRNAM:
	case LOOKUP_GRGID:
		proto_put_group(b, rec->name, rec->gid, NULL, 0);
		return;
	case LOOKUP_INITGROUPS:
		proto_put_groups(b, &rec->gid, 1);
		return;
	}
}

void lookup_handle(struct conn *c, struct reader *r)
{
	struct server *s = c->server;
	struct msg_lookup query;
	struct msg_passwd found;
	AUTO_BUF struct buf b = {0};
	enum err e = proto_get_lookup(r, &query);

	if (e != ERR_OK) {
		conn_close(c);
		return;
	}
	s->count.lookups++;
	c->state = CONN_LOOKUP;
	chan_set_deadline(&c->chan, s->limits.idle_ms);
	buf_init(&b, PROTO_MAX);
	e = is_own(c) ? ERR_NOT_FOUND : identity_lookup(s->ids, s->conf, &query, &found);
	if (e == ERR_OK) {
		put_entry(&b, query.kind, &found.rec);
	} else if (e == ERR_NOT_FOUND) {
		proto_begin(&b, MSG_NOT_FOUND);
	} else {
		struct msg_result m;

		result_fill(&m, e, NULL);
		proto_put_result(&b, &m);
	}
	conn_send(c, &b);
}
