/* SPDX-License-Identifier: MIT */
#include "encvoyd/dirsync.h"

#include "common/str.h"
#include "encvoyd/conn.h"
#include "encvoyd/log.h"
#include "encvoyd/reload.h"
#include "encvoyd/reuse.h"
#include "sys/clock.h"

#include <string.h>

#define KNOWN_AT_ONCE 200 /* people, between two other things */

static void tell(struct server *s)
{
	struct conn *c, *next;

	for (c = LIST_FIRST(&s->conns); c; c = next) {
		next = LIST_NEXT(c, link);
		if (c->state == CONN_SYNC && c->pass <= s->dirsync.begun)
			verbs_synced(c);
	}
}

static void log_pass(const struct dirsync *d)
{
	const struct dir_figures *f = &d->figures;
	AUTO_BUF struct buf line = {0};

	log_begin(&line, "directory");
	log_kv(&line, "result", err_word(d->result));
	if (d->result == ERR_OK && d->unchanged) {
		log_kv(&line, "unchanged", "yes");
	} else if (d->result == ERR_OK) {
		log_kv_number(&line, "persons", f->persons);
		log_kv_number(&line, "new", f->added);
		log_kv_number(&line, "changed", f->changed);
		log_kv_number(&line, "dropped", f->dropped);
		log_kv_number(&line, "refused", f->refused);
	} else if (d->detail[0]) {
		log_kv(&line, "detail", d->detail);
	}
	log_kv_number(&line, "ms", (uint64_t)d->took_ms);
	if (d->result == ERR_OK)
		log_buf(LOG_INFO, &line);
	else
		log_event_buf(EVENT_DIRECTORY_FAILED, LOG_WARNING, &line);
}

static void conclude(struct server *s, enum err e, const char *detail)
{
	struct dirsync *d = &s->dirsync;

	if (!d->running) { /* there was not even somebody to ask */
		d->begun++;
		d->began_at = clock_mono_ms();
	}
	d->running = false;
	d->result = e;
	d->ended = clock_unix();
	d->took_ms = clock_mono_ms() - d->began_at;
	if (!text_printable(detail) || !str_copy(d->detail, sizeof(d->detail), detail))
		d->detail[0] = 0;
	log_pass(d);
	tell(s);
}

void dirsync_begin(struct server *s)
{
	struct dirsync *d = &s->dirsync;

	d->running = true;
	d->known = false;
	d->after[0] = 0;
	d->begun++;
	d->began_at = clock_mono_ms();
	d->spoiled = dirstage_begin(s->ids, d->thorough, &d->stage);
}

static void log_malformed(const struct msg_person *p, const char *field, enum err e)
{
	AUTO_BUF struct buf line = {0};

	log_begin(&line, "the directory sends what cannot be");
	log_kv(&line, "sub", p->sub);
	log_kv(&line, "field", field);
	log_kv(&line, "reason", err_word(e));
	log_event_buf(EVENT_DIRECTORY_FAILED, LOG_ERR, &line);
}

static enum err take(struct server *s, struct reader *r, uint32_t n)
{
	struct dirsync *d = &s->dirsync;
	static struct msg_person p; /* 40 KiB */
	const char *field = NULL;
	enum err e = ERR_OK;

	for (uint32_t i = 0; i < n && e == ERR_OK; i++) {
		e = proto_get_person(r, &p);
		if (e != ERR_OK || d->spoiled != ERR_OK)
			continue;
		d->spoiled = dirstage_add(s->ids, s->conf, &d->stage, &p, &field);
		if (d->spoiled == ERR_SYNTAX || d->spoiled == ERR_TOO_LONG)
			log_malformed(&p, field, d->spoiled);
	}
	return e == ERR_OK && !reader_done(r) ? ERR_PROTOCOL : e;
}

enum err dirsync_persons(struct server *s, struct reader *r)
{
	struct dirsync *d = &s->dirsync;
	uint32_t n = 0;
	enum err e = proto_get_persons_head(r, &n);

	if (e == ERR_OK && d->spoiled == ERR_OK)
		d->spoiled = db_begin(s->ids->db); /* of the tables in memory; one for a packet */
	if (e == ERR_OK)
		e = take(s, r, n);
	if (d->spoiled == ERR_OK)
		d->spoiled = db_commit(s->ids->db);
	else
		db_rollback(s->ids->db);
	return e;
}

static bool makes_sense(const struct dirsync *d, const struct msg_end *m, bool has_base)
{
	return m->code != ERR_OK || !m->unchanged || d->known ||
	       (has_base && d->stage.persons == 0);
}

bool dirsync_is_ours(struct server *s, const struct msg_end *m, bool has_base)
{
	struct dirsync *d = &s->dirsync;

	d->known = m->code == ERR_OK && m->unchanged && d->thorough && d->spoiled == ERR_OK &&
		   makes_sense(d, m, has_base);
	return d->known;
}

