/* SPDX-License-Identifier: MIT */
#include "encvoyd/dirfind.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/names.h"
#include "encvoyd/reload.h"
#include "encvoyd/server.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>

#define PROGRAM_MS 400 /* a look-up's own patience ends at 500 */
#define PERSON_MS 5000
#define ABSENT_MS 60000
#define FAILED_MS 5000 /* a question without an answer is not asked again at once */

struct find {
	STAILQ_ENTRY(find) link;
	struct server *server;
	char name[NAME_MAX_LEN + 1];
	char login[LOGIN_MAX];
	LIST_HEAD(, find_waiter) waiters;
	struct timer timer; /* PROGRAM_MS, then PERSON_MS after the start */
	bool late;          /* programs wait no more */
	bool very_late;     /* nobody does */
};

void dirfind_init(struct server *s)
{
	STAILQ_INIT(&s->dirfind.queue);
	random_bytes(&s->dirfind.seed, sizeof(s->dirfind.seed));
}

static struct absent *set_of(struct dirfind *d, const char *name)
{
	uint64_t h = d->seed;

	for (; *name; name++)
		h = (h ^ (uint8_t)*name) * 0x100000001b3;
	return d->absent[(h ^ h >> 32) % ABSENT_SETS];
}

static bool is_absent(struct dirfind *d, const char *name, int64_t now)
{
	const struct absent *set = set_of(d, name);

	for (size_t i = 0; i < ABSENT_WAYS; i++)
		if (set[i].until > now && strcmp(set[i].name, name) == 0)
			return true;
	return false;
}

/* In place of the oldest of its set. */
static void remember_absent(struct dirfind *d, const char *name, int64_t until)
{
	struct absent *set = set_of(d, name), *oldest = set;

	for (size_t i = 1; i < ABSENT_WAYS; i++)
		if (set[i].until < oldest->until)
			oldest = &set[i];
	oldest->until = until;
	(void)str_copy(oldest->name, sizeof(oldest->name), name);
}

/* The login that the template would make this name of, where the login alone makes it. */
static bool login_of(const char *tpl, const char *name, char login[LOGIN_MAX])
{
	static const char field[] = "%{login}";
	const char *at = strstr(tpl, field);
	size_t before, after, len = strlen(name);

	if (!at || strstr(at + 1, "%{") || (strstr(tpl, "%{") != at))
		return false;
	before = (size_t)(at - tpl);
	after = strlen(at + strlen(field));
	if (len <= before + after || len - before - after >= LOGIN_MAX ||
	    memcmp(name, tpl, before) != 0 || strcmp(name + len - after, at + strlen(field)) != 0)
		return false;
	memcpy(login, name + before, len - before - after);
	login[len - before - after] = 0;
	return true;
}

/* Names that cannot become anybody's are not worth a question (SEC-16). */
static bool worth_asking(struct server *s, const char *name, char login[LOGIN_MAX])
{
	const char *tpl = s->conf->service.user_name;

	return strcmp(s->conf->directory, "api") == 0 && login_of(tpl, name, login) &&
	       names_check(s->ids, s->conf, tpl, "", name) == ERR_OK &&
	       !is_absent(&s->dirfind, name, clock_mono_ms());
}

static struct find *find_pending(struct dirfind *d, const char *name)
{
	struct find *f;

	STAILQ_FOREACH(f, &d->queue, link)
	if (strcmp(f->name, name) == 0)
		return f;
	return NULL;
}

static void release(struct find *f, bool everybody)
{
	struct find_waiter *w, *next;
	LIST_HEAD(, find_waiter) ready = LIST_HEAD_INITIALIZER(ready);

	for (w = LIST_FIRST(&f->waiters); w; w = next) {
		next = LIST_NEXT(w, link);
		if (w->patient && !everybody)
			continue;
		LIST_REMOVE(w, link);
		LIST_INSERT_HEAD(&ready, w, link);
	}
	while ((w = LIST_FIRST(&ready))) {
		dirfind_leave(w);
		w->done(w);
	}
}

static void on_timer(struct timer *t)
{
	struct find *f = t->owner;

	f->very_late = f->late;
	f->late = true;
	if (!f->very_late)
		loop_arm(&f->server->loop, t, clock_mono_ms() + PERSON_MS - PROGRAM_MS);
	release(f, f->very_late);
}

static struct find *add(struct server *s, const char *name, const char *login)
{
	struct find *f = s->dirfind.n < FINDS_MAX ? calloc(1, sizeof(*f)) : NULL;

