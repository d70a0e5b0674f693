/* SPDX-License-Identifier: MIT */
#include "encvoyd/db_open.h"

#include "encvoyd/db_file.h"
#include "encvoyd/schema.h"

#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

/* Above this size the start does not compare every index with its table. */
#define FULL_CHECK_MAX (64LL * 1024 * 1024)

/* Exclusive locking also means no shared-memory file, and that a second daemon is refused. */
static const char open_script[] =
    "PRAGMA locking_mode = EXCLUSIVE;"
    "PRAGMA journal_mode = WAL;"
    "PRAGMA synchronous = FULL;"
    "PRAGMA journal_size_limit = 16777216;"
    "PRAGMA foreign_keys = ON;"
    "PRAGMA recursive_triggers = ON;" /* REPLACE fires the triggers against DELETE */
    "PRAGMA secure_delete = ON;"
    "PRAGMA cell_size_check = ON;"
    "PRAGMA temp_store = MEMORY;";

/* A database that is being built has no log beside it: one file that can be renamed. */
static const char build_script[] = "PRAGMA locking_mode = EXCLUSIVE;"
				   "PRAGMA journal_mode = DELETE;"
				   "PRAGMA synchronous = FULL;"
				   "PRAGMA foreign_keys = ON;"
				   "PRAGMA recursive_triggers = ON;"
				   "PRAGMA temp_store = MEMORY;";

static enum err build(const char *path, const char *damaged, int64_t now, uint64_t *ret_rows)
{
	AUTO_DB struct db *db = NULL;
	enum err e = db_file_create(path);

	if (e == ERR_OK)
		e = db_connect(path, &db);
	if (e == ERR_OK)
		e = db_script(db, build_script);
	if (e == ERR_OK)
		e = schema_migrate(db, schema_steps, schema_version);
	if (e == ERR_OK && damaged)
		e = db_salvage(db, damaged, now, ret_rows);
	return e;
}

static enum err create(const char *path, int64_t now)
{
	char fresh[DB_PATH_MAX];
	enum err e = db_file_name(fresh, path, ".new");

	if (e == ERR_OK)
		e = build(fresh, NULL, now, NULL);
	if (e == ERR_OK)
		e = db_file_place(fresh, path);
	return e;
}

/* The rename to .rebuilt decides: before it the damaged file is salvaged again at the next start,
 * after it the rebuilt one is taken. */
static enum err rebuild(const char *path, int64_t now, struct db_report *report)
{
	char fresh[DB_PATH_MAX], rebuilt[DB_PATH_MAX];
	enum err e = db_file_name(fresh, path, ".new");

	if (e == ERR_OK)
		e = db_file_name(rebuilt, path, ".rebuilt");
	if (e == ERR_OK)
		e = build(fresh, path, now, &report->salvaged);
	if (e == ERR_OK)
		e = db_file_place(fresh, rebuilt);
	if (e == ERR_OK)
		e = db_file_finish_rebuild(path, now, report->aside);
	report->set_aside = e == ERR_OK;
	return e;
}

static enum err check_files(const char *path, uid_t owner)
{
	static const char *const suffixes[] = {"", ".new", ".copy", ".rebuilt"};
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && e == ERR_OK; i++) {
		char name[DB_PATH_MAX];

		e = db_file_name(name, path, suffixes[i]);
		if (e == ERR_OK)
			e = db_file_check(name, owner);
	}
	return e;
}

static enum err remove_left(const char *path)
{
	static const char *const suffixes[] = {".new", ".copy"};
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]) && e == ERR_OK; i++) {
		char name[DB_PATH_MAX];

		e = db_file_name(name, path, suffixes[i]);
		if (e == ERR_OK)
			e = db_file_remove(name);
	}
	return e;
}

/* Afterwards there is a file at path. */
static enum err prepare(const char *path, int64_t now, struct db_report *report)
{
	char rebuilt[DB_PATH_MAX];
	enum err e = db_file_name(rebuilt, path, ".rebuilt");

