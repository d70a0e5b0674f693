/* SPDX-License-Identifier: MIT */
/* Administration: uid 0 only. Rows go out as fast as they are read. */
#include "common/str.h"
#include "encvoyd/conn.h"
#include "encvoyd/log.h"
#include "encvoyd/reload.h"
#include "encvoyd/status.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

#define ADMIN_IDLE_MS 60000
#define ADMIN_SYNC_MS 900000
#define ADMIN_QUEUE_MAX (1024 * 1024)

static enum err put_row(void *arg, const char *const *fields, size_t n)
{
	struct conn *c = arg;
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_row(&b, fields, n);
	if (b.err != ERR_OK)
		return b.err;
	conn_send(c, &b);
	return ERR_OK;
}

static struct admin admin_of(struct conn *c)
{
	return (struct admin){.ids = c->server->ids,
	    .conf = c->server->conf,
	    .now = clock_unix(),
	    .row = put_row,
	    .arg = c};
}

/* One verb after the other on a connection: RESULT ends the verb, not the conversation. */
static void finish_verb(struct conn *c, const struct msg_result *result)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_result(&b, result);
	c->state = CONN_ADMIN;
	chan_set_deadline(&c->chan, ADMIN_IDLE_MS);
	conn_send(c, &b);
}

static void forget_verdicts(struct server *s, const char *sub)
{
	if (*sub)
		verdicts_forget_sub(&s->verdicts, sub);
	else
		verdicts_clear(&s->verdicts);
}

static void go_on(struct conn *c, const struct admin_outcome *out)
{
	if (out->more) {
		c->state = CONN_ROWS;
		chan_set_deadline(&c->chan, ADMIN_IDLE_MS);
		chan_ask_drained(&c->chan);
		return;
	}
	if (out->changed) {
		forget_verdicts(c->server, out->sub);
		(void)server_publish_change(c->server, out->sub);
	}
	finish_verb(c, &out->result);
}

static void put_figure(struct conn *c, const char *key, uint64_t value)
{
	char text[24];
	const char *fields[] = {key, text};

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	(void)put_row(c, fields, 2);
}

void verbs_synced(struct conn *c)
{
	const struct dirsync *d = &c->server->dirsync;
	struct msg_result m;

	if (d->result == ERR_OK) {
		const char *unchanged[] = {"unchanged", d->unchanged ? "yes" : "no"};

		(void)put_row(c, unchanged, 2);
		put_figure(c, "persons", d->figures.persons);
		put_figure(c, "new", d->unchanged ? 0 : d->figures.added);
		put_figure(c, "changed", d->unchanged ? 0 : d->figures.changed);
		put_figure(c, "dropped", d->unchanged ? 0 : d->figures.dropped);
		put_figure(c, "refused", d->figures.refused);
		put_figure(c, "ms", (uint64_t)d->took_ms);
	}
	result_fill(&m, d->result, d->detail[0] ? d->detail : NULL);
	finish_verb(c, &m);
}

/* Answered by verbs_synced. */
static void run_sync(struct conn *c)
{
	struct msg_result m;

	if (has_directory(c->server->conf)) {
		dirsync_await(c->server, c);
		chan_set_deadline(&c->chan, ADMIN_SYNC_MS);
		return;
	}
	result_fill(&m, ERR_CONFIG, "directory = login: there is nothing to be read");
	finish_verb(c, &m);
}

void verbs_continue(struct conn *c)
{
	struct admin a = admin_of(c);
	struct admin_outcome out;

	if (c->state != CONN_ROWS)
		return;
	admin_continue(&a, c->admin, &out);
	go_on(c, &out);
}

/* A verb that changed something or failed is worth a line; arguments are names and numbers, no
 * secrets. */
static void log_verb(const struct conn *c, const struct msg_admin *m, enum err outcome)
{
	AUTO_BUF struct buf line = {0};

	log_begin(&line, "admin");
	log_kv(&line, "verb", m->verb);
	for (size_t i = 0; i < m->n_args; i++)
		log_kv(&line, "arg", m->args[i]);
	log_kv_number(&line, "peer", c->peer.uid);
	log_kv(&line, "result", err_word(outcome));
	log_event_buf(EVENT_ADMIN, outcome == ERR_OK ? LOG_INFO : LOG_NOTICE, &line);
}

static void run_verb(struct conn *c, const struct msg_admin *m)
{
	struct admin a = admin_of(c);
	struct admin_outcome out = {0};

	if (strcmp(m->verb, "sync") == 0 && m->n_args == 0) {
		log_verb(c, m, ERR_OK);
		run_sync(c);
		return;
	}
	if (!c->admin)
		c->admin = admin_session_new();
	if (!c->admin) {
		result_fill(&out.result, ERR_NOMEM, NULL);
	} else if (strcmp(m->verb, "status") == 0 && m->n_args == 0) {
		result_fill(&out.result, status_rows(c->server, &a), NULL);
	} else {
		admin_run(&a, c->admin, m, &out);
	}
	if (out.changed || out.result.code != ERR_OK)
		log_verb(c, m, out.result.code);
	go_on(c, &out);
}

void verbs_handle(struct conn *c, struct reader *r)
{
	AUTO_ADMIN struct msg_admin m = {0};

	if (proto_get_admin(r, &m) != ERR_OK) {
		conn_close(c);
		return;
	}
	if (c->peer.uid != 0) {
		log_verb(c, &m, ERR_PERMISSION);
		conn_finish_err(c, ERR_PERMISSION, NULL);
		return;
	}
	c->chan.queue_max = ADMIN_QUEUE_MAX;
	run_verb(c, &m);
}
