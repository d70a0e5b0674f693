/* SPDX-License-Identifier: MIT */
#include "encvoyd/db.h"

#include "encvoyd/db_file.h"
#include "encvoyd/db_open.h"

#include <sqlite3.h>
#include <string.h>

#define KEPT_MAX 128

struct db {
	sqlite3 *handle;
	struct {
		const char *sql;
		sqlite3_stmt *st;
	} kept[KEPT_MAX];
	size_t n_kept;
	int trouble; /* last unexpected result, 0: none */
};

struct sqlite3 *db_handle(struct db *db)
{
	return db->handle;
}

int db_code(const struct db *db)
{
	return db->trouble;
}

const char *db_trouble(const struct db *db)
{
	return db->trouble ? sqlite3_errstr(db->trouble) : "";
}

/* A result code as an error; an unexpected one is kept. */
static enum err db_error(struct db *db, int code)
{
	switch (code & 0xff) {
	case SQLITE_OK:
	case SQLITE_ROW:
		return ERR_OK;
	case SQLITE_DONE:
		return ERR_NOT_FOUND;
	case SQLITE_CONSTRAINT:
		return ERR_EXISTS;
	case SQLITE_NOMEM:
		return ERR_NOMEM;
	case SQLITE_BUSY: /* the file is locked as a whole while it is open */
		db->trouble = code;
		return ERR_EXISTS;
	default:
		db->trouble = code;
		return ERR_IO;
	}
}

