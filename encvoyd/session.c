/* SPDX-License-Identifier: MIT */
#include "encvoyd/session.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/request.h"
#include "sys/clock.h"

/* Some programs start the shell where they are themselves, others at the head of a kernel session
 * of its own; sshd has a process in between. */
static bool is_started_by(const struct process *peer, const struct grace_session *s)
{
	struct process p;

	if (!s->by_sshd && peer->leader == s->login.leader)
		return true;
	if (process_read(peer->leader, &p) != ERR_OK || process_read(p.parent, &p) != ERR_OK)
		return false;
	if (s->by_sshd && process_read(p.parent, &p) != ERR_OK)
		return false;
	return process_is(&p, &s->login);
}

/* Only a terminal that the login itself started counts, not one that somebody in the session opened
 * anew; nor is anything left of a session whose login process has ended. */
static bool is_of_login(const struct process *peer, const struct grace_session *s)
{
	struct process login;

	return process_read(s->login.pid, &login) == ERR_OK && process_is(&login, &s->login) &&
	       is_started_by(peer, s);
}

static struct grace_session *find(
    struct conn *c, const struct request *q, const char *sub, const struct process *peer)
{
	struct grace_session *found = grace_find(&c->server->grace, peer->session, sub, q->m.tty);

	return found && is_of_login(peer, found) ? found : NULL;
}

/* sudo begins no session, and in one that is open it is somebody who has shown once more who they
 * are. */
static void prolong(struct login *l, const struct decision *d, const struct process *peer)
{
	struct grace_session *s = find(l->conn, &l->q, d->sub, peer);

	if (!s)
		return;
	s->at = clock_boot_ms();
	grace_bind(s, l->q.m.tty);
}

void session_signed_in(struct login *l, const struct decision *d)
{
	struct process peer, parent;

	/* a token for each request is nobody's session */
	if (l->q.access != ACCESS_ROOT || l->q.service.token_reuse ||
	    process_of_peer(l->conn->chan.watch.fd, &peer) != ERR_OK)
		return;
	if (service_is_sudo(l->q.m.service))
		prolong(l, d, &peer);
	else if (process_read(peer.parent, &parent) == ERR_OK)
		(void)grace_note(
		    &l->conn->server->grace, &l->q.m, d->sub, &peer, &parent, clock_boot_ms());
}

static void answer(struct conn *c, struct request *q, enum err e)
{
	struct msg_result m;

	result_fill(&m, e, NULL);
	if (e == ERR_OK)
		(void)str_copy(m.user, sizeof(m.user), q->m.user);
	conn_finish(c, &m);
}

void session_handle(struct conn *c, struct reader *r)
{
	AUTO_REQUEST struct request q = {0};
	struct process peer;
	enum err e = request_read(r, &q);

	if (e != ERR_OK) {
		conn_close(c);
		return;
	}
	if (c->peer.uid != 0)
		e = ERR_PERMISSION;
	else if (process_of_peer(c->chan.watch.fd, &peer) == ERR_OK)
		(void)grace_begin(&c->server->grace, &q.m, &peer, clock_boot_ms());
	answer(c, &q, e);
}

static enum err decide(struct conn *c, struct request *q, struct decision *d)
{
	struct server *s = c->server;
	struct grace_session *found;
	struct process peer;
	enum err e = request_authorise(c, q);

	if (e == ERR_OK && q->access != ACCESS_ROOT)
		e = ERR_PERMISSION;
	if (e != ERR_OK)
		return e;
	if (!q->service.sudo_grace || !service_is_sudo(q->m.service))
		return ERR_NO_ANSWER;
	e = process_of_peer(c->chan.watch.fd, &peer);
	if (e == ERR_OK)
		e = identity_account(s->ids, s->conf, &q->service, q->m.user, clock_unix(), d);
	if (e != ERR_OK)
		return e;
	found = find(c, q, d->sub, &peer);
	if (!found ||
	    !grace_is_fresh(found, (int64_t)q->service.sudo_grace * 1000, clock_boot_ms()))
		return ERR_NO_ANSWER;
	grace_bind(found, q->m.tty);
	return ERR_OK;
}

/* Any other answer than ERR_OK means: ask. Only that one is an event. */
void grace_handle(struct conn *c, struct reader *r)
{
	AUTO_REQUEST struct request q = {0};
	struct decision d = {0};
	enum err e = request_read(r, &q);

	if (e != ERR_OK) {
		conn_close(c);
		return;
	}
	e = decide(c, &q, &d);
	if (e == ERR_OK) {
		login_make_id(q.login_id);
		q.cached = "sudo-grace";
		request_log("login", c, &q, 0, e, &d);
		c->server->count.logins[ERR_OK]++;
	}
	answer(c, &q, e);
}
