/* SPDX-License-Identifier: MIT */
/* Who failed repeatedly (SEC-26): per (user, service), never per remote host. A bounded table:
 * entries of users who have no identity yet make room first, then the oldest. */
#ifndef ENCVOY_ENCVOYD_THROTTLE_H
#define ENCVOY_ENCVOYD_THROTTLE_H

#include "common/err.h"
#include "common/proto.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define THROTTLE_FAILURES 3
#define THROTTLE_WINDOW_MS (15 * 60 * 1000)
#define THROTTLE_ENTRIES 1024

struct throttle_entry {
	int64_t at[THROTTLE_FAILURES]; /* the latest failures, 0: none; newest first */
	bool known;
	char user[USER_MAX];
	char service[WORD_MAX];
};

struct throttle {
	struct throttle_entry *v; /* THROTTLE_ENTRIES, allocated with the first failure */
	size_t used;
};

void throttle_free(struct throttle *t);
/* True for an outcome that is the person's failure, not the machine's or the provider's. */
bool throttle_counts(enum err outcome);
/* now is clock_mono_ms(). Without memory nothing is counted. */
void throttle_failed(
    struct throttle *t, const char *user, const char *service, bool known, int64_t now);
void throttle_succeeded(struct throttle *t, const char *user, const char *service);
/* True after THROTTLE_FAILURES within the window. */
bool throttle_slow(const struct throttle *t, const char *user, const char *service, int64_t now);

#endif
