/* SPDX-License-Identifier: MIT */
/* Look-ups: for everybody, from the database, at once; only a name that it does not know may take a
 * moment (dirfind.h). */
#include "encvoyd/conn.h"
#include "encvoyd/sshd.h"

#include <sys/types.h>
#include <unistd.h>

/* The daemon's own processes get "not found" without a look: whatever in them asks for a user must
 * never wait for the daemon (SEC-42). */
static bool is_own(const struct conn *c)
{
	return c->peer.uid != 0 &&
	       (c->peer.uid == geteuid() || c->peer.uid == c->server->o->online_uid);
}

/* Root's sshd, so its module says, has somebody who may be about to sign in for the first time. */
static enum err answer_newcomer(const struct conn *c, struct buf *b)
{
	struct msg_passwd found;
	enum err e = ERR_NOT_FOUND;

	if (c->query.kind == LOOKUP_SSHD && c->peer.uid == 0)
		e = sshd_newcomer(c->server->ids, c->server->conf, c->query.name, &found);
	if (e == ERR_OK)
		proto_put_passwd(b, &found.rec);
	return e;
}

/* What is there is answered at once; false when it is not found. */
static bool answer(struct conn *c, bool final)
{
	AUTO_BUF struct buf b = {0};
	enum err e = ERR_NOT_FOUND;

	buf_init(&b, PROTO_MAX);
	if (!is_own(c))
		e = identity_answer(c->server->ids, c->server->conf, &c->query, &b);
	if (e == ERR_NOT_FOUND && !final)
		return false;
	if (e == ERR_NOT_FOUND)
		e = answer_newcomer(c, &b);
	if (e == ERR_OK)
		c->server->count.found++;
	else
		buf_reset(&b);
	if (e == ERR_NOT_FOUND) {
		proto_begin(&b, MSG_NOT_FOUND);
	} else if (e != ERR_OK) {
		struct msg_result m;

		result_fill(&m, e, NULL);
		proto_put_result(&b, &m);
	}
	conn_send(c, &b);
	return true;
}

static void on_found(struct find_waiter *w)
{
	struct conn *c = w->owner;

	c->state = CONN_LOOKUP;
	(void)answer(c, true);
}

/* A name that is not here may be in a directory that can be asked. */
static bool ask_directory(struct conn *c)
{
	if (is_own(c) || c->query.kind == LOOKUP_PWUID || c->query.kind == LOOKUP_GRGID ||
	    c->query.kind == LOOKUP_KEYS)
		return false;
	c->wait = (struct find_waiter){.done = on_found, .owner = c};
	return dirfind_wait(c->server, c->query.name, &c->wait);
}

void lookup_handle(struct conn *c, struct reader *r)
{
	struct server *s = c->server;

	if (proto_get_lookup(r, &c->query) != ERR_OK) {
		conn_close(c);
		return;
	}
	s->count.lookups++;
	c->state = CONN_LOOKUP;
	chan_set_deadline(&c->chan, s->limits.idle_ms);
	if (answer(c, false))
		return;
	if (ask_directory(c))
		c->state = CONN_FINDING;
	else
		(void)answer(c, true);
}
