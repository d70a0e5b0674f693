/* SPDX-License-Identifier: MIT */
#include "userdb/server.h"

#include "common/buf.h"
#include "sys/clock.h"
#include "sys/sock.h"
#include "userdb/answer.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>

#define WAITING_MAX (32 * 1024 * 1024) /* bytes of replies that nobody takes */
#define ACCEPT_AGAIN_MS 100            /* after running out of descriptors */

const struct userdb_limits userdb_limits_default = {256, 64, 30000};

struct client {
	int fd;
	uid_t uid;
	int64_t deadline;
	struct buf in; /* calls not answered yet */
	struct buf out;
	size_t sent;             /* of out */
	struct listing *listing; /* what follows when out was sent, or NULL */
};

struct server {
	int listen_fd;
	int signal_fd;
	const struct userdb_limits *limits;
	const char *machine_id;
	int64_t accept_again;
	unsigned n;
	struct client clients[SERVER_CLIENTS_MAX];
};

static void client_drop(struct client *c)
{
	close_fd(&c->fd);
	buf_free(&c->in);
	buf_free(&c->out);
	listing_free(c->listing);
}

static void drop(struct server *s, unsigned i)
{
	client_drop(&s->clients[i]);
	s->clients[i] = s->clients[--s->n];
}

static bool admit(const struct server *s, uid_t uid)
{
	unsigned same = 0;

	for (unsigned i = 0; i < s->n; i++)
		same += s->clients[i].uid == uid;
	return s->n < s->limits->clients && (uid == 0 || same < s->limits->per_uid);
}

static void take_in(struct server *s)
{
	AUTO_FD int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct client *c = &s->clients[s->n];
	struct peer peer;

	if (fd < 0) {
		/* the queue keeps the socket readable: look away, or this spins */
		if (errno != EAGAIN && errno != ECONNABORTED && errno != EINTR)
			s->accept_again = clock_mono_ms() + ACCEPT_AGAIN_MS;
		return;
	}
	if (sock_peer(fd, &peer) != ERR_OK || !admit(s, peer.uid))
		return;
	*c = (struct client){
	    .fd = take_fd(&fd), .uid = peer.uid, .deadline = clock_mono_ms() + s->limits->idle_ms};
	buf_init(&c->in, REQUEST_MAX + 1);
	buf_init(&c->out, (size_t)REPLY_MAX);
	s->n++;
}

static size_t waiting(const struct server *s)
{
	size_t n = 0;

	for (unsigned i = 0; i < s->n; i++)
		n += s->clients[i].out.len;
	return n;
}

/* Answers one whole call, if there is one and the replies before it were taken. */
static enum err answer_next(struct server *s, struct client *c)
{
	struct userdb_request q;
	const uint8_t *nul = c->in.len ? memchr(c->in.data, 0, c->in.len) : NULL;
	size_t len;
	enum err e;

	if (!nul)
		return c->in.len > REQUEST_MAX ? ERR_TOO_LONG : ERR_NOT_FOUND;
	len = (size_t)(nul - c->in.data);
	e = userdb_request_parse(c->in.data, len, &q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_PROTOCOL : e;
	if (waiting(s) > WAITING_MAX)
		return ERR_TOO_MANY;
	userdb_answer(&c->out, &q, s->machine_id, &c->listing);
	c->in.len -= len + 1;
	memmove(c->in.data, nul + 1, c->in.len);
	c->deadline = clock_mono_ms() + s->limits->idle_ms;
	return c->out.err;
}

static enum err list_on(const struct server *s, struct client *c)
{
	bool done;

	listing_go_on(c->listing, &c->out, s->machine_id, &done);
	if (done) {
		listing_free(c->listing);
		c->listing = NULL;
	}
	return c->out.err;
}

static enum err send_out(struct server *s, struct client *c)
{
	while (c->sent < c->out.len) {
		ssize_t n = send(c->fd, c->out.data + c->sent, c->out.len - c->sent, MSG_NOSIGNAL);

		if (n < 0)
			return errno == EAGAIN || errno == EINTR ? ERR_OK : ERR_CLOSED;
		c->sent += (size_t)n;
		c->deadline = clock_mono_ms() + s->limits->idle_ms;
	}
	c->sent = 0;
	/* a large reply is not kept around */
	buf_free(&c->out);
	return ERR_OK;
}

static enum err read_in(struct client *c)
{
	uint8_t bytes[REQUEST_MAX + 1];
	ssize_t n = recv(c->fd, bytes, sizeof(bytes) - c->in.len, 0);

