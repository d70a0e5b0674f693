/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/talk.h"

#include "common/str.h"
#include "encvoyd/online/times.h"
#include "sys/clock.h"
#include "sys/sock.h"

/* The listener reads at once; one that does not is as good as gone. */
#define SEND_MS 5000
#define TAKEN_MS 1000

static enum err send_packet(struct talk *t, const struct buf *packet)
{
	enum err e = sock_send(t->fd, packet, clock_mono_ms() + SEND_MS);

	return e == ERR_CLOSED ? ERR_CANCELLED : e;
}

/* The room is made when there is something for it, and as large as that: a thousand who wait would
 * lock as many times the largest packet into memory. */
enum err talk_receive(
    int fd, int64_t until, struct secret **ret_room, enum msg_type *ret_type, struct reader *r)
{
	AUTO_SECRET struct secret *room = NULL;
	size_t len, room_len;
	enum err e = sock_wait(fd, until);

	if (e != ERR_OK)
		return e;
	room_len = sock_next_len(fd);
	room = secret_alloc(room_len && room_len < PROTO_MAX ? room_len : PROTO_MAX);
	if (!room)
		return ERR_NOMEM;
	e = sock_recv(fd, secret_data(room), secret_len(room), until, &len);
	if (e == ERR_CLOSED)
		return ERR_CANCELLED;
	if (e == ERR_OK)
		e = proto_open(secret_data(room), len, r, ret_type);
	if (e == ERR_OK)
		*ret_room = TAKE_PTR(room);
	return e;
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
	AUTO_SECRET struct secret *room = NULL;
	struct reader r;
	enum msg_type type;
	enum err e =
	    talk_receive(t->fd, until < t->deadline ? until : t->deadline, &room, &type, &r);

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

enum err talk_times(struct talk *t)
{
	AUTO_BUF struct buf packet = {0};

	buf_init(&packet, PROTO_MAX);
	return times_put(&packet) ? send_packet(t, &packet) : ERR_OK;
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

void talk_wait_end(const struct talk *t)
{
	(void)sock_wait(t->fd, clock_mono_ms() + TAKEN_MS);
}
