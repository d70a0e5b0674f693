/* SPDX-License-Identifier: MIT */
#include "encvoyd/login.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/passlogin.h"
#include "encvoyd/refusal.h"
#include "encvoyd/reload.h"
#include "encvoyd/reuse.h"
#include "encvoyd/session.h"
#include "encvoyd/sshd.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>

/* 40 random bits: enough to tell logins apart in a log. */
void login_make_id(char dst[WORD_MAX])
{
	static const char base32[] = "abcdefghijklmnopqrstuvwxyz234567";
	uint8_t raw[8];

	random_bytes(raw, sizeof(raw));
	for (size_t i = 0; i < sizeof(raw); i++)
		dst[i] = base32[raw[i] & 31];
	dst[sizeof(raw)] = 0;
}

static void unlink_and_free(struct login *l)
{
	struct server *s = l->conn->server;

	loop_disarm(&l->timer);
	dirfind_leave(&l->wait);
	chan_close(&l->online);
	pass_end(l);
	l->conn->login = NULL;
	LIST_REMOVE(l, link);
	s->n_logins--;
	reuse_pass_on(l);
	request_free(&l->q);
	free(l);
}

static void deliver(struct login *l)
{
	conn_finish(l->conn, &l->result);
	unlink_and_free(l);
}

static void on_timer(struct timer *t)
{
	struct login *l = t->owner;

	if (l->decided)
		deliver(l);
	else
		login_refused(l, ERR_TIMEOUT, NULL);
}

/* Asked before this outcome counts: the failures before it slow it down. */
static bool is_slow(struct login *l)
{
	const struct server *s = l->conn->server;

	return throttle_slow(&s->throttle, l->q.m.user, l->q.m.service, clock_mono_ms());
}

/* A token whose verdict is kept is no guess: nothing could be learnt from how soon it is accepted,
 * and somebody else's wrong answers are not to slow it down. */
static bool counts(const struct login *l, enum err outcome)
{
	return outcome == ERR_OK ? !l->q.cached : throttle_counts(outcome);
}

/* The same answer again is not another failure. */
static void remember_outcome(struct login *l, enum err outcome)
{
	struct throttle *t = &l->conn->server->throttle;

	if (l->q.cached)
		return;
	if (outcome == ERR_OK)
		throttle_succeeded(t, l->q.m.user, l->q.m.service);
	else if (throttle_counts(outcome))
		throttle_failed(t, l->q.m.user, l->q.m.service, l->known, clock_mono_ms());
}

void login_decide(
    struct login *l, enum err outcome, unsigned method, const struct decision *d, const char *text)
{
	struct server *s = l->conn->server;
	bool slow = is_slow(l) && counts(l, outcome);

	l->decided = true;
	dirfind_leave(&l->wait);
	l->conn->state = CONN_DONE;
	request_log("login", l->conn, &l->q, method, outcome, d);
	s->count.logins[outcome]++;
	remember_outcome(l, outcome);
	if (outcome == ERR_OK && l->full && d)
		session_signed_in(l, d);
	result_fill(
	    &l->result, outcome, text ? text : refusal_text(outcome, &s->catalogs, l->q.m.lang));
	(void)str_copy(l->result.login_id, sizeof(l->result.login_id), l->q.login_id);
	if (outcome == ERR_OK)
		(void)str_copy(l->result.user, sizeof(l->result.user), l->q.m.user);
	pass_end(l); /* d and text may have been in it */
	/* RESULT first: what the child does when the online side closes would delay it */
	if (!slow) {
		deliver(l);
		return;
	}
	chan_close(&l->online);
	loop_arm(&s->loop, &l->timer, clock_mono_ms() + s->limits.delay_ms);
}

void login_abandon(struct login *l, enum err why)
{
	if (!l->decided) {
		l->conn->server->count.logins[why]++;
		request_log("login", l->conn, &l->q, 0, why, NULL);
	}
	unlink_and_free(l);
}

void login_end_all(struct server *s, enum err why)
{
	struct login *l, *next;

	for (l = LIST_FIRST(&s->logins); l; l = next) {
		next = LIST_NEXT(l, link);
		if (!l->decided)
			login_decide(l, why, 0, NULL, NULL);
		else
			deliver(l);
	}
}

