/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/keys_child.h"

#include "encvoyd/log.h"
#include "encvoyd/online/documents.h"
#include "encvoyd/online/fdpass.h"
#include "encvoyd/online/http.h"
#include "encvoyd/online/keys_cache.h"
#include "encvoyd/online/times.h"
#include "oidc/url.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <errno.h>
#include <string.h>
#include <time.h>

#define CLIENTS_MAX 1200

struct client_conn {
	int fd;
	bool waiting;
	enum keys_what what;
	char kid[KID_MAX_LEN + 1];
};

struct keys_server {
	int control; /* -1: no more clients will come */
	struct http *http;
	struct keys_cache cache;
	bool fetching;
	enum keys_what fetched;
	struct client_conn *clients[CLIENTS_MAX];
	size_t n_clients;
};

/* Goes on while the machine sleeps: a day is a day. */
static int64_t now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static const char *name_of(enum keys_what what)
{
	return what == KEYS_DISCOVERY ? "discovery" : "keys";
}

static void drop_client(struct keys_server *s, size_t i)
{
	struct client_conn *c = s->clients[i];

	s->clients[i] = s->clients[--s->n_clients];
	close_fd(&c->fd);
	free(c);
}

static void add_client(struct keys_server *s, int *fd)
{
	struct client_conn *c = s->n_clients < CLIENTS_MAX ? calloc(1, sizeof(*c)) : NULL;

	/* one that is not taken sees its socket closed */
	if (!c)
		return;
	c->fd = take_fd(fd);
	s->clients[s->n_clients++] = c;
}

/* All that wait: a burst of logins must not fill the control socket. */
static void accept_clients(struct keys_server *s)
{
	while (s->control >= 0) {
		AUTO_FD int fd = -1;
		enum err e = fdpass_recv(s->control, &fd);

		if (e == ERR_NOT_FOUND)
			return;
		if (e == ERR_OK)
			add_client(s, &fd);
		else if (e != ERR_PROTOCOL)
			close_fd(&s->control);
	}
}

/* False when the client is to be dropped: it left, or talks nonsense. */
static bool read_question(struct client_conn *c)
{
	unsigned char packet[512];
	struct reader r;
	enum msg_type type;
	size_t len = 0;

	if (c->waiting || sock_recv(c->fd, packet, sizeof(packet), 0, &len) != ERR_OK)
		return false;
	if (proto_open(packet, len, &r, &type) != ERR_OK || type != MSG_KEYS_GET ||
	    proto_get_keys_get(&r, &c->what, c->kid, sizeof(c->kid)) != ERR_OK)
		return false;
	c->waiting = true;
	return true;
}

static bool answer(const struct keys_server *s, struct client_conn *c, enum err error)
{
	const struct keys_document *d = keys_cache_document(&s->cache, c->what);
	struct msg_result refusal = {.code = error};
	AUTO_BUF struct buf packet = {0};

	buf_init(&packet, PROTO_MAX);
	if (error == ERR_OK)
		proto_put_keys(&packet, d->bytes, d->len);
	else
		proto_put_result(&packet, &refusal);
	c->waiting = false;
	return sock_send(c->fd, &packet, 0) == ERR_OK;
}

static void note_failure(const struct keys_server *s, enum keys_what what, enum err e)
{
	AUTO_BUF struct buf line = {0};

	log_begin(&line, "provider document not fetched");
	log_kv(&line, "document", name_of(what));
	log_kv(&line, "reason", err_word(e));
	log_kv(&line, "detail", *http_detail(s->http) ? http_detail(s->http) : NULL);
	log_event_buf(EVENT_PROVIDER_SILENT, LOG_WARNING, &line);
}