	if (n < 0)
		return errno == EAGAIN || errno == EINTR ? ERR_OK : ERR_CLOSED;
	if (n == 0)
		return ERR_CLOSED;
	buf_put(&c->in, bytes, (size_t)n);
	return c->in.err;
}

static enum err serve(struct server *s, struct client *c, short events)
{
	enum err e = ERR_OK;

	if (c->out.len == 0 && events & (POLLIN | POLLHUP | POLLERR))
		e = read_in(c);
	else if (events & POLLERR)
		e = ERR_CLOSED;
	while (e == ERR_OK) {
		if (c->out.len)
			e = send_out(s, c);
		if (e != ERR_OK || c->out.len)
			return e;
		/* the others come first, before more of it is sent */
		if (c->listing)
			return list_on(s, c);
		e = answer_next(s, c);
		if (e == ERR_NOT_FOUND)
			return ERR_OK;
	}
	return e;
}

static int wait_ms(const struct server *s)
{
	int64_t now = clock_mono_ms(), until = INT64_MAX;

	for (unsigned i = 0; i < s->n; i++)
		if (s->clients[i].deadline < until)
			until = s->clients[i].deadline;
	if (s->accept_again && s->accept_again < until)
		until = s->accept_again;
	if (until == INT64_MAX)
		return -1;
	return until <= now ? 0 : (int)(until - now);
}

/* One round. ERR_CANCELLED when a signal asks for the end. */
static enum err round_once(struct server *s)
{
	static struct pollfd fds[SERVER_CLIENTS_MAX + 2];
	unsigned n = s->n;
	int64_t now;

	if (s->accept_again && s->accept_again <= clock_mono_ms())
		s->accept_again = 0;
	fds[0] = (struct pollfd){.fd = s->signal_fd, .events = POLLIN};
	fds[1] = (struct pollfd){.fd = s->accept_again ? -1 : s->listen_fd, .events = POLLIN};
	for (unsigned i = 0; i < n; i++)
		fds[i + 2] = (struct pollfd){
		    .fd = s->clients[i].fd, .events = s->clients[i].out.len ? POLLOUT : POLLIN};
	if (poll(fds, n + 2, wait_ms(s)) < 0)
		return errno == EINTR ? ERR_OK : ERR_IO;
	if (fds[0].revents)
		return ERR_CANCELLED;
	now = clock_mono_ms();
	/* from the end: dropping one moves the last into its place */
	for (unsigned i = n; i-- > 0;) {
		struct client *c = &s->clients[i];

		if ((fds[i + 2].revents && serve(s, c, fds[i + 2].revents) != ERR_OK) ||
		    c->deadline <= now)
			drop(s, i);
	}
	if (fds[1].revents)
		take_in(s);
	return ERR_OK;
}

enum err userdb_serve(int listen_fd, const struct userdb_limits *limits, const char *machine_id)
{
	static struct server s;
	sigset_t ends;
	enum err e = ERR_OK;

	if (limits->clients > SERVER_CLIENTS_MAX - 1)
		return ERR_RANGE;
	sigemptyset(&ends);
	sigaddset(&ends, SIGTERM);
	sigaddset(&ends, SIGINT);
	s = (struct server){.listen_fd = listen_fd, .limits = limits, .machine_id = machine_id};
	if (sigprocmask(SIG_BLOCK, &ends, NULL) != 0)
		return ERR_IO;
	s.signal_fd = signalfd(-1, &ends, SFD_CLOEXEC | SFD_NONBLOCK);
	if (s.signal_fd < 0)
		return ERR_IO;
	while (e == ERR_OK)
		e = round_once(&s);
	while (s.n)
		drop(&s, 0);
	close_fd(&s.signal_fd);
	return e == ERR_CANCELLED ? ERR_OK : e;
}
