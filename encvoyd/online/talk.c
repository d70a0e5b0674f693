/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/talk.h"

#include "common/str.h"
#include "sys/clock.h"
#include "sys/sock.h"

/* The listener reads at once; one that does not is as good as gone. */
#define SEND_MS 5000

static enum err send_packet(struct talk *t, const struct buf *packet)
{
	enum err e = sock_send(t->fd, packet, clock_mono_ms() + SEND_MS);

	return e == ERR_CLOSED ? ERR_CANCELLED : e;
}

/* One packet into room of PROTO_MAX bytes, which is a secret because it may hold a token. */
static enum err receive(
    struct talk *t, struct secret *room, int64_t until, enum msg_type *ret_type, struct reader *r)
{
	size_t len = 0;
	enum err e;

	if (!room)
		return ERR_NOMEM;
	e = sock_recv(t->fd, secret_data(room), PROTO_MAX, until, &len);
	if (e == ERR_CLOSED)
		return ERR_CANCELLED;
	return e == ERR_OK ? proto_open(secret_data(room), len, r, ret_type) : e;
}

enum err talk_show(struct talk *t, const char *text, const char *qr)
{
	AUTO_BUF struct buf packet = {0};

	buf_init(&packet, PROTO_MAX);
	proto_put_show(&packet, text, qr);
	return send_packet(t, &packet);
}

enum err talk_ask(struct talk *t, enum ask_kind kind, bool echo, const char *text)
{
	AUTO_BUF struct buf packet = {0};
	enum err e;

	buf_init(&packet, PROTO_MAX);
	proto_put_ask(&packet, kind, echo, text);
	e = send_packet(t, &packet);
	if (e == ERR_OK)
		t->asked = true;
	return e;
}

enum err talk_wait(struct talk *t, int64_t until, struct secret **ret)
{
	AUTO_SECRET struct secret *room = secret_alloc(PROTO_MAX);
	struct reader r;
	enum msg_type type;
	enum err e = receive(t, room, until < t->deadline ? until : t->deadline, &type, &r);

	if (e != ERR_OK)
		return e;
	/* nobody may answer what was not asked */
	if (type != MSG_ANSWER || !t->asked)
		return ERR_PROTOCOL;
	t->asked = false;
	return proto_get_answer(&r, ret);
}

enum err talk_renewed(struct talk *t, const struct secret *token)
{
	AUTO_BUF struct buf packet = {0};

	buf_init_secret(&packet, PROTO_MAX);
	proto_put_renewed(&packet, token);
	return send_packet(t, &packet);
}

enum err talk_identity(struct talk *t, const struct msg_identity *m)
{
	AUTO_BUF struct buf packet = {0};
	enum err e = ERR_OK;

	if (t->asked) {
		AUTO_SECRET struct secret *unused = NULL;

		e = talk_wait(t, t->deadline, &unused);
	}
	if (e != ERR_OK)
		return e;
	buf_init(&packet, PROTO_MAX);
	proto_put_identity(&packet, m);
	return send_packet(t, &packet);
}

enum err talk_refuse(struct talk *t, enum err code, const char *text)
{
	struct msg_result m = {.code = code == ERR_OK ? ERR_INTERNAL : code};
	AUTO_BUF struct buf packet = {0};

	(void)str_copy(m.reason, sizeof(m.reason), err_word(m.code));
	(void)str_copy(m.text, sizeof(m.text), text);
	buf_init(&packet, PROTO_MAX);
	proto_put_result(&packet, &m);
	return send_packet(t, &packet);
}