	if (!f)
		return NULL;
	f->server = s;
	(void)str_copy(f->name, sizeof(f->name), name);
	(void)str_copy(f->login, sizeof(f->login), login);
	LIST_INIT(&f->waiters);
	f->timer = (struct timer){.fire = on_timer, .owner = f};
	loop_arm(&s->loop, &f->timer, clock_mono_ms() + PROGRAM_MS);
	/* what is under way has taken too long already: this will not be quicker (SEC-37) */
	f->late = dirlink_busy_ms(s) > PROGRAM_MS;
	STAILQ_INSERT_TAIL(&s->dirfind.queue, f, link);
	s->dirfind.n++;
	dirlink_want_find(s);
	return f;
}

bool dirfind_wait(struct server *s, const char *name, struct find_waiter *w)
{
	struct find *f = find_pending(&s->dirfind, name);
	char login[LOGIN_MAX];

	if (!f) {
		if (s->stopping || dirlink_is_resting(s) || !worth_asking(s, name, login))
			return false;
		f = add(s, name, login);
	}
	if (!f || (w->patient ? f->very_late : f->late))
		return false;
	w->find = f;
	LIST_INSERT_HEAD(&f->waiters, w, link);
	return true;
}

void dirfind_leave(struct find_waiter *w)
{
	if (w->find)
		LIST_REMOVE(w, link);
	w->find = NULL;
}

static void finish(struct server *s, int64_t absent_ms)
{
	struct find *f = STAILQ_FIRST(&s->dirfind.queue);

	STAILQ_REMOVE_HEAD(&s->dirfind.queue, link);
	s->dirfind.n--;
	loop_disarm(&f->timer);
	if (absent_ms)
		remember_absent(&s->dirfind, f->name, clock_mono_ms() + absent_ms);
	release(f, true);
	free(f);
}

const char *dirfind_next(struct server *s)
{
	struct dirfind *d = &s->dirfind;
	const struct find *f = STAILQ_FIRST(&d->queue);

	if (!f)
		return NULL;
	d->found = 0;
	d->spoiled = ERR_OK;
	return f->login;
}

/* Nobody, or the one who was asked for. */
static enum err take(struct server *s, const struct msg_person *p)
{
	struct dirfind *d = &s->dirfind;
	const char *field = NULL;

	if (d->found++ > 0 || strcmp(p->login, STAILQ_FIRST(&d->queue)->login) != 0)
		return ERR_PROTOCOL;
	memcpy(d->sub, p->sub, sizeof(d->sub));
	d->spoiled = dirstage_begin(s->ids, true, &d->stage);
	if (d->spoiled == ERR_OK)
		d->spoiled = dirstage_add(s->ids, s->conf, &d->stage, p, &field);
	if (d->spoiled == ERR_SYNTAX)
		log_line(LOG_ERR, "the directory's answer for %s has a malformed %s",
		    STAILQ_FIRST(&d->queue)->name, field);
	return ERR_OK;
}

enum err dirfind_persons(struct server *s, struct reader *r)
{
	static struct msg_person p; /* 40 KiB */
	uint32_t n = 0;
	enum err e = proto_get_persons_head(r, &n);

	for (uint32_t i = 0; i < n && e == ERR_OK; i++) {
		e = proto_get_person(r, &p);
		if (e == ERR_OK)
			e = take(s, &p);
	}
	return e == ERR_OK && !reader_done(r) ? ERR_PROTOCOL : e;
}

/* The map comes last: whoever waits has the answer from the database. */
void dirfind_end(struct server *s, const struct msg_end *m)
{
	struct dirfind *d = &s->dirfind;
	struct dirstage_report report = {0};
	enum err e = m->code;

	d->asked++;
	if (e == ERR_OK)
		e = d->spoiled;
	if (e == ERR_OK && d->found)
		e = dirsync_apply(s, &d->stage, false, NULL, &report);
	if (e != ERR_OK)
		log_line(LOG_WARNING, "the directory could not be asked for %s: %s",
		    STAILQ_FIRST(&d->queue)->name, err_text(e));
	if (e != ERR_OK)
		finish(s, FAILED_MS);
	else
		finish(s, d->found ? 0 : ABSENT_MS);
	if (report.visible)
		(void)server_publish_change(s, d->sub);
}

void dirfind_failed(struct server *s, enum err why)
{
	(void)why;
	while (!STAILQ_EMPTY(&s->dirfind.queue))
		finish(s, 0);
}
