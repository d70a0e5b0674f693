/* SPDX-License-Identifier: MIT */
#include "encvoyd/dirlink.h"

#include "common/pace.h"
#include "common/proto_directory.h"
#include "encvoyd/ids.h"
#include "encvoyd/log.h"
#include "encvoyd/login.h"
#include "encvoyd/server.h"
#include "sys/clock.h"

#include <string.h>

/* Silence that means that nothing comes any more: a pass may take many requests before its first
 * person, a question takes one. */
#define SILENCE_PASS_MS 600000
#define SILENCE_FIND_MS 30000

static uint16_t chance(void)
{
	uint16_t r;

	random_bytes(&r, sizeof(r));
	return r;
}

static void arm_pass(struct server *s)
{
	int64_t interval = (int64_t)s->conf->directory_interval * 1000;

	loop_arm(&s->loop, &s->dirlink.pass_due,
	    clock_mono_ms() + pace_pass(interval, s->dirlink.missed, chance()));
}

static void go_on_soon(struct server *s)
{
	if (!s->dirlink.go_on.armed)
		loop_arm(&s->loop, &s->dirlink.go_on, clock_mono_ms());
}

static void rest(struct server *s)
{
	struct dirlink *l = &s->dirlink;

	loop_arm(&s->loop, &l->go_on, clock_mono_ms() + pace_link(l->failures, chance()));
	l->failures++;
}

/* The question under way, or all that wait, have no answer. */
static void fail(struct server *s, enum err why)
{
	struct dirlink *l = &s->dirlink;
	enum dirlink_question asked = l->asked;

	chan_close(&l->chan);
	loop_disarm(&l->known);
	l->asked = ASKED_NOTHING;
	l->has_base = false;
	if (asked != ASKED_FIND && l->pass_wanted)
		dirsync_failed(s, why);
	dirfind_failed(s, why);
}

static void break_off(struct server *s, enum err why)
{
	if (why == ERR_PROTOCOL)
		log_event_line(EVENT_ONLINE_FAULT, LOG_ERR,
		    "the directory's side of encvoyd-online broke the protocol");
	fail(s, why);
	rest(s);
}

static void done(struct server *s)
{
	struct dirlink *l = &s->dirlink;

	l->asked = ASKED_NOTHING;
	l->failures = 0;
	chan_clear_deadline(&l->chan);
	go_on_soon(s);
}

static void end_of_pass(struct server *s, const struct msg_end *m)
{
	struct dirlink *l = &s->dirlink;
	enum err e = dirsync_end(s, m, l->has_base);

	if (e == ERR_PROTOCOL && m->code == ERR_OK) {
		break_off(s, e);
		return;
	}
	l->pass_wanted = l->pass_wanted && dirsync_is_awaited(s);
	done(s);
	l->missed = pace_is_missed(m->code) ? l->missed + 1 : 0;
	arm_pass(s);
	l->has_base = l->has_base || e == ERR_OK;
	/* the other side believes that we have what it sent: it has to begin anew */
	if (e != ERR_OK && m->code == ERR_OK) {
		chan_close(&l->chan);
		l->has_base = false;
	}
}

static void on_known(struct timer *t)
{
	struct server *s = t->owner;

	if (dirsync_known(s))
		end_of_pass(s, &s->dirlink.end);
	else
		loop_arm(&s->loop, t, clock_mono_ms());
}

static void on_end_of_pass(struct server *s, const struct msg_end *m)
{
	struct dirlink *l = &s->dirlink;

	if (!dirsync_is_ours(s, m, l->has_base)) {
		end_of_pass(s, m);
		return;
	}
	l->end = *m;
	chan_clear_deadline(&l->chan);
	loop_arm(&s->loop, &l->known, clock_mono_ms());
}

static void on_message(struct server *s, enum msg_type type, struct reader *r)
{
	struct dirlink *l = &s->dirlink;
	struct msg_end m;
	enum err e = ERR_PROTOCOL;

	if (l->known.armed) /* it has said END */
		e = ERR_PROTOCOL;
	else if (type == MSG_PERSONS && l->asked == ASKED_PASS)
		e = dirsync_persons(s, r);
	else if (type == MSG_PERSONS && l->asked == ASKED_FIND)
		e = dirfind_persons(s, r);
	else if (type == MSG_END && l->asked != ASKED_NOTHING)
		e = proto_get_end(r, &m);
	if (e != ERR_OK) {
		break_off(s, e);
		return;
	}
	if (type == MSG_PERSONS) {
		chan_set_deadline(
		    &l->chan, l->asked == ASKED_PASS ? SILENCE_PASS_MS : SILENCE_FIND_MS);
	} else if (l->asked == ASKED_PASS) {
		on_end_of_pass(s, &m);
	} else {
		done(s);
		dirfind_end(s, &m);
	}
}

static void take_times(struct server *s, struct reader *r)
{
	struct msg_times m;

	if (proto_get_times(r, &m) == ERR_OK)
		provider_times_take(&s->times, &m);
	else
		break_off(s, ERR_PROTOCOL);
}

