/* SPDX-License-Identifier: MIT */
/* The tables. The schema's version is SQLite's user_version; step N brings version N-1 to N, in
 * one transaction of its own. Steps are only ever added. */
#ifndef ENCVOY_ENCVOYD_SCHEMA_H
#define ENCVOY_ENCVOYD_SCHEMA_H

#include "common/err.h"
#include "encvoyd/db.h"

#include <stdbool.h>
#include <stddef.h>

extern const char *const schema_steps[];
extern const size_t schema_version;

/* The version found, 0 for an empty database or none of ours; ERR_VERSION when it is above n. */
enum err schema_found(struct db *db, size_t n, size_t *ret);
/* Whether every table, index and trigger of the first n real steps is there to the letter: a
 * damaged definition would read other columns, a missing trigger would let the ledger change. */
enum err schema_intact(struct db *db, size_t n, bool *ret);
/* An empty database in memory with the first n real steps; freed with db_close. */
enum err schema_model(size_t n, struct db **ret);
/* Applies what is missing of the first n steps. */
enum err schema_migrate(struct db *db, const char *const *steps, size_t n);

#endif
