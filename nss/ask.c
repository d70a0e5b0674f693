/* SPDX-License-Identifier: MIT */
#include "nss/ask.h"

#include "nss/guard.h"
#include "nss/paths.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <stdlib.h>

#define ANSWER_WITHIN_MS 490 /* half a second in all, with what waking up takes */
#define LEAVE_ALONE_MS 2000

/* When the daemon may be asked again, by clock_mono_ms(). */
static int64_t alone_until;

/* A descriptor that is closed only while it is still ours: the program may have closed it behind
 * our back and opened something else under its number (SEC-41). */
struct connection {
	int fd;
	struct sock_mark mark;
};

static void disconnect(struct connection *c)
{
	if (c->fd >= 0 && sock_is(c->fd, &c->mark))
		close_fd(&c->fd);
}

static enum err open_connection(struct connection *ret)
{
	struct connection c;
	enum err e = sock_connect(nss_paths.socket, &c.fd);

	if (e == ERR_OK)
		e = sock_mark(c.fd, &c.mark);
	if (e == ERR_OK)
		*ret = c;
	return e;
}

static enum err exchange(const struct connection *c, const struct msg_lookup *question,
    void *answer, size_t size, size_t *ret_len)
{
	int64_t deadline = clock_mono_ms() + ANSWER_WITHIN_MS;
	uint8_t storage[USER_MAX + 64];
	struct buf packet;
	enum err e;

	e = sock_check_server(c->fd, nss_paths.socket);
	if (e != ERR_OK)
		return e;
	buf_init_fixed(&packet, storage, sizeof(storage));
	proto_put_lookup(&packet, question);
	e = sock_send(c->fd, &packet, deadline);
	if (e == ERR_OK)
		e = sock_recv(c->fd, answer, size, deadline, ret_len);
	return e == ERR_OK && !sock_is(c->fd, &c->mark) ? ERR_IO : e;
}

static enum err ask_guarded(const struct msg_lookup *question, ask_reply reply, void *arg)
{
	CLEANUP(disconnect) struct connection c = {.fd = -1};
	AUTO_FREE void *answer = NULL;
	size_t len;
	enum err e;

	if (clock_mono_ms() < __atomic_load_n(&alone_until, __ATOMIC_RELAXED))
		return ERR_NO_DAEMON;
	e = open_connection(&c);
	if (e != ERR_OK)
		return e;
	answer = malloc(PROTO_MAX);
	if (!answer)
		return ERR_NOMEM;
	e = exchange(&c, question, answer, PROTO_MAX, &len);
	if (e == ERR_OK)
		e = reply(answer, len, arg);
	if (e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_TOO_LONG || e == ERR_NOMEM)
		return e;
	__atomic_store_n(&alone_until, clock_mono_ms() + LEAVE_ALONE_MS, __ATOMIC_RELAXED);
	return ERR_NO_DAEMON;
}

enum err ask(const struct msg_lookup *question, ask_reply reply, void *arg)
{
	struct guard guard = guard_begin();
	enum err e = ask_guarded(question, reply, arg);

	guard_end(&guard);
	return e;
}
