/* SPDX-License-Identifier: MIT */
#include "ctl/loopback.h"

#include "common/buf.h"
#include "common/str.h"
#include "sys/clock.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>

#define VISITORS_MAX 8
#define REQUEST_MAX 16384
#define VISIT_MS 5000 /* a browser opens connections ahead of need and leaves them idle */

#define HEAD(status)                                                              \
	"HTTP/1.1 " status "\r\n"                                                 \
	"Content-Type: text/html; charset=utf-8\r\n"                              \
	"Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n" \
	"Referrer-Policy: no-referrer\r\n"                                        \
	"X-Content-Type-Options: nosniff\r\n"                                     \
	"Cache-Control: no-store\r\n"                                             \
	"Connection: close\r\n\r\n"                                               \
	"<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\"><title>encvoyctl</title>"

static const char page_done[] = HEAD("200 OK") "<p>You can close this page.</p></html>\n";
static const char page_stray[] =
    HEAD("400 Bad Request") "<p>This belongs to no sign-in that is waiting here.</p></html>\n";
static const char page_missing[] = HEAD("404 Not Found") "<p>There is nothing here.</p></html>\n";

enum err loopback_listen(uint16_t port, int *ret_fd, uint16_t *ret_port)
{
	AUTO_FD int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t len = sizeof(sa);
	int on = 1;

	if (fd < 0)
		return ERR_IO;
	/* a port asked for may have been used a minute ago */
	if (port && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0)
		return ERR_IO;
	if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0 ||
	    listen(fd, VISITORS_MAX) != 0 || getsockname(fd, (struct sockaddr *)&sa, &len) != 0)
		return ERR_IO;
	*ret_port = ntohs(sa.sin_port);
	*ret_fd = take_fd(&fd);
	return ERR_OK;
}

bool loopback_query(
    const char *request, size_t len, const char *path, const char **ret_query, size_t *ret_len)
{
	const char *end = memchr(request, '\r', len);
	struct slice line = {request, end ? (size_t)(end - request) : 0};
	size_t path_len = strlen(path);
	const char *target, *blank;
	size_t left;

	if (line.len < 4 || memcmp(line.p, "GET ", 4) != 0)
		return false;
	target = line.p + 4;
	left = line.len - 4;
	blank = memchr(target, ' ', left);
	if (!blank)
		return false;
	left -= (size_t)(blank - target);
	if (!slice_is((struct slice){blank, left}, " HTTP/1.1") &&
	    !slice_is((struct slice){blank, left}, " HTTP/1.0"))
		return false;
	left = (size_t)(blank - target);
	if (left < path_len || memcmp(target, path, path_len) != 0)
		return false;
	if (left > path_len && target[path_len] != '?')
		return false;
	*ret_query = left > path_len ? target + path_len + 1 : "";
	*ret_len = left > path_len ? left - path_len - 1 : 0;
	return true;
}

struct visitor {
	int fd; /* -1: a free place */
	int64_t until;
	struct buf request;
};

struct server {
	int listen_fd;
	int other_fd;
	int64_t deadline;
	const char *path;
	loopback_take take;
	void *arg;
	struct visitor visitors[VISITORS_MAX];
};

static void leave(struct visitor *v)
{
	close_fd(&v->fd);
	buf_free(&v->request);
}

static void server_close(struct server *s)
{
	for (size_t i = 0; i < VISITORS_MAX; i++)
		leave(&s->visitors[i]);
}

static void answer(struct visitor *v, const char *page)
{
	/* small enough for any socket buffer; a browser that does not listen misses it */
	(void)send(v->fd, page, strlen(page), MSG_NOSIGNAL | MSG_DONTWAIT);
	shutdown(v->fd, SHUT_WR);
	leave(v);
}

/* The newest visitor takes a free place, or that of whoever has been here longest. */
static void welcome(struct server *s)
{
	int fd = accept4(s->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	struct visitor *place = &s->visitors[0];

	if (fd < 0)
		return;
	for (size_t i = 0; i < VISITORS_MAX && place->fd >= 0; i++)
		if (s->visitors[i].fd < 0 || s->visitors[i].until < place->until)
			place = &s->visitors[i];
	leave(place);
	place->fd = fd;
	place->until = clock_mono_ms() + VISIT_MS;
	buf_init_secret(&place->request, REQUEST_MAX);
}

/* True when this visitor brought what we wait for. */
static bool judge(struct server *s, struct visitor *v)
{
	const char *request = (const char *)v->request.data;
	const char *query = NULL;
	size_t len = 0;

	if (!loopback_query(request, v->request.len, s->path, &query, &len)) {
		answer(v, page_missing);
		return false;
	}
	if (!s->take(s->arg, query, len)) {
		answer(v, page_stray);
		return false;
	}
	answer(v, page_done);
	return true;
}

static bool listen_to(struct server *s, struct visitor *v)
{
	char chunk[2048];
	ssize_t n = recv(v->fd, chunk, sizeof(chunk), MSG_DONTWAIT);

	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return false;
	if (n > 0)
		buf_put(&v->request, chunk, (size_t)n);
	explicit_bzero(chunk, sizeof(chunk));
	if (n <= 0 || v->request.err != ERR_OK) {
		leave(v);
		return false;
	}
	if (!memmem(v->request.data, v->request.len, "\r\n\r\n", 4))
		return false;
	return judge(s, v);
}

static int wait_ms(struct server *s, int64_t now)
{
	int64_t until = s->deadline;

	for (size_t i = 0; i < VISITORS_MAX; i++) {
		struct visitor *v = &s->visitors[i];

		if (v->fd >= 0 && v->until <= now)
			leave(v);
		else if (v->fd >= 0 && v->until < until)
			until = v->until;
	}
	return until - now > 60000 ? 60000 : (int)(until - now);
}

/* One round of waiting; *ret_done when the wanted request was answered. */
static enum err step(struct server *s, bool *ret_done)
{
	struct pollfd p[VISITORS_MAX + 2];
	int64_t now = clock_mono_ms();
	int timeout;

	if (now >= s->deadline)
		return ERR_TIMEOUT;
	timeout = wait_ms(s, now);
	for (size_t i = 0; i < VISITORS_MAX; i++)
		p[i] = (struct pollfd){.fd = s->visitors[i].fd, .events = POLLIN};
	p[VISITORS_MAX] = (struct pollfd){.fd = s->listen_fd, .events = POLLIN};
	p[VISITORS_MAX + 1] = (struct pollfd){.fd = s->other_fd, .events = POLLIN};
	if (poll(p, VISITORS_MAX + 2, timeout) < 0)
		return errno == EINTR ? ERR_OK : ERR_IO;
	if (p[VISITORS_MAX + 1].revents)
		return ERR_CANCELLED;
	for (size_t i = 0; i < VISITORS_MAX && !*ret_done; i++)
		if (p[i].revents)
			*ret_done = listen_to(s, &s->visitors[i]);
	if (p[VISITORS_MAX].revents && !*ret_done)
		welcome(s);
	return ERR_OK;
}

enum err loopback_receive(
    int listen_fd, const char *path, loopback_take take, void *arg, int other_fd, int64_t deadline)
{
	CLEANUP(server_close)
	struct server s = {.listen_fd = listen_fd,
	    .other_fd = other_fd,
	    .deadline = deadline,
	    .path = path,
	    .take = take,
	    .arg = arg};
	enum err e = ERR_OK;
	bool done = false;

	for (size_t i = 0; i < VISITORS_MAX; i++)
		s.visitors[i].fd = -1;
	while (e == ERR_OK && !done)
		e = step(&s, &done);
	return e;
}
