/* SPDX-License-Identifier: MIT */
#include "encvoyd/schema.h"

#include "encvoyd/db_open.h"

#include <stdio.h>

/* Version 1. ledger and names only grow: triggers refuse to change or remove what was given once
 * (SEC-17, SEC-19), whatever a later program's mistake may be. The index of each holds all
 * that identifies a row, a second copy that outlives a damaged page (salvage.c). An identity
 * has no uid of its own: the ledger's is the only one. */
static const char version_1[] =
    "CREATE TABLE meta (key TEXT PRIMARY KEY, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;"

    "CREATE TABLE ledger ("
    " uid INTEGER PRIMARY KEY CHECK (uid BETWEEN 1879048192 AND 2147352575),"
    " issuer TEXT NOT NULL, sub TEXT NOT NULL CHECK (length(sub) BETWEEN 1 AND 255),"
    " created INTEGER NOT NULL) STRICT;"
    "CREATE UNIQUE INDEX ledger_by_sub ON ledger (issuer, sub);"
    "CREATE TRIGGER ledger_no_update BEFORE UPDATE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is write-once'); END;"
    "CREATE TRIGGER ledger_no_delete BEFORE DELETE ON ledger"
    " BEGIN SELECT RAISE(ABORT, 'the ledger is write-once'); END;"

    "CREATE TABLE names (name TEXT PRIMARY KEY, issuer TEXT NOT NULL, sub TEXT NOT NULL,"
    " created INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX names_by_sub ON names (issuer, sub);"
    "CREATE TRIGGER names_no_update BEFORE UPDATE ON names"
    " BEGIN SELECT RAISE(ABORT, 'names are write-once'); END;"
    "CREATE TRIGGER names_no_delete BEFORE DELETE ON names"
    " BEGIN SELECT RAISE(ABORT, 'names are write-once'); END;"

    "CREATE TABLE identity (issuer TEXT NOT NULL, sub TEXT NOT NULL,"
    " bound_name TEXT, bound_by TEXT NOT NULL DEFAULT '',"
    " gecos TEXT NOT NULL DEFAULT '', display TEXT NOT NULL DEFAULT '',"
    " locale TEXT NOT NULL DEFAULT '',"
    " blocked INTEGER NOT NULL DEFAULT 0 CHECK (blocked IN (0, 1)),"
    " deleted INTEGER NOT NULL DEFAULT 0 CHECK (deleted IN (0, 1)),"
    " first_seen INTEGER NOT NULL, last_login INTEGER NOT NULL DEFAULT 0,"
    " last_full_login INTEGER NOT NULL DEFAULT 0,"
    " PRIMARY KEY (issuer, sub),"
    " FOREIGN KEY (issuer, sub) REFERENCES ledger (issuer, sub)) STRICT, WITHOUT ROWID;"
    "CREATE UNIQUE INDEX identity_by_name ON identity (bound_name) WHERE bound_name IS NOT NULL;"
    "CREATE TRIGGER identity_name_insert BEFORE INSERT ON identity"
    " WHEN NEW.bound_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM names"
    "  WHERE name = NEW.bound_name AND issuer = NEW.issuer AND sub = NEW.sub)"
    " BEGIN SELECT RAISE(ABORT, 'the name is not of this identity'); END;"
    "CREATE TRIGGER identity_name_update BEFORE UPDATE ON identity"
    " WHEN NEW.bound_name IS NOT NULL AND NOT EXISTS (SELECT 1 FROM names"
    "  WHERE name = NEW.bound_name AND issuer = NEW.issuer AND sub = NEW.sub)"
    " BEGIN SELECT RAISE(ABORT, 'the name is not of this identity'); END;"

    "CREATE TABLE used_token (hash BLOB PRIMARY KEY CHECK (length(hash) = 32),"
    " expires INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX used_token_by_expiry ON used_token (expires);";

/* Version 2: what the directory says (person.h). Nothing refers to it, and nothing in it is granted
 * for ever: a name or id of a person is in names and ledger. */
static const char version_2[] =
    "CREATE TABLE person (issuer TEXT NOT NULL, sub TEXT NOT NULL, login TEXT NOT NULL,"
    " gecos TEXT NOT NULL, locale TEXT NOT NULL, shell TEXT NOT NULL, home TEXT NOT NULL,"
    " roles TEXT NOT NULL, ssh_keys TEXT NOT NULL, id INTEGER NOT NULL,"
    " blocked INTEGER NOT NULL CHECK (blocked IN (0, 1)),"
    " deleted INTEGER NOT NULL CHECK (deleted IN (0, 1)),"
    " dropped INTEGER NOT NULL CHECK (dropped IN (0, 1)),"
    " PRIMARY KEY (issuer, sub)) STRICT, WITHOUT ROWID;"
    "CREATE INDEX person_by_login ON person (issuer, login);";

