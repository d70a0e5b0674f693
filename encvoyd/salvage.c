/* SPDX-License-Identifier: MIT */
#include "encvoyd/db_open.h"

#include "encvoyd/db_file.h"
#include "encvoyd/standing.h"

#include <sqlite3.h>

/* One tree: a table, or an index with the same content. When reading it from the front ends in a
 * damaged page, it is read from the back as well. */
struct source {
	const char *forward;
	const char *backward;
	const char *insert;
};

#define IDENTITY_COLUMNS                                                               \
	"issuer, sub, bound_name, bound_by, gecos, display, locale, blocked, deleted," \
	" first_seen, last_login, last_full_login"
#define PERSON_COLUMNS                                                                  \
	"issuer, sub, login, gecos, locale, shell, home, roles, ssh_keys, id, blocked," \
	" deleted, dropped"

static const struct source sources[] = {
    {"SELECT uid, issuer, sub, created FROM ledger NOT INDEXED ORDER BY uid",
	"SELECT uid, issuer, sub, created FROM ledger NOT INDEXED ORDER BY uid DESC",
	"INSERT OR IGNORE INTO temp.s_ledger VALUES (?1, ?2, ?3, ?4)"},
    {"SELECT uid, issuer, sub, 0 FROM ledger INDEXED BY ledger_by_sub ORDER BY issuer, sub",
	"SELECT uid, issuer, sub, 0 FROM ledger INDEXED BY ledger_by_sub"
	" ORDER BY issuer DESC, sub DESC",
	"INSERT OR IGNORE INTO temp.s_ledger VALUES (?1, ?2, ?3, ?4)"},
    {"SELECT name, issuer, sub, created FROM names NOT INDEXED ORDER BY name",
	"SELECT name, issuer, sub, created FROM names NOT INDEXED ORDER BY name DESC",
	"INSERT OR IGNORE INTO temp.s_names VALUES (?1, ?2, ?3, ?4)"},
    {"SELECT name, issuer, sub, 0 FROM names INDEXED BY names_by_sub ORDER BY issuer, sub",
	"SELECT name, issuer, sub, 0 FROM names INDEXED BY names_by_sub"
	" ORDER BY issuer DESC, sub DESC",
	"INSERT OR IGNORE INTO temp.s_names VALUES (?1, ?2, ?3, ?4)"},
    {"SELECT " IDENTITY_COLUMNS " FROM identity NOT INDEXED ORDER BY issuer, sub",
	"SELECT " IDENTITY_COLUMNS " FROM identity NOT INDEXED ORDER BY issuer DESC, sub DESC",
	"INSERT OR IGNORE INTO temp.s_identity VALUES"
	" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"},
    {"SELECT hash, expires FROM used_token NOT INDEXED ORDER BY hash",
	"SELECT hash, expires FROM used_token NOT INDEXED ORDER BY hash DESC",
	"INSERT OR IGNORE INTO used_token VALUES (?1, ?2)"},
    {"SELECT " PERSON_COLUMNS " FROM person NOT INDEXED ORDER BY issuer, sub",
	"SELECT " PERSON_COLUMNS " FROM person NOT INDEXED ORDER BY issuer DESC, sub DESC",
	"INSERT OR IGNORE INTO person (" PERSON_COLUMNS ") VALUES"
	" (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)"},
    {"SELECT key, value FROM meta ORDER BY key", "SELECT key, value FROM meta ORDER BY key DESC",
	"INSERT OR IGNORE INTO meta VALUES (?1, ?2)"},
};

static const char stage_script[] =
    "CREATE TEMP TABLE s_ledger (uid INTEGER, issuer TEXT, sub TEXT, created INTEGER,"
    " PRIMARY KEY (uid, issuer, sub)) STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE s_names (name TEXT, issuer TEXT, sub TEXT, created INTEGER,"
    " PRIMARY KEY (name, issuer, sub)) STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE s_identity (issuer TEXT, sub TEXT, bound_name TEXT,"
    " bound_by TEXT NOT NULL, gecos TEXT NOT NULL, display TEXT NOT NULL, locale TEXT NOT NULL,"
    " blocked INTEGER NOT NULL, deleted INTEGER NOT NULL, first_seen INTEGER NOT NULL,"
    " last_login INTEGER NOT NULL, last_full_login INTEGER NOT NULL,"
    " PRIMARY KEY (issuer, sub)) STRICT, WITHOUT ROWID;";

/* A uid with two subs, a sub with two uids, a name with two owners: none of them is believed. */
static const char judge_script[] =
    "CREATE INDEX temp.s_ledger_by_sub ON s_ledger (issuer, sub);"
    "INSERT OR IGNORE INTO ledger SELECT uid, issuer, sub, created FROM s_ledger"
    " WHERE uid NOT IN (SELECT uid FROM s_ledger GROUP BY uid HAVING count(*) > 1)"
    " AND (issuer, sub) NOT IN"
    "  (SELECT issuer, sub FROM s_ledger GROUP BY issuer, sub HAVING count(*) > 1);"
    "INSERT OR IGNORE INTO names SELECT name, issuer, sub, created FROM s_names"
    " WHERE name NOT IN (SELECT name FROM s_names GROUP BY name HAVING count(*) > 1);"
    "INSERT OR IGNORE INTO identity SELECT issuer, sub, CASE WHEN EXISTS (SELECT 1 FROM names n"
    "  WHERE n.name = s.bound_name AND n.issuer = s.issuer AND n.sub = s.sub)"
    "  THEN bound_name END,"
    " bound_by, gecos, display, locale, blocked, deleted, first_seen, last_login, last_full_login"
    " FROM s_identity s WHERE EXISTS (SELECT 1 FROM ledger l"
    "  WHERE l.issuer = s.issuer AND l.sub = s.sub);"
    "DROP TABLE s_ledger; DROP TABLE s_names; DROP TABLE s_identity;";

