/* SPDX-License-Identifier: MIT */
/* The rows of `status` that say what requests to the provider took. */
#include "encvoyd/status.h"

#include <stdio.h>

static enum err row(const struct admin *a, const char *key, enum times_kind kind, uint64_t value)
{
	char name[64], text[24];
	const char *fields[] = {name, text};

	snprintf(name, sizeof(name), "%s:%s", key, times_word(kind));
	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return a->row(a->arg, fields, 2);
}

static enum err kind_rows(const struct admin *a, enum times_kind kind, const struct times *t)
{
	enum err e = row(a, "provider_requests", kind, t->requests);

	if (e == ERR_OK)
		e = row(a, "provider_failed", kind, t->failed);
	if (e == ERR_OK)
		e = row(a, "provider_ms", kind, t->ms);
	if (e == ERR_OK)
		e = row(a, "provider_last_ms", kind, t->last_ms);
	return e == ERR_OK ? row(a, "provider_max_ms", kind, t->max_ms) : e;
}

/* Of the kinds that there were at all. */
enum err status_times_rows(const struct server *s, const struct admin *a)
{
	enum err e = ERR_OK;

	for (enum times_kind kind = 0; e == ERR_OK && kind < TIMES_KINDS; kind++)
		if (s->times.total[kind].requests)
			e = kind_rows(a, kind, &s->times.total[kind]);
	return e;
}