/* What a file must not be able to do to us, whoever wrote it. */
static enum err harden(struct db *db)
{
	static const struct {
		int option;
		int value;
	} settings[] = {{SQLITE_DBCONFIG_DEFENSIVE, 1}, {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
	    {SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
	    {SQLITE_DBCONFIG_ENABLE_TRIGGER, 1}, {SQLITE_DBCONFIG_DQS_DML, 0},
	    {SQLITE_DBCONFIG_DQS_DDL, 0}};

	for (size_t i = 0; i < sizeof(settings) / sizeof(settings[0]); i++) {
		int code = sqlite3_db_config(
		    db->handle, settings[i].option, settings[i].value, (int *)NULL);

		if (code != SQLITE_OK)
			return db_error(db, code);
	}
	sqlite3_limit(db->handle, SQLITE_LIMIT_ATTACHED, 0);
	sqlite3_limit(db->handle, SQLITE_LIMIT_LENGTH, 1024 * 1024);
	return ERR_OK;
}

enum err db_connect(const char *path, struct db **ret)
{
	AUTO_DB struct db *db = calloc(1, sizeof(*db));
	enum err e;
	int code;

	if (!db)
		return ERR_NOMEM;
	code = sqlite3_open_v2(path, &db->handle,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE, NULL);
	if (code != SQLITE_OK)
		return db_error(db, code);
	sqlite3_extended_result_codes(db->handle, 1);
	e = harden(db);
	if (e != ERR_OK)
		return e;
	*ret = TAKE_PTR(db);
	return ERR_OK;
}

void db_close(struct db *db)
{
	if (!db)
		return;
	for (size_t i = 0; i < db->n_kept; i++)
		sqlite3_finalize(db->kept[i].st);
	sqlite3_close(db->handle);
	free(db);
}

void db_close_ptr(struct db **db)
{
	db_close(*db);
}

enum err db_script(struct db *db, const char *sql)
{
	return db_error(db, sqlite3_exec(db->handle, sql, NULL, NULL, NULL));
}

enum err db_begin(struct db *db)
{
	return db_script(db, "BEGIN IMMEDIATE");
}

void db_rollback(struct db *db)
{
	int trouble = db->trouble;

	if (!sqlite3_get_autocommit(db->handle))
		(void)db_script(db, "ROLLBACK");
	db->trouble = trouble; /* what led here says more */
}

enum err db_commit(struct db *db)
{
	enum err e = db_script(db, "COMMIT");

	if (e != ERR_OK)
		db_rollback(db);
	return e;
}

static enum err keep(struct db *db, const char *sql, sqlite3_stmt **ret)
{
	enum err e;

	for (size_t i = 0; i < db->n_kept; i++) {
		if (db->kept[i].sql == sql) {
			*ret = db->kept[i].st;
			return ERR_OK;
		}
	}
	if (db->n_kept == KEPT_MAX)
		return ERR_INTERNAL;
	e = db_error(
	    db, sqlite3_prepare_v3(db->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, ret, NULL));
	if (e != ERR_OK)
		return e;
	db->kept[db->n_kept].sql = sql;
	db->kept[db->n_kept++].st = *ret;
	return ERR_OK;
}

struct query query_start(struct db *db, const char *sql)
{
	struct query q = {.db = db};

	q.err = keep(db, sql, &q.st);
	if (q.err == ERR_OK && sqlite3_stmt_busy(q.st)) {
		q.st = NULL; /* somebody else's: not ours to reset */
		q.err = ERR_INTERNAL;
	}
	return q;
}

void query_done(struct query *q)
{
	if (!q->st)
		return;
	sqlite3_reset(q->st);
	sqlite3_clear_bindings(q->st);
	q->st = NULL;
}

static void bound(struct query *q, int code)
{
	if (q->err == ERR_OK)
		q->err = db_error(q->db, code);
}

void query_text(struct query *q, int at, const char *text)
{
	if (q->err == ERR_OK)
		bound(q, sqlite3_bind_text(q->st, at, text, -1, SQLITE_STATIC));
}

void query_int(struct query *q, int at, int64_t value)
{
	if (q->err == ERR_OK)
		bound(q, sqlite3_bind_int64(q->st, at, value));
}

void query_blob(struct query *q, int at, const void *bytes, size_t len)
{
	if (q->err == ERR_OK)
		bound(q, sqlite3_bind_blob64(q->st, at, bytes, len, SQLITE_STATIC));
}

enum err query_step(struct query *q)
{
	if (q->err != ERR_OK)
		return q->err;
	q->err = db_error(q->db, sqlite3_step(q->st));
	return q->err;
}

enum err query_run(struct query *q)
{
	enum err e = query_step(q);

	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

bool query_changed(const struct query *q)
{
	return q->err == ERR_NOT_FOUND && sqlite3_changes(q->db->handle) > 0;
}

int64_t column_int(struct query *q, int column)
{
	return q->err == ERR_OK ? sqlite3_column_int64(q->st, column) : 0;
}

void column_text(struct query *q, int column, char *dst, size_t size)
{
	const unsigned char *text = NULL;
	size_t len = 0;

	dst[0] = 0;
	if (q->err != ERR_OK || sqlite3_column_type(q->st, column) == SQLITE_NULL)
		return;
	text = sqlite3_column_text(q->st, column);
	len = (size_t)sqlite3_column_bytes(q->st, column);
	if (!text || len >= size || memchr(text, 0, len)) {
		q->err = text ? ERR_IO : ERR_NOMEM;
		return;
	}
	memcpy(dst, text, len);
	dst[len] = 0;
}

void column_blob(struct query *q, int column, void *dst, size_t size, size_t *ret_len)
{
	const void *bytes;
	size_t len;

	*ret_len = 0;
	if (q->err != ERR_OK)
		return;
	bytes = sqlite3_column_blob(q->st, column);
	len = (size_t)sqlite3_column_bytes(q->st, column);
	if (len > size) {
		q->err = ERR_IO;
		return;
	}
	if (len)
		memcpy(dst, bytes, len);
	*ret_len = len;
}

enum err db_number(struct db *db, const char *sql, int64_t *ret)
{
	AUTO_QUERY struct query q = query_start(db, sql);
	enum err e = query_step(&q);

	if (e == ERR_OK)
		*ret = column_int(&q, 0);
	return e;
}

enum err db_meta_get(struct db *db, const char *key, int64_t *ret)
{
	AUTO_QUERY struct query q = query_start(db, "SELECT value FROM meta WHERE key = ?1");
	enum err e;

	query_text(&q, 1, key);
	e = query_step(&q);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*ret = e == ERR_OK ? column_int(&q, 0) : 0;
	return ERR_OK;
}

enum err db_meta_set(struct db *db, const char *key, int64_t value)
{
	AUTO_QUERY struct query q =
	    query_start(db, "INSERT INTO meta (key, value) VALUES (?1, ?2)"
			    " ON CONFLICT (key) DO UPDATE SET value = excluded.value");

	query_text(&q, 1, key);
	query_int(&q, 2, value);
	return query_run(&q);
}