static void acknowledge(struct conn *c, const char *login_id)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, 256);
	proto_put_ack(&b, login_id);
	conn_send(c, &b);
}

/* Everything that may refuse before the provider is asked; none of it leaves a trace, so that names
 * nobody has cost nothing. */
static enum err expect(struct login *l)
{
	struct server *s = l->conn->server;
	struct expectation who;
	enum err e = identity_expect(s->ids, s->conf, &l->q.service, l->q.m.user, &who);

	/* sshd runs PAM also for users that it does not know, and lets them in in no case */
	if (e == ERR_OK && (l->q.m.flags & LOGIN_SSHD))
		e = sshd_knows(s->ids, s->conf, l->q.m.user);
	if (e != ERR_OK)
		return e;
	l->known = who.known;
	refusal_language(s->ids, s->conf, who.sub, &s->catalogs, l->q.m.lang);
	return login_limits(s, l);
}

static void wait_for_person(struct login *l)
{
	l->conn->state = CONN_WAITING;
	chan_clear_deadline(&l->conn->chan);
}

void login_wait(struct login *l)
{
	wait_for_person(l);
	loop_arm(&l->conn->server->loop, &l->timer,
	    clock_mono_ms() + (int64_t)l->q.service.login_timeout * 1000);
}

enum err login_identify(struct login *l, const struct msg_identity *who, struct decision *d)
{
	struct server *s = l->conn->server;
	enum err e =
	    identity_login(s->ids, s->conf, &l->q.service, l->q.m.user, who, clock_unix(), d);

	if (e == ERR_OK && d->changed)
		(void)server_publish_change(s, d->sub);
	l->full = e == ERR_OK && who->full && !l->q.cached;
	return e;
}

void login_ask(struct login *l)
{
	enum err e = online_start(l);

	if (e != ERR_OK)
		login_refused(l, e, NULL);
}

static void go_on(struct login *l, enum err e)
{
	bool taken = false;

	if (e == ERR_OK) {
		login_wait(l);
		e = pass_begin(l, &taken);
	}
	if (e != ERR_OK)
		login_decide(l, e, 0, NULL, NULL);
	else if (!taken && !reuse_begin(l))
		login_ask(l);
}

static void on_found(struct find_waiter *w)
{
	struct login *l = w->owner;

	go_on(l, l->conn->server->stopping ? ERR_CANCELLED : expect(l));
}

/* Whom this host does not know yet, the directory may. */
static bool ask_directory(struct login *l)
{
	l->wait = (struct find_waiter){.patient = true, .done = on_found, .owner = l};
	return login_limits(l->conn->server, l) == ERR_OK &&
	       dirfind_wait(l->conn->server, l->q.m.user, &l->wait);
}

static void start(struct login *l)
{
	enum err e = request_authorise(l->conn, &l->q);

	if (e == ERR_OK && l->conn->server->stopping)
		e = ERR_CANCELLED;
	if (e == ERR_OK)
		e = expect(l);
	if (e == ERR_UNKNOWN_USER && ask_directory(l))
		wait_for_person(l);
	else
		go_on(l, e);
}

void login_handle(struct conn *c, struct reader *r)
{
	struct login *l = calloc(1, sizeof(*l));
	enum err e = l ? request_read(r, &l->q) : ERR_NOMEM;

	if (e != ERR_OK) {
		if (l)
			request_free(&l->q);
		free(l);
		conn_close(c);
		return;
	}
	l->conn = c;
	l->timer = (struct timer){.fire = on_timer, .owner = l};
	c->login = l;
	c->chan.queue_max = CHAN_QUEUE_LOGIN;
	LIST_INSERT_HEAD(&c->server->logins, l, link);
	c->server->n_logins++;
	login_make_id(l->q.login_id);
	acknowledge(c, l->q.login_id);
	start(l);
}

void login_handle_answer(struct conn *c, struct reader *r)
{
	AUTO_SECRET struct secret *answer = NULL;

	if (proto_get_answer(r, &answer) != ERR_OK) {
		conn_close(c);
		return;
	}
	c->state = CONN_WAITING;
	if (!pass_answer(c->login, &answer))
		online_answer(c->login, answer);
}
