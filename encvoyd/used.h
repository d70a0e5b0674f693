/* SPDX-License-Identifier: MIT */
/* Single-use tokens that were used, by hash: each is good for one login (SEC-10), also across a
 * restart, and forgotten when it could not be accepted any more anyway. */
#ifndef ENCVOY_ENCVOYD_USED_H
#define ENCVOY_ENCVOYD_USED_H

#include "common/err.h"
#include "encvoyd/db.h"

#include <stdint.h>

#define TOKEN_HASH_SIZE 32

/* Uses a token up, within the caller's transaction. expires: the token's own end, 0 when unknown.
 * max_age: how old a token may be here. ERR_USED_TOKEN; ERR_TOKEN_TOO_OLD for max_age seconds after
 * the store was damaged: it may have been used before, and nobody remembers. */
enum err used_insert(struct db *db, const uint8_t hash[TOKEN_HASH_SIZE], uint64_t expires,
    uint64_t max_age, int64_t now);

#endif
