/* SPDX-License-Identifier: MIT */
/* HTTPS requests to the provider. http*.c are the only files of the project that include curl.
 *
 * Always: https only, TLS 1.2 or newer, certificate and host name checked, no redirects, no proxy
 * but the configured one, no .netrc, no cookies, no compression; headers, body and time are bounded
 * (SEC-27, 28, 29). There is no switch for any of it. */
#ifndef ENCVOY_ONLINE_HTTP_H
#define ENCVOY_ONLINE_HTTP_H

#include "common/buf.h"
#include "common/err.h"
#include "common/str.h"
#include "encvoyd/online/http_rules.h"
#include "encvoyd/online/trust.h"

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#define HTTP_BODY_MAX (256 * 1024)
#define HTTP_HEADERS_MAX (32 * 1024)
#define HTTP_TIMEOUT_MS 9500 /* for one request, its connection included */
#define HTTP_CONNECT_MS 5000
/* The same for a streamed body, which must also come at this rate (bytes in a second) but for
 * pauses of so many seconds. */
#define HTTP_STREAM_MS 120000
#define HTTP_STREAM_RATE 1024
#define HTTP_STREAM_PAUSE 8

/* Before anything else here; children inherit it. */
enum err http_init(void);

/* A place for requests; keeps its connection open for the next one. */
struct http;

/* trust must outlive it; proxy may be NULL. watch_fd (-1: none) is the socket of the one on whose
 * behalf we ask: when its other side closes, a running request ends with ERR_CANCELLED. */
enum err http_new(const struct trust *trust, const char *proxy, int watch_fd, struct http **ret);
void http_free(struct http *h);
/* Closes the connection and gives back its memory; the next request opens a new one. */
void http_rest(struct http *h);

/* Takes the body of a 200, of any type, piece by piece instead of answer.body; an error of its own
 * ends the request and is its result. */
struct http_stream {
	enum err (*put)(void *arg, const void *bytes, size_t len);
	void *arg;
	uint64_t max; /* bytes, in place of HTTP_BODY_MAX */
};

struct http_request {
	const char *url;
	const struct buf *form;           /* application/x-www-form-urlencoded; NULL: a GET */
	const char *authorization;        /* the header's whole value ("Bearer ..."), or NULL */
	int64_t deadline;                 /* of clock_mono_ms(); HTTP_TIMEOUT_MS holds as well */
	const struct http_stream *stream; /* NULL: JSON, into answer.body */
	const char *etag; /* with stream: what we have, a 304 is an answer then; or NULL */
	/* for the sign-in pages: any type is an answer, and so is a redirect, which is never
	 * followed */
	bool page;
	const char *cookie; /* the header's whole value, or NULL */
	/* sees each header line that is acceptable, the status line too; or NULL */
	void (*on_header)(void *arg, struct slice line);
	void *arg;
};

struct http_answer {
	unsigned status;
	struct buf body;          /* secret; JSON by its media type */
	int64_t date;             /* what the server's clock said, seconds since 1970; 0: nothing */
	char etag[HTTP_ETAG_MAX]; /* "" when there is none */
};
static inline void http_answer_free(struct http_answer *a)
{
	buf_free(&a->body);
	*a = (struct http_answer){0};
}

/* ERR_OK: a complete answer with status 2xx or 4xx, of type application/json or .../...+json; with
 * stream, a 200 that was all taken, or a 304 to an etag. Otherwise ERR_TLS,
 * ERR_PROVIDER_UNREACHABLE (no connection, no answer in time, 429, 502, 503, 504),
 * ERR_PROVIDER_ERROR (anything else the provider should not have sent), ERR_FOREIGN_ENDPOINT (not
 * https), ERR_TIMEOUT (the deadline given), ERR_CANCELLED, ERR_NOMEM. Free the answer in all cases.
 */
enum err http_perform(struct http *h, const struct http_request *r, struct http_answer *ret);

/* The same without waiting, for the one process that serves others meanwhile: http_start (what the
 * request points at must stay until the end), then
 * http_step until it says done. http_step waits up to timeout_ms for the network or for fds, whose
 * revents it sets; without a running request it is poll(2). */
enum err http_start(struct http *h, const struct http_request *r);
enum err http_step(struct http *h, struct pollfd *fds, size_t n, int timeout_ms, bool *ret_done);
/* Only after "done": what http_perform would have returned. */
enum err http_finish(struct http *h, struct http_answer *ret);

/* For many requests at a time, each in a struct http of its own (http_multi.c). Another one like h,
 * without a request. */
enum err http_like(const struct http *h, struct http **ret);
/* What a running request waits for: up to max descriptors for poll(2), after which http_step is to
 * be called without waiting; lowers *timeout_ms when it must be sooner. */
size_t http_poll_set(struct http *h, struct pollfd *ret, size_t max, int *timeout_ms);
/* Whether the one has left on whose behalf we ask. */
bool http_left(const struct http *h);

/* Why the last request failed, printable, for the log; "" when there is nothing to add. */
const char *http_detail(const struct http *h);
/* Whether the last request failed because its answer was longer than HTTP_BODY_MAX. */
bool http_body_too_long(const struct http *h);

#define AUTO_HTTP CLEANUP(http_freep)
#define AUTO_ANSWER CLEANUP(http_answer_free)

static inline void http_freep(struct http **h)
{
	http_free(*h);
}

#endif
