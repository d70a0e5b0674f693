/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/directory.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/online/source.h"
#include "encvoyd/online/times.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <string.h>

#define SEND_MS 60000 /* the listener takes a packet when it has worked off the last */

static const struct kind {
	const char *word; /* of the option directory */
	const struct source_ops *ops;
} kinds[] = {
    {"api", &source_api},
    {"roster", &source_roster},
};

struct directory {
	int fd;
	const struct conf *conf;
	const struct msg_directory *have;
	struct http *http;
	const struct source_ops *ops;
	struct source *source; /* NULL while it cannot be opened */
	struct buf batch;      /* persons not sent yet */
	bool in_batch;
};

static enum err send_packet(struct directory *d, const struct buf *packet)
{
	return sock_send(d->fd, packet, clock_mono_ms() + SEND_MS);
}

static enum err flush(struct directory *d)
{
	if (!d->in_batch)
		return ERR_OK;
	d->in_batch = false;
	return send_packet(d, &d->batch);
}

static enum err on_person(void *arg, const struct msg_person *p)
{
	struct directory *d = arg;
	enum err e;

	if (d->in_batch && proto_add_person(&d->batch, p))
		return ERR_OK;
	e = flush(d);
	if (e != ERR_OK)
		return e;
	buf_reset(&d->batch);
	proto_put_persons(&d->batch);
	if (!proto_add_person(&d->batch, p))
		return ERR_TOO_LONG;
	d->in_batch = true;
	return ERR_OK;
}

/* A source that could not be opened is tried again: a file may have come meanwhile. */
static enum err need_source(struct directory *d)
{
	if (!d->ops)
		return ERR_CONFIG;
	return d->source ? ERR_OK : d->ops->open(d->conf, d->http, d->have, &d->source);
}

static enum err answer(struct directory *d, const char *login, struct msg_end *end)
{
	struct person_sink sink = {on_person, d};
	enum err e = need_source(d);

	if (e == ERR_OK && login && !d->ops->find)
		e = ERR_NOT_FOUND;
	if (e != ERR_OK) {
		*end = (struct msg_end){.code = e};
		return e;
	}
	return login ? d->ops->find(d->source, login, &sink, end)
		     : d->ops->sync(d->source, &sink, end);
}

static void log_end(const struct directory *d, const char *what, const struct msg_end *end)
{
	AUTO_BUF struct buf line = {0};

	if (end->code == ERR_OK || end->code == ERR_CANCELLED)
		return;
	log_begin(&line, what);
	log_kv(&line, "directory", d->conf->directory);
	log_kv(&line, "reason", err_word(end->code));
	log_kv(&line, "detail", *end->detail ? end->detail : NULL);
	log_event_buf(EVENT_DIRECTORY_FAILED, LOG_WARNING, &line);
}

/* login: NULL for a pass. Whatever it returns but ERR_OK ends the conversation. */
static enum err serve(struct directory *d, const char *login)
{
	AUTO_BUF struct buf packet = {0};
	struct msg_end end = {0};
	enum err e;

	d->in_batch = false;
	if (answer(d, login, &end) == ERR_OK) {
		e = flush(d);
		if (e != ERR_OK)
			return e;
	}
	log_end(d, login ? "directory look-up failed" : "directory pass failed", &end);
	if (end.code == ERR_CANCELLED)
		return end.code;
	buf_init(&packet, PROTO_MAX);
	e = times_put(&packet) ? send_packet(d, &packet) : ERR_OK;
	if (e != ERR_OK)
		return e;
	buf_reset(&packet);
	proto_put_end(&packet, &end);
	return send_packet(d, &packet);
}

static enum err take_question(struct directory *d)
{
	AUTO_FREE char *room = malloc(PROTO_MAX);
	char login[LOGIN_MAX];
	struct reader r;
	enum msg_type type;
	size_t len = 0;
	enum err e;

	if (!room)
		return ERR_NOMEM;
	e = sock_recv(d->fd, room, PROTO_MAX, SOCK_FOREVER, &len);
	if (e == ERR_OK)
		e = proto_open(room, len, &r, &type);
	if (e != ERR_OK)
		return e;
	if (type == MSG_SYNC && proto_get_sync(&r) == ERR_OK)
		return serve(d, NULL);
	if (type == MSG_FIND && proto_get_find(&r, login) == ERR_OK)
		return serve(d, login);
	return ERR_PROTOCOL;
}

static void directory_end(struct directory *d)
{
	if (d->source)
		d->ops->close(d->source);
	http_free(d->http);
	buf_free(&d->batch);
}

void directory_child(
    int fd, const struct msg_directory *have, const struct conf *conf, const struct trust *trust)
{
	CLEANUP(directory_end) struct directory d = {.fd = fd, .conf = conf, .have = have};
	enum err e = http_new(trust, conf->proxy, fd, &d.http);

	times_are(TIMES_DIRECTORY);
	buf_init(&d.batch, PROTO_MAX);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].word, conf->directory) == 0)
			d.ops = kinds[i].ops;
	while (e == ERR_OK)
		e = take_question(&d);
	if (e != ERR_CLOSED && e != ERR_CANCELLED)
		log_line(LOG_ERR, "the directory child ends: %s", err_text(e));
}
