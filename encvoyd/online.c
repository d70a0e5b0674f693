/* SPDX-License-Identifier: MIT */
/* The listener's side of encvoyd-online: what it says is decoded, checked against the state of the
 * login and encoded anew. It can report who signed in; it can grant nothing (SEC-47). */
#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/login.h"
#include "encvoyd/passlogin.h"
#include "encvoyd/reuse.h"
#include "sys/clock.h"

#include <string.h>

static void protocol_error(struct login *l, const char *what)
{
	AUTO_BUF struct buf line = {0};

	log_begin(&line, "encvoyd-online broke the protocol");
	log_kv(&line, "id", l->q.login_id);
	log_kv(&line, "what", what);
	log_event_buf(EVENT_ONLINE_FAULT, LOG_ERR, &line);
	login_refused(l, ERR_INTERNAL, NULL);
}

static void handle_show(struct login *l, struct reader *r)
{
	AUTO_SHOW struct msg_show m = {0};
	AUTO_BUF struct buf b = {0};

	if (proto_get_show(r, &m) != ERR_OK || !text_printable(m.text) || !text_printable(m.qr)) {
		protocol_error(l, "SHOW");
		return;
	}
	buf_init(&b, PROTO_MAX);
	proto_put_show(&b, m.text, m.qr);
	conn_send(l->conn, &b);
}

static void handle_ask(struct login *l, struct reader *r)
{
	AUTO_ASK struct msg_ask m = {0};
	AUTO_BUF struct buf b = {0};

	if (proto_get_ask(r, &m) != ERR_OK || !text_printable(m.text) ||
	    (l->q.access == ACCESS_CLIENT && m.kind != ASK_TOKEN)) {
		protocol_error(l, "ASK");
		return;
	}
	if (!(l->q.m.flags & LOGIN_INTERACTIVE)) {
		login_refused(l, ERR_NO_ANSWER, NULL);
		return;
	}
	buf_init(&b, PROTO_MAX);
	proto_put_ask(&b, m.kind, m.echo, m.text);
	l->conn->state = CONN_ASKED;
	conn_send(l->conn, &b);
}

/* What the service's own settings say about the way somebody signed in. */
static bool method_fits(const struct login *l, const struct msg_identity *who)
{
	if (!service_has_method(&l->q.service, who->method) || !pass_fits(l, who))
		return false;
	/* a token that could be used twice only where the service says so (SEC-10) */
	return who->method != METHOD_TOKEN || who->single_use || l->q.service.token_reuse;
}

static void handle_identity(struct login *l, struct reader *r)
{
	struct msg_identity who;

	if (proto_get_identity(r, &who) != ERR_OK || !method_fits(l, &who))
		protocol_error(l, "IDENTITY");
	else if (!pass_identity(l, &who))
		reuse_identity(l, &who);
}

static void handle_renewed(struct login *l, struct reader *r)
{
	AUTO_SECRET struct secret *token = NULL;

	if (proto_get_renewed(r, &token) != ERR_OK || pass_renewed(l, &token) != ERR_OK)
		protocol_error(l, "RENEWED");
}

static void handle_times(struct login *l, struct reader *r)
{
	struct msg_times m;

	if (proto_get_times(r, &m) != ERR_OK)
		protocol_error(l, "TIMES");
	else
		provider_times_take(&l->conn->server->times, &m);
}

static void handle_result(struct login *l, struct reader *r)
{
	struct msg_result m;

	if (proto_get_result(r, &m) != ERR_OK || m.code == ERR_OK) {
		protocol_error(l, "RESULT");
		return;
	}
	if (!pass_refusal(l, m.code))
		login_refused(l, m.code, text_printable(m.text) ? m.text : NULL);
}