static void start_fetch(struct keys_server *s, enum keys_what what)
{
	struct http_request r = {.deadline = clock_mono_ms() + 2 * HTTP_TIMEOUT_MS};
	AUTO_BUF struct buf url = {0};
	enum err e;

	buf_init(&url, URL_MAX_LEN + 1);
	keys_cache_address(&s->cache, what, &url);
	keys_cache_trying(&s->cache, what, now_ms());
	r.url = buf_cstr(&url);
	e = r.url ? http_start(s->http, &r) : ERR_CONFIG;
	if (e != ERR_OK) {
		keys_cache_failed(&s->cache, what, e);
		note_failure(s, what, e);
		return;
	}
	s->fetching = true;
	s->fetched = what;
}

static void end_fetch(struct keys_server *s)
{
	AUTO_ANSWER struct http_answer a = {0};
	enum err before = keys_cache_document(&s->cache, s->fetched)->failure;
	enum err e = http_finish(s->http, &a);

	s->fetching = false;
	if (e == ERR_OK && a.status != 200)
		e = ERR_PROVIDER_ERROR;
	if (e == ERR_OK)
		e = keys_cache_store(&s->cache, s->fetched, a.body.data, a.body.len, now_ms());
	else
		keys_cache_failed(&s->cache, s->fetched, e);
	if (e != ERR_OK)
		note_failure(s, s->fetched, e);
	else if (before != ERR_OK)
		log_line(LOG_NOTICE, "provider document %s fetched again", name_of(s->fetched));
	http_rest(s->http);
}

/* Answers a question if that is possible now, else sees to it that it will be. False when the
 * client does not take its answer. */
static bool serve_one(struct keys_server *s, struct client_conn *c)
{
	for (;;) {
		enum keys_what fetch = KEYS_DISCOVERY;
		enum err why = ERR_OK;
		enum keys_verdict v =
		    keys_cache_decide(&s->cache, c->what, c->kid, now_ms(), &fetch, &why);

		if (v == KEYS_SERVE || v == KEYS_REFUSE)
			return answer(s, c, v == KEYS_REFUSE ? why : ERR_OK);
		if (v == KEYS_WAIT || s->fetching)
			return true;
		start_fetch(s, fetch);
	}
}

static void serve(struct keys_server *s)
{
	for (size_t i = s->n_clients; i-- > 0;)
		if (s->clients[i]->waiting && !serve_one(s, s->clients[i]))
			drop_client(s, i);
}

static void handle_events(struct keys_server *s, const struct pollfd *p, size_t n)
{
	for (size_t i = n; i-- > 1;)
		if (p[i].revents && !read_question(s->clients[i - 1]))
			drop_client(s, i - 1);
	if (p[0].revents)
		accept_clients(s);
}

static enum err step(struct keys_server *s)
{
	static struct pollfd p[CLIENTS_MAX + 1];
	size_t n = s->n_clients + 1;
	bool done = false;
	enum err e;

	p[0] = (struct pollfd){.fd = s->control, .events = POLLIN};
	for (size_t i = 1; i < n; i++)
		p[i] = (struct pollfd){.fd = s->clients[i - 1]->fd, .events = POLLIN};
	e = http_step(s->http, p, n, s->fetching ? 1000 : -1, &done);
	if (e != ERR_OK)
		return e;
	if (done)
		end_fetch(s);
	handle_events(s, p, n);
	serve(s);
	return ERR_OK;
}

void keys_child(int control, const struct conf *conf, const struct trust *trust)
{
	static struct keys_server s;
	struct discovery_rules rules;
	enum err e;

	times_are(TIMES_KEYS);
	documents_rules(conf, &rules);
	s.control = control;
	keys_cache_init(&s.cache, &rules);
	e = http_new(trust, conf->proxy, -1, &s.http);
	while (e == ERR_OK && (s.control >= 0 || s.n_clients))
		e = step(&s);
	if (e != ERR_OK)
		log_line(LOG_ERR, "keys child: %s", err_text(e));
	while (s.n_clients)
		drop_client(&s, 0);
	close_fd(&s.control);
	keys_cache_free(&s.cache);
	http_free(s.http);
}