	if (e == ERR_OK)
		e = remove_left(path);
	if (e == ERR_OK && db_file_exists(rebuilt)) {
		e = db_file_finish_rebuild(path, now, report->aside);
		report->set_aside = true;
	} else if (e == ERR_OK && !db_file_exists(path)) {
		e = create(path, now);
		report->created = true;
	}
	return e;
}

/* Whether a failure means that the file's content is wrong, not that reading it failed. The fixed
 * statements that look a file over cannot be wrong themselves: SQLITE_ERROR is a strange file. */
static bool is_damage(int code)
{
	int base = code & 0xff;

	return base == SQLITE_CORRUPT || base == SQLITE_NOTADB || base == SQLITE_ERROR;
}

static enum err look_over(struct db *db, bool *ret_sound)
{
	int64_t pages = 0, size = 0;
	char answer[16];
	enum err e = db_number(db, "PRAGMA page_count", &pages);

	if (e == ERR_OK)
		e = db_number(db, "PRAGMA page_size", &size);
	if (e == ERR_OK) {
		AUTO_QUERY struct query q =
		    query_start(db, pages * size <= FULL_CHECK_MAX ? "PRAGMA integrity_check(1)"
								   : "PRAGMA quick_check(1)");

		e = query_step(&q);
		column_text(&q, 0, answer, sizeof(answer)); /* a complaint does not fit: "" */
		*ret_sound = strcmp(answer, "ok") == 0;
	}
	return e;
}

/* The version of a sound database, 0 for a damaged one. A header that forbids writing is damaged, a
 * file system that does is not. */
static enum err inspect(struct db *db, const char *path, size_t *ret_version)
{
	bool sound = false;
	size_t version = 0;
	enum err e = db_script(db, open_script);

	if (e == ERR_OK)
		e = look_over(db, &sound);
	if (e == ERR_OK && sqlite3_db_readonly(db_handle(db), "main") != 0) {
		sound = false;
		e = access(path, W_OK) == 0 ? ERR_OK : ERR_IO;
	}
	if (e == ERR_OK && sound)
		e = schema_found(db, schema_version, &version);
	if (e == ERR_OK && version > 0)
		e = schema_intact(db, version, &sound);
	if (e != ERR_OK && !is_damage(db_code(db)))
		return e;
	*ret_version = e == ERR_OK && sound ? version : 0;
	return ERR_OK;
}

/* Opens and migrates what is at path. A damaged file is ERR_OK without a database; a failure is a
 * file that cannot be used now. */
static enum err open_sound(const char *path, struct db **ret, struct db_report *report)
{
	AUTO_DB struct db *db = NULL;
	size_t version = 0;
	enum err e = db_connect(path, &db);

	if (e == ERR_OK)
		e = inspect(db, path, &version);
	if (e == ERR_OK && version > 0)
		e = schema_migrate(db, schema_steps, schema_version);
	if (e != ERR_OK || version == 0)
		return e;
	report->migrated_from = version < schema_version ? (unsigned)version : 0;
	*ret = TAKE_PTR(db);
	return ERR_OK;
}

/* SQLite's check calls a failed read or allocation a complaint about the file. A file is damaged
 * when every byte of it can be read and it is found wrong again. */
static enum err confirm_damage(const char *path, struct db **ret, struct db_report *report)
{
	enum err e = db_file_readable(path);

	return e == ERR_OK ? open_sound(path, ret, report) : e;
}

enum err db_open(
    const char *path, uid_t owner, int64_t now, struct db **ret, struct db_report *ret_report)
{
	struct db_report report = {0};
	struct db *db = NULL;
	enum err e = check_files(path, owner);

	if (e == ERR_OK)
		e = prepare(path, now, &report);
	if (e == ERR_OK)
		e = open_sound(path, &db, &report);
	if (e == ERR_OK && !db)
		e = confirm_damage(path, &db, &report);
	if (e == ERR_OK && !db) {
		e = rebuild(path, now, &report);
		if (e == ERR_OK)
			e = open_sound(path, &db, &report);
	}
	if (e == ERR_OK && !db)
		e = ERR_IO;
	if (e != ERR_OK)
		return e;
	*ret_report = report;
	*ret = db;
	return ERR_OK;
}