static const struct {
	enum msg_type type;
	unsigned states; /* of the client's connection */
	void (*handle)(struct login *l, struct reader *r);
} messages[] = {
    {MSG_SHOW, CONN_WAITING, handle_show},
    {MSG_ASK, CONN_WAITING, handle_ask},
    {MSG_IDENTITY, CONN_WAITING | CONN_ASKED, handle_identity},
    {MSG_RENEWED, CONN_WAITING | CONN_ASKED, handle_renewed},
    {MSG_TIMES, CONN_WAITING | CONN_ASKED, handle_times},
    {MSG_RESULT, CONN_WAITING | CONN_ASKED, handle_result},
};

static void on_packet(struct chan *chan, const void *bytes, size_t len)
{
	struct login *l = chan->owner;
	enum msg_type type;
	struct reader r;

	l->conn->server->online_heard = clock_unix();
	if (proto_open(bytes, len, &r, &type) != ERR_OK) {
		protocol_error(l, "no message of ours");
		return;
	}
	for (size_t i = 0; i < sizeof(messages) / sizeof(messages[0]); i++) {
		if (messages[i].type != type || !(messages[i].states & (unsigned)l->conn->state))
			continue;
		messages[i].handle(l, &r);
		return;
	}
	protocol_error(l, "a message out of place");
}

static void on_ended(struct chan *chan, enum err why)
{
	struct login *l = chan->owner;

	if (why != ERR_CLOSED) {
		protocol_error(l, err_word(why));
		return;
	}
	log_event_line(EVENT_ONLINE_FAULT, LOG_ERR, "encvoyd-online left login %s without a result",
	    l->q.login_id);
	login_refused(l, ERR_INTERNAL, NULL);
}

static const struct chan_ops online_ops = {on_packet, on_ended, NULL};

/* The socket's directory is root's; this is against a daemon that took the path over. */
static bool is_trusted(const struct server *s, int fd)
{
	struct peer peer;

	if (sock_peer(fd, &peer) != ERR_OK)
		return false;
	return peer.uid == 0 || (s->o->online_uid != (uid_t)-1 && peer.uid == s->o->online_uid);
}

/* The answer has gone its way: it is not kept here any longer than needed. */
static void forget_answer(struct login *l)
{
	secret_free(l->q.m.answer);
	l->q.m.answer = NULL;
}

static void send_job(struct login *l, const struct msg_login *job)
{
	AUTO_BUF struct buf b = {0};

	buf_init_secret(&b, PROTO_MAX);
	proto_put_job(&b, l->q.login_id, job);
	chan_send(&l->online, &b);
}

enum err online_connect(const struct server *s, int *ret_fd)
{
	AUTO_FD int fd = -1;
	enum err e = sock_connect(s->o->paths->online_socket, &fd);

	if (e != ERR_OK) {
		log_event_line(EVENT_ONLINE_FAULT, LOG_ERR, "encvoyd-online cannot be reached: %s",
		    err_text(e));
		return e;
	}
	if (!is_trusted(s, fd)) {
		log_event_line(EVENT_ONLINE_FAULT, LOG_ERR, "the socket %s belongs to a stranger",
		    s->o->paths->online_socket);
		return ERR_NO_DAEMON;
	}
	*ret_fd = take_fd(&fd);
	return ERR_OK;
}

enum err online_start_job(struct login *l, const struct msg_login *job)
{
	struct server *s = l->conn->server;
	AUTO_FD int fd = -1;
	enum err e = online_connect(s, &fd);

	if (e != ERR_OK)
		return e;
	e = chan_open(&l->online, &s->loop, take_fd(&fd), &online_ops, l);
	if (e != ERR_OK)
		return e;
	l->online.queue_max = CHAN_QUEUE_LOGIN;
	send_job(l, job);
	return ERR_OK;
}

enum err online_start(struct login *l)
{
	enum err e;

	l->q.m.flags |= pass_flags(l);
	e = online_start_job(l, &l->q.m);
	if (e == ERR_OK)
		forget_answer(l);
	return e;
}

void online_answer(struct login *l, const struct secret *answer)
{
	AUTO_BUF struct buf b = {0};

	buf_init_secret(&b, PROTO_MAX);
	proto_put_answer(&b, secret_str(answer), secret_len(answer));
	chan_send(&l->online, &b);
}
