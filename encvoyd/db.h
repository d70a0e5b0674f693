/* SPDX-License-Identifier: MIT */
/* The identity database: one SQLite file that belongs to this process alone. WAL, synchronous=FULL,
 * locked exclusively while open; every change is one transaction, so that a crash at any moment
 * leaves the old or the new state. Only the identity half (identity, ledger, names, used, admin,
 * publish) uses the statements; everybody else needs db_report only. Nothing here logs. */
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

/* What opening found, for the log. set_aside: the file was damaged and is kept as `aside`; a new
 * one was begun with every row that could still be read. lossy: rows may be missing, then
 * single-use tokens are refused for a while and no ledger id that may have been lost is given
 * again. */
struct db_report {
	bool created;
	unsigned migrated_from; /* schema version found when older than ours, else 0 */
	bool set_aside;
	bool lossy;
	char aside[512];
	uint64_t salvaged; /* rows of all tables */
};

/* Opens or creates the file at path (its directory must exist, belong to root or owner and be
 * writable by nobody else) and brings its schema up to date. The file must be a regular file of
 * owner's with mode 0600 and one link: else ERR_UNSAFE_FILE (SEC-34). ERR_VERSION for a file of a
 * newer program, ERR_EXISTS when another process has it open, ERR_IO. A damaged file is no failure:
 * see struct db_report (SEC-33). `now` is in seconds. The caller frees with db_close. */
enum err db_open(
    const char *path, uid_t owner, int64_t now, struct db **ret, struct db_report *ret_report);
/* Checkpoints and closes; NULL is fine. */
void db_close(struct db *db);
void db_close_ptr(struct db **db);
#define AUTO_DB CLEANUP(db_close_ptr)

/* A transaction for writing. Everything between db_begin and db_commit happens as a whole or not at
 * all; db_rollback (harmless without a transaction) forgets it. A failed commit is rolled back. */
enum err db_begin(struct db *db);
enum err db_commit(struct db *db);
void db_rollback(struct db *db);

/* A prepared statement of ours, compiled once per database and kept; `sql` is a string literal and
 * is compared by its address. Reset and unbound; NULL when it cannot be compiled. Borrowed from db.
 */
struct sqlite3_stmt *db_stmt(struct db *db, const char *sql);
/* The next row: ERR_OK, ERR_NOT_FOUND at the end, ERR_EXISTS for a constraint, ERR_NOMEM or ERR_IO.
 * A NULL statement is ERR_IO. Finish a statement that is left before its end with db_done. */
enum err db_step(struct sqlite3_stmt *st);
void db_done(struct sqlite3_stmt **st);
#define AUTO_STMT CLEANUP(db_done)
/* Runs a statement that gives no row. */
enum err db_run(struct sqlite3_stmt *st);

/* Parameters count from 1, columns from 0. Text is borrowed until the statement is done. Binding to
 * a NULL statement does nothing: db_step then reports it. */
void db_bind_text(struct sqlite3_stmt *st, int at, const char *text); /* NULL pointer: SQL NULL */
void db_bind_int(struct sqlite3_stmt *st, int at, int64_t value);
void db_bind_blob(struct sqlite3_stmt *st, int at, const void *bytes, size_t len);
int64_t db_int(struct sqlite3_stmt *st, int column);
/* Copies with terminator, "" for NULL. False (and "") when it does not fit or holds a NUL. */
bool db_text(struct sqlite3_stmt *st, int column, char *dst, size_t size);

/* Numbers kept beside the tables; a missing one is 0. */
enum err db_meta_get(struct db *db, const char *key, int64_t *ret);
enum err db_meta_set(struct db *db, const char *key, int64_t value);

#endif
