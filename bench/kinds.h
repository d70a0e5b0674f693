/* SPDX-License-Identifier: MIT */
/* The kinds of look-ups: what is asked, and whether the answer is right. */
#ifndef ENCVOY_BENCH_KINDS_H
#define ENCVOY_BENCH_KINDS_H

#include "bench/calls.h"

#include <stdint.h>

#define BATCH_MAX 256
#define NAME_ROOM 20
#define GROUPS_ROOM 64

/* A batch of questions is written down before the clock starts. */
struct questions {
	char name[BATCH_MAX][NAME_ROOM];
	uint32_t id[BATCH_MAX];    /* asked for, or expected */
	unsigned index[BATCH_MAX]; /* of the user or group */
};

struct asker {
	struct calls calls;
	unsigned users;
	uint64_t random;
	struct questions q;
	char *buf;
	size_t size; /* of buf; enough for the largest group */
	gid_t *gids;
	long room; /* in gids */
	struct passwd pw;
	struct group gr;
};

struct kind {
	const char *name;
	const char *function;              /* that a module must have */
	unsigned (*count)(unsigned users); /* how many different questions there are */
	void (*pick)(struct asker *a, unsigned slot, unsigned index);
	/* Asks, and looks at the answer as little as will do to know whose it is. */
	bool (*ask)(struct asker *a, unsigned slot);
	/* The whole of the last answer. */
	bool (*check)(struct asker *a, unsigned slot);
};

/* NULL when there is none of this name. */
const struct kind *kind_find(const char *name);
bool kind_possible(const struct kind *k, const struct calls *c);
struct asker *asker_new(const struct calls *c, unsigned users, uint64_t seed);
void asker_free(struct asker *a);

#endif
