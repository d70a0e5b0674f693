/* SPDX-License-Identifier: MIT */
#include "encvoyd/throttle.h"

#include "common/str.h"

#include <stdlib.h>
#include <string.h>

void throttle_free(struct throttle *t)
{
	free(t->v);
	*t = (struct throttle){0};
}

bool throttle_counts(enum err outcome)
{
	switch (outcome) {
	case ERR_OK:
	case ERR_INTERNAL:
	case ERR_NOMEM:
	case ERR_IO:
	case ERR_TIMEOUT:
	case ERR_CLOSED:
	case ERR_CANCELLED:
	case ERR_PERMISSION:
	case ERR_CONFIG:
	case ERR_UNSAFE_FILE:
	case ERR_PROTOCOL:
	case ERR_VERSION:
	case ERR_NO_DAEMON:
	case ERR_UNKNOWN_USER:
	case ERR_LOCAL_USER:
	case ERR_TOO_MANY:
	case ERR_SUPERSEDED:
	case ERR_NO_METHOD:
	case ERR_PROVIDER_UNREACHABLE:
	case ERR_PROVIDER_ERROR:
	case ERR_BAD_CLIENT:
	case ERR_FOREIGN_ENDPOINT:
	case ERR_TLS:
		return false;
	default:
		return true;
	}
}

static struct throttle_entry *find(const struct throttle *t, const char *user, const char *service)
{
	for (size_t i = 0; i < t->used; i++) {
		struct throttle_entry *e = &t->v[i];

		if (strcmp(e->user, user) == 0 && strcmp(e->service, service) == 0)
			return e;
	}
	return NULL;
}

/* True when a should go before b. */
static bool goes_first(const struct throttle_entry *a, const struct throttle_entry *b)
{
	if (a->known != b->known)
		return !a->known;
	return a->at[0] < b->at[0];
}

/* Names nobody has used yet never push known users out. */
static struct throttle_entry *make_room(struct throttle *t, bool known)
{
	struct throttle_entry *victim;

	if (!t->v)
		t->v = calloc(THROTTLE_ENTRIES, sizeof(*t->v));
	if (!t->v)
		return NULL;
	if (t->used < THROTTLE_ENTRIES)
		return &t->v[t->used++];
	victim = &t->v[0];
	for (size_t i = 1; i < t->used; i++)
		if (goes_first(&t->v[i], victim))
			victim = &t->v[i];
	return victim->known && !known ? NULL : victim;
}

void throttle_failed(
    struct throttle *t, const char *user, const char *service, bool known, int64_t now)
{
	struct throttle_entry *e = find(t, user, service);

	if (!e) {
		e = make_room(t, known);
		if (!e)
			return;
		*e = (struct throttle_entry){0};
		(void)str_copy(e->user, sizeof(e->user), user);
		(void)str_copy(e->service, sizeof(e->service), service);
	}
	e->known = known;
	memmove(&e->at[1], &e->at[0], sizeof(e->at) - sizeof(e->at[0]));
	e->at[0] = now;
}

void throttle_succeeded(struct throttle *t, const char *user, const char *service)
{
	struct throttle_entry *e = find(t, user, service);

	if (!e)
		return;
	*e = t->v[--t->used];
	t->v[t->used] = (struct throttle_entry){0};
}

bool throttle_slow(const struct throttle *t, const char *user, const char *service, int64_t now)
{
	const struct throttle_entry *e = find(t, user, service);
	int64_t oldest = e ? e->at[THROTTLE_FAILURES - 1] : 0;

	return oldest && now - oldest < THROTTLE_WINDOW_MS;
}
