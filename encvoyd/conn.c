/* SPDX-License-Identifier: MIT */
#include "encvoyd/conn.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/login.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>

#define ACCEPT_AGAIN_MS 100 /* after running out of descriptors */

static const struct {
	enum msg_type type;
	unsigned states;
	void (*handle)(struct conn *c, struct reader *r);
} messages[] = {
    {MSG_LOOKUP, CONN_NEW | CONN_LOOKUP, lookup_handle},
    {MSG_LOGIN, CONN_NEW, login_handle},
    {MSG_ANSWER, CONN_ASKED, login_handle_answer},
    {MSG_ACCOUNT, CONN_NEW, account_handle},
    {MSG_SESSION, CONN_NEW, session_handle},
    {MSG_GRACE, CONN_NEW, grace_handle},
    {MSG_ADMIN, CONN_NEW | CONN_ADMIN, verbs_handle},
};

void result_fill(struct msg_result *m, enum err code, const char *text)
{
	*m = (struct msg_result){.code = code};
	(void)str_copy(m->reason, sizeof(m->reason), err_word(code));
	if (text)
		(void)str_copy(m->text, sizeof(m->text), text);
}

void conn_send(struct conn *c, const struct buf *packet)
{
	chan_send(&c->chan, packet);
}

void conn_finish(struct conn *c, const struct msg_result *result)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_result(&b, result);
	c->state = CONN_DONE;
	chan_set_deadline(&c->chan, c->server->limits.idle_ms);
	conn_send(c, &b);
}

void conn_finish_err(struct conn *c, enum err code, const char *text)
{
	struct msg_result m;

	result_fill(&m, code, text);
	conn_finish(c, &m);
}

void conn_close(struct conn *c)
{
	struct server *s = c->server;

	if (c->login)
		login_abandon(c->login, ERR_CANCELLED);
	dirfind_leave(&c->wait);
	chan_close(&c->chan);
	admin_session_free(c->admin);
	LIST_REMOVE(c, link);
	s->n_conns--;
	if (c->peer.uid != 0)
		uid_counts_remove(&s->per_uid, c->peer.uid);
	free(c);
}

static void dispatch(struct conn *c, enum msg_type type, struct reader *r)
{
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].type != type || !(messages[i].states & (unsigned)c->state))
			continue;
		messages[i].handle(c, r);
		return;
	}
	conn_close(c);
}

static void on_packet(struct chan *chan, const void *bytes, size_t len)
{
	struct conn *c = chan->owner;
	enum msg_type type;
	struct reader r;
	enum err e;

	if (c->state == CONN_DONE)
		return;
	e = proto_open(bytes, len, &r, &type);
	if (e == ERR_VERSION && c->state == CONN_NEW)
		conn_finish_err(c, e, NULL);
	else if (e != ERR_OK)
		conn_close(c);
	else
		dispatch(c, type, &r);
}

static void on_ended(struct chan *chan, enum err why)
{
	(void)why;
	conn_close(chan->owner);
}

static void on_drained(struct chan *chan)
{
	verbs_continue(chan->owner);
}

static const struct chan_ops conn_ops = {on_packet, on_ended, on_drained};

/* Root's tools and sshd must get through when others have used up what there is. */
static enum err admit(struct server *s, const struct peer *peer)
{
	const struct listener_limits *l = &s->limits;

	if (s->n_conns >= l->conns)
		return ERR_TOO_MANY;
	if (peer->uid == 0)
		return ERR_OK;
	if (s->n_conns >= l->conns - l->conns_kept)
		return ERR_TOO_MANY;
	return uid_counts_add(&s->per_uid, peer->uid, l->conns_per_uid);
}

static enum err take_in(struct server *s, int *fd)
{
	struct conn *c;
	struct peer peer;
	enum err e = sock_peer(*fd, &peer);

	if (e == ERR_OK)
		e = admit(s, &peer);
	if (e != ERR_OK)
		return e;
	c = calloc(1, sizeof(*c));
	if (!c || chan_open(&c->chan, &s->loop, take_fd(fd), &conn_ops, c) != ERR_OK) {
		if (peer.uid != 0)
			uid_counts_remove(&s->per_uid, peer.uid);
		free(c);
		return ERR_NOMEM;
	}
	c->server = s;
	c->peer = peer;
	c->state = CONN_NEW;
	LIST_INSERT_HEAD(&s->conns, c, link);
	s->n_conns++;
	chan_set_deadline(&c->chan, s->limits.idle_ms);
	return ERR_OK;
}

void conn_accept(struct watch *w, uint32_t events)
{
	struct server *s = w->owner;
	AUTO_FD int fd = accept4(w->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	(void)events;
	if (fd < 0) {
		if (errno != EMFILE && errno != ENFILE && errno != ENOMEM && errno != ENOBUFS)
			return;
		/* the queue keeps the socket readable: look away, or this spins */
		log_line(LOG_WARNING, "no descriptors or memory left for a connection");
		loop_unwatch(&s->loop, w);
		loop_arm(&s->loop, &s->accept_again, clock_mono_ms() + ACCEPT_AGAIN_MS);
		return;
	}
	if (take_in(s, &fd) != ERR_OK)
		s->count.turned_away++;
}
