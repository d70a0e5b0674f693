/* SPDX-License-Identifier: MIT */
#include "encvoyd/reuse.h"

#include "encvoyd/entry.h"
#include "encvoyd/ids.h"
#include "encvoyd/standing.h"
#include "sys/clock.h"

#include <string.h>

static struct verdicts_now now(void)
{
	return (struct verdicts_now){clock_mono_ms(), clock_unix()};
}

static bool is_eligible(const struct login *l)
{
	return l->q.service.token_reuse && service_has_method(&l->q.service, METHOD_TOKEN) &&
	       (l->q.m.flags & LOGIN_HAS_ANSWER) && !(l->q.m.flags & LOGIN_INTERACTIVE) &&
	       secret_len(l->q.m.answer) > 0;
}

static bool same_key(const struct login *l, const uint8_t *key)
{
	return memcmp(l->reuse.key, key, sizeof(l->reuse.key)) == 0;
}

static bool is_asked_about(const struct server *s, const uint8_t *key)
{
	const struct login *l;

	LIST_FOREACH(l, &s->logins, link)
	if (l->reuse.asks && same_key(l, key))
		return true;
	return false;
}

/* The one that has waited longest: the list has the newest first. */
static struct login *next_waiting(struct server *s, const uint8_t *key)
{
	struct login *l, *found = NULL;

	LIST_FOREACH(l, &s->logins, link)
	if (l->reuse.waits && same_key(l, key))
		found = l;
	if (found)
		found->reuse.waits = false;
	return found;
}

/* Who is out stays out when they are let in again: nothing is left of before. */
static bool is_out(enum err e)
{
	return e == ERR_BLOCKED || e == ERR_DELETED || e == ERR_DROPPED;
}

static void serve(struct login *l, const struct verdict_entry *entry, const char *how)
{
	struct server *s = l->conn->server;
	struct msg_identity who = entry->who;
	struct decision d = {0};
	enum err e = entry->code;

	l->q.cached = how;
	s->count.cached++;
	if (e != ERR_OK) {
		login_decide(l, e, 0, NULL, NULL);
		return;
	}
	e = login_identify(l, &who, &d);
	if (is_out(e))
		verdicts_forget_sub(&s->verdicts, who.sub);
	login_decide(l, e, who.method, &d, NULL);
}

bool reuse_begin(struct login *l)
{
	struct server *s = l->conn->server;
	const struct verdict_entry *entry = NULL;
	enum verdicts_state state;

	if (!is_eligible(l))
		return false;
	verdicts_key(&s->verdicts, l->q.m.user, l->q.m.service, l->q.service.client_id,
	    l->q.m.answer, l->reuse.key);
	state = verdicts_look(&s->verdicts, l->reuse.key, now(), &entry);
	if (state == VERDICTS_FRESH) {
		serve(l, entry, entry->away ? "provider-away" : "fresh");
		return true;
	}
	if (!is_asked_about(s, l->reuse.key)) {
		l->reuse.asks = true;
		return false;
	}
	/* a provider that is away takes its time to say so: one waits for that, not all */
	if (state == VERDICTS_AWAY) {
		serve(l, entry, "provider-away");
		return true;
	}
	l->reuse.waits = true;
	return true;
}

void reuse_identity(struct login *l, const struct msg_identity *who)
{
	struct server *s = l->conn->server;
	bool asked = l->reuse.asks;
	uint8_t key[BLAKE2S_SIZE];
	struct decision d = {0};
	enum err e = login_identify(l, who, &d);

	memcpy(key, l->reuse.key, sizeof(key));
	l->reuse.asks = false;
	if (asked && who->method == METHOD_TOKEN && !who->single_use) {
		verdicts_keep(&s->verdicts, key, who, e == ERR_OK, l->q.service.verdict_ttl, now());
		if (is_out(e))
			verdicts_forget_sub(&s->verdicts, d.sub);
	}
	login_decide(l, e, who->method, &d, NULL);
	while (asked && (l = next_waiting(s, key))) {
		d = (struct decision){0};
		e = login_identify(l, who, &d);
		login_decide(l, e, who->method, &d, NULL);
	}
}

/* An outage is no verdict: what was known before still counts (SEC-10). */
static void refuse(struct login *l, enum err code, const char *text)
{
	const struct verdict_entry *entry = NULL;
	struct server *s = l->conn->server;

	if (verdicts_is_outage(code) &&
	    verdicts_look(&s->verdicts, l->reuse.key, now(), &entry) != VERDICTS_NONE &&
	    entry->granted)
		serve(l, entry, "provider-away");
	else
		login_decide(l, code, 0, NULL, text);
}

void login_refused(struct login *l, enum err code, const char *text)
{
	struct server *s = l->conn->server;
	uint8_t key[BLAKE2S_SIZE];

	if (!l->reuse.asks) {
		login_decide(l, code, 0, NULL, text);
		return;
	}
	memcpy(key, l->reuse.key, sizeof(key));
	l->reuse.asks = false;
	if (verdicts_is_outage(code))
		verdicts_away(&s->verdicts, key, now());
	else if (throttle_counts(code))
		verdicts_refuse(&s->verdicts, key, code, now());
	refuse(l, code, text);
	while ((l = next_waiting(s, key)))
		refuse(l, code, NULL);
}

void reuse_pass_on(struct login *l)
{
	struct login *next;

	if (!l->reuse.asks)
		return;
	l->reuse.asks = false;
	next = l->conn->server->stopping ? NULL : next_waiting(l->conn->server, l->reuse.key);
	if (next) {
		next->reuse.asks = true;
		login_wait(next);
		login_ask(next);
	}
}

static bool is_blocked(void *arg, const char *sub)
{
	struct server *s = arg;
	struct facts f = {0};
	struct entry entry;

	if (entry_get(s->ids->db, s->conf->issuer, sub, &entry) != ERR_OK || entry.blocked ||
	    entry.deleted)
		return true;
	/* break_glass is about an expired roster only */
	return standing_facts(s->ids, s->conf, sub, "", clock_unix(), &f) != ERR_OK || f.blocked ||
	       f.deleted || f.dropped;
}

void reuse_forget_blocked(struct server *s)
{
	verdicts_sift(&s->verdicts, is_blocked, s);
}
