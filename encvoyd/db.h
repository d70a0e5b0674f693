/* SPDX-License-Identifier: MIT */
/* The identity database: one SQLite file that belongs to this process alone. WAL, synchronous=FULL,
 * locked exclusively while open; every change is one transaction, so that a crash at any moment
 * leaves the old or the new state. Only the identity half uses the queries; everybody else needs
 * struct db_report only. Nothing here logs. */
#ifndef ENCVOY_ENCVOYD_DB_H
#define ENCVOY_ENCVOYD_DB_H

#include "common/cleanup.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct db;
struct sqlite3_stmt;

#define DB_PATH_MAX 512

/* What opening found, for the log. set_aside: the file was damaged and is kept as `aside`; a new
 * one was begun with every row that could still be read. Rows may be missing then: single-use
 * tokens are refused for a while, and no ledger id that may have been lost is given again. */
struct db_report {
	bool created;
	unsigned migrated_from; /* schema version found when older than ours, else 0 */
	bool set_aside;
	char aside[DB_PATH_MAX];
	uint64_t salvaged; /* ledger rows; 0 also when an interrupted rebuilding was finished */
};

/* Opens or creates the file at path and brings its schema up to date. The directory must exist,
 * belong to root or owner and be writable by nobody else; the file must be a regular one of owner's
 * (the process's own uid) with mode 0600 and one link: else ERR_UNSAFE_FILE (SEC-34). ERR_VERSION
 * for a newer program's file, ERR_EXISTS when another process has it open, ERR_IO. A damaged file
 * is no failure: see struct db_report (SEC-33). `now` in seconds. The caller frees with db_close.
 */
enum err db_open(
    const char *path, uid_t owner, int64_t now, struct db **ret, struct db_report *ret_report);
/* Checkpoints and closes; NULL is fine. */
void db_close(struct db *db);
void db_close_ptr(struct db **db);
#define AUTO_DB CLEANUP(db_close_ptr)

/* SQLite's words for the last ERR_IO, for the log; "" when there was none. Static. */
const char *db_trouble(const struct db *db);

/* A transaction for writing. Everything between db_begin and db_commit happens as a whole or not at
 * all; db_rollback (harmless without a transaction) forgets it. A failed commit is rolled back. */
enum err db_begin(struct db *db);
enum err db_commit(struct db *db);
void db_rollback(struct db *db);

/* A running query. The first failure sticks, so one check at query_step is enough. */
struct query {
	struct db *db;
	struct sqlite3_stmt *st;
	enum err err;
};

/* Starts one of the fixed statements, compiled once per database and kept: sql is a string literal
 * and known by its address. One at a time of each. End it with query_done (AUTO_QUERY). */
struct query query_start(struct db *db, const char *sql);
void query_done(struct query *q);
#define AUTO_QUERY CLEANUP(query_done)

/* Parameters count from 1. Text and bytes are borrowed until the query is done. */
void query_text(struct query *q, int at, const char *text); /* NULL: SQL NULL */
void query_int(struct query *q, int at, int64_t value);
void query_blob(struct query *q, int at, const void *bytes, size_t len);
/* The next row: ERR_OK, ERR_NOT_FOUND at the end, ERR_EXISTS for a violated constraint, ERR_NOMEM
 * or ERR_IO. */
enum err query_step(struct query *q);
/* For statements without rows: ERR_OK when done. */
enum err query_run(struct query *q);

/* Whether a statement that ran to its end changed any row. */
bool query_changed(const struct query *q);

/* The columns of the row, from 0. NULL reads as 0 and "". Text that does not fit, or holds a NUL,
 * reads as "" and sets q->err. */
int64_t column_int(struct query *q, int column);
void column_text(struct query *q, int column, char *dst, size_t size);
/* Bytes that do not fit set q->err. */
void column_blob(struct query *q, int column, void *dst, size_t size, size_t *ret_len);

/* Numbers kept beside the tables; a missing one is 0. */
enum err db_meta_get(struct db *db, const char *key, int64_t *ret);
enum err db_meta_set(struct db *db, const char *key, int64_t value);
#define META_ALLOCATED "allocated"     /* how many of the ledger's own ids were given (ledger.h) */
#define META_TOKENS_LOST "tokens_lost" /* when used tokens may have been forgotten */

/* The first column of the first row of a fixed query. */
enum err db_number(struct db *db, const char *sql, int64_t *ret);
/* Runs a script of fixed SQL. */
enum err db_script(struct db *db, const char *sql);

#endif