/* Version 3: passphrases (passstore.h), forgotten with the right to sign in. */
#define GONE(event, table, when)                                                                  \
	"CREATE TRIGGER passphrase_" table "_" #event " AFTER " #event " ON " table " WHEN " when \
	" BEGIN DELETE FROM passphrase"                                                           \
	" WHERE issuer = NEW.issuer AND sub = NEW.sub; END;"

static const char version_3[] =
    "CREATE TABLE passphrase (issuer TEXT NOT NULL, sub TEXT NOT NULL,"
    " setting TEXT NOT NULL, chk BLOB NOT NULL CHECK (length(chk) = 32),"
    " sealed BLOB NOT NULL, service TEXT NOT NULL,"
    " refused INTEGER NOT NULL CHECK (refused IN (0, 1)), created INTEGER NOT NULL,"
    " PRIMARY KEY (issuer, sub)) STRICT, WITHOUT ROWID;"
    "CREATE TRIGGER passphrase_identity_delete AFTER DELETE ON identity"
    " BEGIN DELETE FROM passphrase WHERE issuer = OLD.issuer AND sub = OLD.sub; END;" GONE(
	insert, "identity", "NEW.blocked OR NEW.deleted")
	GONE(update, "identity", "NEW.blocked OR NEW.deleted")
	    GONE(insert, "person", "NEW.blocked OR NEW.deleted OR NEW.dropped")
		GONE(update, "person", "NEW.blocked OR NEW.deleted OR NEW.dropped");

const char *const schema_steps[] = {version_1, version_2, version_3};
const size_t schema_version = sizeof(schema_steps) / sizeof(schema_steps[0]);

/* The version stands twice in the file, in SQLite's user_version and, behind this mark, in its
 * application_id: a flipped bit must not make it look like a newer program's. */
#define APPLICATION 0x45560000 /* "EV" */

enum err schema_found(struct db *db, size_t n, size_t *ret)
{
	int64_t version = 0, mark = 0;
	enum err e = db_number(db, "PRAGMA user_version", &version);

	if (e == ERR_OK)
		e = db_number(db, "PRAGMA application_id", &mark);
	if (e != ERR_OK)
		return e;
	if (version < 0 || version > 0xffff || mark != APPLICATION + version)
		version = 0;
	if ((uint64_t)version > n)
		return ERR_VERSION;
	*ret = (size_t)version;
	return ERR_OK;
}

static enum err apply(struct db *db, const char *step, size_t version)
{
	char set_version[128];
	enum err e = db_begin(db);

	if (e != ERR_OK)
		return e;
	snprintf(set_version, sizeof(set_version),
	    "PRAGMA user_version = %zu; PRAGMA application_id = %zu", version,
	    APPLICATION + version);
	e = db_script(db, step);
	if (e == ERR_OK)
		e = db_script(db, set_version);
	if (e == ERR_OK)
		return db_commit(db);
	db_rollback(db);
	return e;
}

enum err schema_migrate(struct db *db, const char *const *steps, size_t n)
{
	size_t found = 0;
	enum err e = schema_found(db, n, &found);

	while (e == ERR_OK && found < n) {
		e = apply(db, steps[found], found + 1);
		found++;
	}
	return e;
}

enum err schema_model(size_t n, struct db **ret)
{
	AUTO_DB struct db *db = NULL;
	enum err e = db_connect(":memory:", &db);

	if (e == ERR_OK)
		e = schema_migrate(db, schema_steps, n);
	if (e == ERR_OK)
		*ret = TAKE_PTR(db);
	return e;
}

/* One object of the model, looked up in the database. */
static enum err find_object(struct db *db, struct query *model)
{
	AUTO_QUERY struct query q = query_start(db, "SELECT 1 FROM sqlite_schema WHERE type = ?1 "
						    "AND name = ?2 AND tbl_name = ?3 AND sql = ?4");
	char type[16], name[64], table[64], sql[2048];

	column_text(model, 0, type, sizeof(type));
	column_text(model, 1, name, sizeof(name));
	column_text(model, 2, table, sizeof(table));
	column_text(model, 3, sql, sizeof(sql));
	if (model->err != ERR_OK)
		return model->err;
	query_text(&q, 1, type);
	query_text(&q, 2, name);
	query_text(&q, 3, table);
	query_text(&q, 4, sql);
	return query_step(&q);
}

enum err schema_intact(struct db *db, size_t n, bool *ret)
{
	AUTO_DB struct db *model = NULL;
	enum err e = schema_model(n, &model);
	bool found = true;

	if (e == ERR_OK) {
		AUTO_QUERY struct query q = query_start(model,
		    "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE sql IS NOT NULL");

		while (found && (e = query_step(&q)) == ERR_OK) {
			e = find_object(db, &q);
			if (e != ERR_OK && e != ERR_NOT_FOUND)
				return e;
			found = e == ERR_OK;
		}
	}
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*ret = found;
	return ERR_OK;
}
