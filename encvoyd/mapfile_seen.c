/* SPDX-License-Identifier: MIT */
#include "encvoyd/mapfile_parts.h"

#include <stdlib.h>

static uint32_t home(const struct seen *s, uint32_t hash)
{
	return (uint32_t)((uint64_t)hash * s->cap >> 32);
}

static uint32_t next(const struct seen *s, uint32_t i)
{
	return i + 1 == s->cap ? 0 : i + 1;
}

uint64_t seen_find(const struct seen *s, uint32_t hash, seen_match match, const void *arg)
{
	if (!s->cap)
		return 0;
	for (uint32_t i = home(s, hash); s->slots[i]; i = next(s, i)) {
		uint64_t offset = (s->slots[i] & UINT32_MAX) * 8;

		if (s->slots[i] >> 32 == hash && match(arg, offset))
			return offset;
	}
	return 0;
}

static void put(struct seen *s, uint64_t slot)
{
	uint32_t i = home(s, (uint32_t)(slot >> 32));

	while (s->slots[i])
		i = next(s, i);
	s->slots[i] = slot;
	s->n++;
}

enum err seen_reserve(struct seen *s)
{
	struct seen bigger = {.cap = s->cap ? s->cap * 2 : 64};

	if (s->n < s->cap / 2)
		return ERR_OK;
	if (s->cap > UINT32_MAX / 4)
		return ERR_TOO_MANY;
	bigger.slots = calloc(bigger.cap, sizeof(*bigger.slots));
	if (!bigger.slots)
		return ERR_NOMEM;
	for (uint32_t i = 0; i < s->cap; i++)
		if (s->slots[i])
			put(&bigger, s->slots[i]);
	free(s->slots);
	*s = bigger;
	return ERR_OK;
}

void seen_add(struct seen *s, uint32_t hash, uint64_t offset)
{
	put(s, (uint64_t)hash << 32 | offset / 8);
}

void seen_free(struct seen *s)
{
	free(s->slots);
	*s = (struct seen){0};
}
