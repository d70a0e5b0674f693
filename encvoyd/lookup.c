/* SPDX-License-Identifier: MIT */
/* Look-ups: for everybody, from the database, at once; only a name that it does not know may take a
 * moment (dirfind.h). */
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
	case LOOKUP_KEYS:
		return;
	}
}

static void answer(struct conn *c, enum err e, const struct user_record *rec)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	if (e == ERR_OK) {
		put_entry(&b, c->query.kind, rec);
	} else if (e == ERR_NOT_FOUND) {
		proto_begin(&b, MSG_NOT_FOUND);
	} else {
		struct msg_result m;

		result_fill(&m, e, NULL);
		proto_put_result(&b, &m);
	}
	conn_send(c, &b);
}

static void on_found(struct find_waiter *w)
{
	struct conn *c = w->owner;
	struct msg_passwd found;
	enum err e = identity_lookup(c->server->ids, c->server->conf, &c->query, &found);

	c->state = CONN_LOOKUP;
	answer(c, e, &found.rec);
}

/* A name that is not here may be in a directory that can be asked. */
static bool ask_directory(struct conn *c)
{
	if (c->query.kind == LOOKUP_PWUID || c->query.kind == LOOKUP_GRGID)
		return false;
	c->wait = (struct find_waiter){.done = on_found, .owner = c};
	return dirfind_wait(c->server, c->query.name, &c->wait);
}

void lookup_handle(struct conn *c, struct reader *r)
{
	struct server *s = c->server;
	struct msg_passwd found;
	enum err e = proto_get_lookup(r, &c->query);

	if (e != ERR_OK) {
		conn_close(c);
		return;
	}
	s->count.lookups++;
	c->state = CONN_LOOKUP;
	chan_set_deadline(&c->chan, s->limits.idle_ms);
	if (is_own(c) || c->query.kind == LOOKUP_KEYS)
		e = ERR_NOT_FOUND;
	else
		e = identity_lookup(s->ids, s->conf, &c->query, &found);
	if (e == ERR_NOT_FOUND && !is_own(c) && ask_directory(c))
		c->state = CONN_FINDING;
	else
		answer(c, e, &found.rec);
}