bool dirsync_known(struct server *s)
{
	struct dirsync *d = &s->dirsync;
	bool done = false;

	d->spoiled = db_begin(s->ids->db);
	if (d->spoiled == ERR_OK)
		d->spoiled =
		    dirstage_add_known(s->ids, s->conf, &d->stage, d->after, KNOWN_AT_ONCE, &done);
	if (d->spoiled == ERR_OK)
		d->spoiled = db_commit(s->ids->db);
	else
		db_rollback(s->ids->db);
	return done || d->spoiled != ERR_OK;
}

/* What would become the standing; ERR_OLD_SERIAL, ERR_DIRECTORY_EXPIRED (SEC-48). */
static enum err judge(struct server *s, const struct msg_end *m, struct standing *ret)
{
	struct standing former;
	int64_t now = clock_unix();
	enum err e = standing_get(s->ids->db, s->conf, &former);

	*ret = (struct standing){.passed = now};
	if (e != ERR_OK || strcmp(s->conf->directory, "roster") != 0)
		return e;
	if (m->serial == 0 || m->serial > INT64_MAX || m->expires > INT64_MAX)
		return ERR_PROTOCOL;
	ret->serial = m->serial;
	ret->expires = m->expires;
	memcpy(ret->hash, m->hash, sizeof(ret->hash));
	if (m->serial < former.serial)
		return ERR_OLD_SERIAL;
	return standing_of(s->conf, ret, now) == STANDING_EXPIRED ? ERR_DIRECTORY_EXPIRED : ERR_OK;
}

static enum err log_news(void *arg, const char *sub, const char *login, const char *reason)
{
	AUTO_BUF struct buf line = {0};

	bool renamed = strcmp(reason, NOTED_LOGIN) == 0;

	(void)arg;
	log_begin(&line, renamed ? "a login changed; name, uid and home stay" : "no name is bound");
	log_kv(&line, "sub", sub);
	log_kv(&line, "login", login);
	log_kv(&line, "reason", reason);
	log_event_buf(renamed ? EVENT_NONE : EVENT_PERSON_NOT_SERVED, LOG_WARNING, &line);
	return ERR_OK;
}

enum err dirsync_apply(struct server *s, const struct dirstage *st, bool whole,
    const struct standing *standing, struct dirstage_report *report)
{
	enum err e = dirstage_apply(s->ids, s->conf, st, whole, standing, clock_unix(), report);

	if (e != ERR_OK)
		return e;
	(void)dirstage_each_news(s->ids->db, log_news, NULL);
	if (report->figures.changed || report->figures.dropped)
		reuse_forget_blocked(s);
	/* looks at everybody: not for one person found, nor when nobody was sent */
	if (whole || s->blocked_stale)
		server_write_blocked(s);
	return ERR_OK;
}

/* Nobody was sent; but who had no name the last time may have one now. */
static enum err apply(struct server *s, bool unchanged, const struct standing *standing)
{
	struct dirsync *d = &s->dirsync;
	struct dirstage_report report = {0};
	bool whole = !unchanged || d->known;
	enum err e = whole ? ERR_OK : dirstage_add_noted(s->ids, s->conf, &d->stage);

	if (e == ERR_OK)
		e = dirsync_apply(s, &d->stage, whole, standing, &report);
	if (e != ERR_OK)
		return e;
	d->unchanged = unchanged;
	if (whole)
		d->figures = report.figures;
	d->thorough = d->thorough && !whole;
	if (report.visible)
		(void)server_publish(s, false);
	return ERR_OK;
}

enum err dirsync_end(struct server *s, const struct msg_end *m, bool has_base)
{
	struct dirsync *d = &s->dirsync;
	struct standing standing;
	enum err e = m->code;

	if (!makes_sense(d, m, has_base))
		return ERR_PROTOCOL;
	if (e == ERR_OK)
		e = d->spoiled;
	if (e == ERR_OK)
		e = judge(s, m, &standing);
	if (e == ERR_PROTOCOL && m->code == ERR_OK)
		return e;
	if (e == ERR_OK)
		e = apply(s, m->unchanged, &standing);
	if (e == ERR_IO)
		log_event_line(EVENT_DATABASE_FAULT, LOG_ERR, "the identity database: %s",
		    identities_trouble(s->ids));
	conclude(s, e, m->detail);
	return e;
}

void dirsync_failed(struct server *s, enum err why)
{
	conclude(s, why, "");
}

void dirsync_await(struct server *s, struct conn *c)
{
	c->state = CONN_SYNC;
	c->pass = s->dirsync.begun + 1; /* not the one under way: it may have missed what changed */
	dirlink_want_pass(s);
}

bool dirsync_is_awaited(const struct server *s)
{
	const struct conn *c;

	LIST_FOREACH(c, &s->conns, link)
	if (c->state == CONN_SYNC && c->pass > s->dirsync.begun)
		return true;
	return false;
}
