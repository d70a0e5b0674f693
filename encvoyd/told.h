/* SPDX-License-Identifier: MIT */
/* What the log was told already, so that a state that lasts is one line and not one per sync. */
#ifndef ENCVOY_ENCVOYD_TOLD_H
#define ENCVOY_ENCVOYD_TOLD_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct told {
	uint64_t *slots; /* hashes; 0: free */
	size_t cap;
	size_t n;
};

/* True the first time. Two matters may meet in one hash, and then the second goes unsaid; so it is
 * for lines that help, not for those that count. When memory is short, everything is new. */
bool told_first(struct told *t, const char *kind, const char *who, enum err why);
/* Forgets everything; also frees. */
void told_clear(struct told *t);

#endif
