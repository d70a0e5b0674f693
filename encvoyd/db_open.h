/* SPDX-License-Identifier: MIT */
/* Opening, between db.c (one connection), db_open.c (which file) and salvage.c (a damaged one). */
#ifndef ENCVOY_ENCVOYD_DB_OPEN_H
#define ENCVOY_ENCVOYD_DB_OPEN_H

#include "common/err.h"
#include "encvoyd/db.h"

#include <stdint.h>

struct sqlite3;

/* Connects to an existing file and takes back what SQLite would allow a hostile one (defensive,
 * no trusted schema, no extensions). No transaction was begun, the file not looked at yet. */
enum err db_connect(const char *path, struct db **ret);
/* The handle, and SQLite's last unexpected result code (0: none). */
struct sqlite3 *db_handle(struct db *db);
int db_code(const struct db *db);

/* Copies what can be read of the database at damaged into `to`, which has the schema and is empty,
 * in one transaction: from the file as it is and, when its beginning is unusable, from a copy
 * beside it with a new first page. Rows of ledger and names stand twice in a file: where the two
 * contradict each other they are left out, so that nobody gets another's id or name. Writes the
 * number of ledger rows. Fails only when writing fails. */
enum err db_salvage(struct db *to, const char *damaged, int64_t now, uint64_t *ret_rows);

/* For salvage.c: copies a damaged file to `copy`, padded to the pages it ought to have had, with
 * the first page of an empty database of ours: the trees of a schema begin at the same pages
 * everywhere. */
enum err db_copy_repaired(const char *damaged, const char *copy);

#endif