static void on_packet(struct chan *chan, const void *bytes, size_t len)
{
	struct server *s = chan->owner;
	enum msg_type type;
	struct reader r;
	enum err e = proto_open(bytes, len, &r, &type);

	s->online_heard = clock_unix();
	if (e != ERR_OK)
		break_off(s, ERR_PROTOCOL);
	else if (type == MSG_TIMES)
		take_times(s, &r);
	else
		on_message(s, type, &r);
}

/* Without a question it may go when it wants. */
static void on_ended(struct chan *chan, enum err why)
{
	struct server *s = chan->owner;

	if (s->dirlink.asked != ASKED_NOTHING || why != ERR_CLOSED) {
		log_event_line(EVENT_ONLINE_FAULT, LOG_WARNING,
		    "the directory's side of encvoyd-online is gone: %s", err_text(why));
		break_off(s, why);
		return;
	}
	chan_close(chan);
	s->dirlink.has_base = false;
}

static const struct chan_ops ops = {on_packet, on_ended, NULL};

static enum err introduce(struct server *s)
{
	struct msg_directory m = {0};
	struct standing standing;
	AUTO_BUF struct buf b = {0};
	enum err e = standing_get(s->ids->db, s->conf, &standing);

	if (e != ERR_OK)
		return e;
	if (standing.whole) {
		m.serial = standing.serial;
		memcpy(m.hash, standing.hash, sizeof(m.hash));
	}
	s->dirlink.has_base = m.serial > 0;
	buf_init(&b, PROTO_MAX);
	proto_put_directory(&b, &m);
	chan_send(&s->dirlink.chan, &b);
	return ERR_OK;
}

static enum err open_link(struct server *s)
{
	AUTO_FD int fd = -1;
	enum err e = online_connect(s, &fd);

	if (e == ERR_OK)
		e = chan_open(&s->dirlink.chan, &s->loop, take_fd(&fd), &ops, s);
	return e == ERR_OK ? introduce(s) : e;
}

static void ask(struct server *s, enum dirlink_question what, const struct buf *b)
{
	struct dirlink *l = &s->dirlink;

	l->asked = what;
	l->asked_at = clock_mono_ms();
	chan_set_deadline(&l->chan, what == ASKED_PASS ? SILENCE_PASS_MS : SILENCE_FIND_MS);
	chan_send(&l->chan, b);
}

static void ask_next(struct server *s)
{
	AUTO_BUF struct buf b = {0};
	const char *login = NULL;

	buf_init(&b, PROTO_MAX);
	if (s->dirlink.pass_wanted) {
		loop_disarm(&s->dirlink.pass_due);
		dirsync_begin(s);
		proto_put_sync(&b);
		ask(s, ASKED_PASS, &b);
	} else if ((login = dirfind_next(s)) != NULL) {
		proto_put_find(&b, login);
		ask(s, ASKED_FIND, &b);
	}
}

static void on_go_on(struct timer *t)
{
	struct server *s = t->owner;
	struct dirlink *l = &s->dirlink;
	enum err e = ERR_OK;

	if (l->asked != ASKED_NOTHING || s->stopping || !has_directory(s->conf) ||
	    (!l->pass_wanted && !dirfind_next(s)))
		return;
	if (!chan_is_open(&l->chan))
		e = open_link(s);
	if (e != ERR_OK)
		break_off(s, e);
	else
		ask_next(s);
}

static void on_pass_due(struct timer *t)
{
	dirlink_want_pass(t->owner);
}

void dirlink_init(struct server *s)
{
	s->dirlink = (struct dirlink){.chan = {.watch = {.fd = -1}}};
	s->dirlink.pass_due = (struct timer){.fire = on_pass_due, .owner = s};
	s->dirlink.known = (struct timer){.fire = on_known, .owner = s};
	s->dirlink.go_on = (struct timer){.fire = on_go_on, .owner = s};
	dirfind_init(s);
}

void dirlink_restart(struct server *s)
{
	struct dirlink *l = &s->dirlink;

	dirlink_stop(s);
	l->failures = l->missed = 0;
	s->dirsync.thorough = true;
	if (has_directory(s->conf))
		dirlink_want_pass(s);
}

void dirlink_stop(struct server *s)
{
	loop_disarm(&s->dirlink.pass_due);
	loop_disarm(&s->dirlink.go_on);
	fail(s, ERR_CANCELLED);
	s->dirlink.pass_wanted = false;
}

void dirlink_want_pass(struct server *s)
{
	s->dirlink.pass_wanted = true;
	go_on_soon(s);
}

void dirlink_want_find(struct server *s)
{
	go_on_soon(s);
}

bool dirlink_is_resting(const struct server *s)
{
	return s->dirlink.failures > 0 && s->dirlink.go_on.armed;
}

int64_t dirlink_busy_ms(const struct server *s)
{
	return s->dirlink.asked == ASKED_NOTHING ? 0 : clock_mono_ms() - s->dirlink.asked_at + 1;
}
