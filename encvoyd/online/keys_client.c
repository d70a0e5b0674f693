/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/keys_client.h"

#include "common/secret.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <errno.h>
#include <poll.h>

/* Until the keys child has answered; the listener may leave meanwhile, or say something. */
static enum err wait_for_answer(const struct keys_client *k, int64_t deadline)
{
	for (;;) {
		struct pollfd p[2] = {
		    {.fd = k->fd, .events = POLLIN}, {.fd = k->watch_fd, .events = POLLRDHUP}};
		int64_t left = deadline - clock_mono_ms();
		int rc = poll(p, 2, left < 0 ? 0 : left > INT32_MAX ? INT32_MAX : (int)left);

		if (rc < 0 && errno != EINTR)
			return ERR_IO;
		if (rc > 0 && p[1].revents)
			return ERR_CANCELLED;
		if (rc > 0)
			return ERR_OK;
		if (rc == 0)
			return ERR_TIMEOUT;
	}
}

static enum err take_answer(const void *packet, size_t len, struct buf *ret)
{
	struct msg_result refusal;
	struct reader r;
	enum msg_type type;
	const char *document;
	size_t document_len = 0;
	enum err e = proto_open(packet, len, &r, &type);

	if (e == ERR_OK && type == MSG_KEYS) {
		e = proto_get_keys(&r, &document, &document_len);
		if (e == ERR_OK)
			buf_put(ret, document, document_len);
		return e == ERR_OK ? ret->err : e;
	}
	if (e == ERR_OK && type == MSG_RESULT)
		e = proto_get_result(&r, &refusal);
	else if (e == ERR_OK)
		e = ERR_PROTOCOL;
	if (e != ERR_OK)
		return e;
	return refusal.code == ERR_OK ? ERR_PROTOCOL : refusal.code;
}

static enum err get(
    void *arg, enum keys_what what, const char *kid, int64_t deadline, struct buf *ret)
{
	const struct keys_client *k = arg;
	AUTO_BUF struct buf question = {0};
	AUTO_FREE char *room = malloc(PROTO_MAX);
	size_t len = 0;
	enum err e;

	if (!room)
		return ERR_NOMEM;
	if (k->fd < 0)
		return ERR_INTERNAL;
	buf_init(&question, 1024);
	proto_put_keys_get(&question, what, kid);
	e = sock_send(k->fd, &question, deadline);
	if (e == ERR_OK)
		e = wait_for_answer(k, deadline);
	if (e == ERR_OK)
		e = sock_recv(k->fd, room, PROTO_MAX, deadline, &len);
	if (e == ERR_CLOSED)
		return ERR_INTERNAL;
	return e == ERR_OK ? take_answer(room, len, ret) : e;
}

struct source keys_client_source(struct keys_client *k)
{
	return (struct source){get, k};
}
