/* SPDX-License-Identifier: MIT */
#include "encvoyd/grace.h"

#include "common/str.h"

#include <stdlib.h>
#include <string.h>

#define BEGIN_MS (120 * 1000)          /* from a login to its session, at most */
#define FORGET_MS (24 * 3600 * 1000LL) /* sudo_grace is no longer than this */
#define SESSIONS_MAX 4096

void grace_init(struct grace *g)
{
	TAILQ_INIT(&g->list);
	g->n = 0;
}

static void forget(struct grace *g, struct grace_session *s)
{
	TAILQ_REMOVE(&g->list, s, link);
	g->n--;
	free(s);
}

void grace_free(struct grace *g)
{
	while (!TAILQ_EMPTY(&g->list))
		forget(g, TAILQ_FIRST(&g->list));
}

/* A clock that went backwards is no time passed. */
static bool within(const struct grace_session *s, int64_t ms, int64_t now)
{
	return now >= s->at && now - s->at < ms;
}

/* The oldest go when there are too many. */
static void tidy(struct grace *g, int64_t now)
{
	struct grace_session *s, *next;

	for (s = TAILQ_FIRST(&g->list); s; s = next) {
		next = TAILQ_NEXT(s, link);
		if (!within(s, s->begun ? FORGET_MS : BEGIN_MS, now) || g->n >= SESSIONS_MAX)
			forget(g, s);
	}
}

enum err grace_note(struct grace *g, const struct msg_login *m, const char *sub,
    const struct process *login, const struct process *parent, int64_t now)
{
	struct grace_session *s;

	tidy(g, now);
	s = calloc(1, sizeof(*s));
	if (!s)
		return ERR_NOMEM;
	(void)str_copy(s->sub, sizeof(s->sub), sub);
	(void)str_copy(s->user, sizeof(s->user), m->user);
	(void)str_copy(s->service, sizeof(s->service), m->service);
	s->login = *login;
	s->parent = *parent;
	s->at = now;
	TAILQ_INSERT_TAIL(&g->list, s, link);
	g->n++;
	return ERR_OK;
}

/* PAM has names with and without the directory. */
static const char *tty_name(const char *tty)
{
	static const char dev[] = "/dev/";

	return str_starts(tty, dev) ? tty + strlen(dev) : tty;
}

static bool is_login_of(
    const struct grace_session *s, const struct msg_login *m, const struct process *opener)
{
	return strcmp(s->user, m->user) == 0 && strcmp(s->service, m->service) == 0 &&
	       (process_is(&s->login, opener) || process_is(&s->parent, opener)) &&
	       s->login.session != opener->session;
}

bool grace_begin(
    struct grace *g, const struct msg_login *m, const struct process *opener, int64_t now)
{
	/* sshd opens the session before it has a terminal */
	const char *tty = m->flags & LOGIN_SSHD ? "" : tty_name(m->tty);
	struct grace_session *s;

	if (opener->session == AUDIT_NONE || (!*tty && !(m->flags & LOGIN_SSHD)))
		return false;
	TAILQ_FOREACH(s, &g->list, link)
	if (!s->begun && within(s, BEGIN_MS, now) && is_login_of(s, m, opener))
		break;
	if (!s)
		return false;
	s->begun = true;
	s->session = opener->session;
	s->login = *opener;
	s->by_sshd = m->flags & LOGIN_SSHD;
	(void)str_copy(s->tty, sizeof(s->tty), tty);
	return true;
}

struct grace_session *grace_find(
    struct grace *g, uint32_t session, const char *sub, const char *tty)
{
	struct grace_session *s;

	if (session == AUDIT_NONE || !*tty_name(tty))
		return NULL;
	TAILQ_FOREACH(s, &g->list, link)
	if (s->begun && s->session == session && strcmp(s->sub, sub) == 0)
		return !*s->tty || strcmp(s->tty, tty_name(tty)) == 0 ? s : NULL;
	return NULL;
}

bool grace_is_fresh(const struct grace_session *s, int64_t max_ms, int64_t now)
{
	return within(s, max_ms, now);
}

void grace_bind(struct grace_session *s, const char *tty)
{
	(void)str_copy(s->tty, sizeof(s->tty), tty_name(tty));
}