static void finalize(sqlite3_stmt **st)
{
	sqlite3_finalize(*st);
}

#define AUTO_STATEMENT CLEANUP(finalize)

/* A row that is refused (a wrong type, a violated check) is one of the damaged ones. */
static bool copy_row(sqlite3_stmt *from, sqlite3_stmt *to)
{
	int code = SQLITE_OK;

	for (int i = 0; i < sqlite3_column_count(from) && code == SQLITE_OK; i++)
		code = sqlite3_bind_value(to, i + 1, sqlite3_column_value(from, i));
	if (code == SQLITE_OK) {
		sqlite3_step(to);
		code = sqlite3_reset(to);
	}
	return code == SQLITE_OK || (code & 0xff) == SQLITE_CONSTRAINT;
}

enum extent {
	READ_NOTHING, /* failed before the first row */
	READ_PART,
	READ_WHOLE,
};

/* Reading may fail wherever it wants, writing may not. */
static enum err copy(
    sqlite3 *from, const char *select, sqlite3 *to, const char *insert, enum extent *ret)
{
	AUTO_STATEMENT sqlite3_stmt *rows = NULL;
	AUTO_STATEMENT sqlite3_stmt *put = NULL;
	int code;

	*ret = READ_NOTHING;
	if (sqlite3_prepare_v2(to, insert, -1, &put, NULL) != SQLITE_OK)
		return ERR_IO;
	if (sqlite3_prepare_v2(from, select, -1, &rows, NULL) != SQLITE_OK)
		return ERR_OK;
	while ((code = sqlite3_step(rows)) == SQLITE_ROW) {
		*ret = READ_PART;
		if (!copy_row(rows, put))
			return ERR_IO;
	}
	if (code == SQLITE_DONE)
		*ret = READ_WHOLE;
	return ERR_OK;
}

/* *ret_all: every tree gave something, so that the file's beginning and its size must be right. */
static enum err copy_trees(struct db *from, struct db *to, bool *ret_all)
{
	enum err e = ERR_OK;

	*ret_all = true;
	for (size_t i = 0; i < sizeof(sources) / sizeof(sources[0]) && e == ERR_OK; i++) {
		const struct source *s = &sources[i];
		enum extent extent;

		e = copy(db_handle(from), s->forward, db_handle(to), s->insert, &extent);
		*ret_all = *ret_all && extent != READ_NOTHING;
		if (e == ERR_OK && extent != READ_WHOLE)
			e = copy(db_handle(from), s->backward, db_handle(to), s->insert, &extent);
	}
	return e;
}

static enum err copy_all(struct db *to, const char *damaged, bool *ret_all)
{
	AUTO_DB struct db *from = NULL;
	enum err e = db_connect(damaged, &from);

	*ret_all = false;
	if (e != ERR_OK)
		return e == ERR_NOMEM ? e : ERR_OK;
	/* what is kept for later eyes stays as it is, its log included */
	sqlite3_db_config(db_handle(from), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
	(void)db_script(from, "PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON;"
			      "PRAGMA cell_size_check = ON");
	return copy_trees(from, to, ret_all);
}

/* The copy is older than the file with its log, but what it holds was true for ever; the rows that
 * change were read from the file first. */
static enum err copy_all_repaired(struct db *to, const char *damaged)
{
	char repaired[DB_PATH_MAX];
	bool unused;
	enum err e = db_file_name(repaired, damaged, ".copy");

	if (e == ERR_OK)
		e = db_copy_repaired(damaged, repaired);
	if (e == ERR_OK)
		e = copy_all(to, repaired, &unused);
	if (e == ERR_OK)
		e = db_file_remove(repaired);
	return e;
}

/* Ids that were given and are lost must not be given again. Fewer than one a minute since 1970
 * were given, so that many are skipped; used tokens are lost as of now. Of the directory only its
 * serial is believed: the next pass brings everybody. */
static enum err skip_lost(struct db *to, int64_t now)
{
	int64_t allocated = 0;
	enum err e = db_meta_get(to, META_ALLOCATED, &allocated);

	if (e == ERR_OK)
		e = db_meta_set(to, META_ALLOCATED, allocated > now / 60 ? allocated : now / 60);
	if (e == ERR_OK)
		e = db_meta_set(to, META_TOKENS_LOST, now);
	if (e == ERR_OK)
		e = db_meta_set(to, META_DIRECTORY_SOURCE, 0);
	return e;
}

enum err db_salvage(struct db *to, const char *damaged, int64_t now, uint64_t *ret_rows)
{
	int64_t rows = 0;
	bool all = false;
	enum err e = db_begin(to);

	if (e != ERR_OK)
		return e;
	e = db_script(to, stage_script);
	if (e == ERR_OK)
		e = copy_all(to, damaged, &all);
	if (e == ERR_OK && !all)
		e = copy_all_repaired(to, damaged);
	if (e == ERR_OK)
		e = db_script(to, judge_script);
	if (e == ERR_OK)
		e = skip_lost(to, now);
	if (e == ERR_OK)
		e = db_number(to, "SELECT count(*) FROM ledger", &rows);
	if (e == ERR_OK)
		e = db_commit(to);
	else
		db_rollback(to);
	if (e == ERR_OK)
		*ret_rows = (uint64_t)rows;
	return e;
}
