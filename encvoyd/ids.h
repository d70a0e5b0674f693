/* SPDX-License-Identifier: MIT */
/* What struct identities holds; for the identity half only. */
#ifndef ENCVOY_ENCVOYD_IDS_H
#define ENCVOY_ENCVOYD_IDS_H

#include "encvoyd/db.h"
#include "encvoyd/locals.h"

struct groups;

struct identities {
	struct db *db;
	struct locals *locals;
	struct groups *groups; /* as published last; NULL: not yet, or not any more */
};

/* Nothing can be told: a failure of this machine, not an answer about a person. */
static inline bool is_fatal(enum err e)
{
	return e == ERR_IO || e == ERR_NOMEM || e == ERR_INTERNAL;
}

#endif
