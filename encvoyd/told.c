/* SPDX-License-Identifier: MIT */
#include "encvoyd/told.h"

#include <stdlib.h>

static uint64_t add_text(uint64_t h, const char *s)
{
	do
		h = (h ^ (uint8_t)*s) * 1099511628211U;
	while (*s++);
	return h;
}

/* True when it was not there. */
static bool insert(const struct told *t, uint64_t hash)
{
	size_t at = (size_t)(hash ^ hash >> 32) & (t->cap - 1);

	while (t->slots[at]) {
		if (t->slots[at] == hash)
			return false;
		at = (at + 1) & (t->cap - 1);
	}
	t->slots[at] = hash;
	return true;
}

static bool grow(struct told *t)
{
	struct told larger = {.cap = t->cap ? t->cap * 2 : 64, .n = t->n};

	if (t->n * 2 < t->cap)
		return true;
	larger.slots = calloc(larger.cap, sizeof(*larger.slots));
	if (!larger.slots)
		return false;
	for (size_t i = 0; i < t->cap; i++)
		if (t->slots[i])
			(void)insert(&larger, t->slots[i]);
	free(t->slots);
	*t = larger;
	return true;
}

bool told_first(struct told *t, const char *kind, const char *who, enum err why)
{
	uint64_t h = add_text(add_text(14695981039346656037U, kind), who) + (uint64_t)why;

	if (!grow(t))
		return true;
	if (!insert(t, h ? h : 1))
		return false;
	t->n++;
	return true;
}

void told_clear(struct told *t)
{
	free(t->slots);
	*t = (struct told){0};
}
