/* SPDX-License-Identifier: MIT */
/* The files around a SQLite database: whose they are, and how one takes another's place. */
#ifndef ENCVOY_ENCVOYD_DB_FILE_H
#define ENCVOY_ENCVOYD_DB_FILE_H

#include "common/err.h"
#include "encvoyd/db.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

/* PATH with something behind it; ERR_TOO_LONG. */
enum err db_file_name(char dst[DB_PATH_MAX], const char *path, const char *suffix);
bool db_file_exists(const char *path);
/* ERR_OK when the disk gives every byte of the database and its log. */
enum err db_file_readable(const char *path);

/* ERR_UNSAFE_FILE unless the directory, the file and what SQLite keeps beside it are safe to use
 * (db.h); files may be absent. */
enum err db_file_check(const char *path, uid_t owner);
/* Removes a database with what SQLite keeps beside it; nothing there is fine. */
enum err db_file_remove(const char *path);
/* An empty file for a new database at path; what an earlier attempt left there is removed. */
enum err db_file_create(const char *path);
/* A complete database, closed and free of a journal, takes the place of nothing. */
enum err db_file_place(const char *from, const char *to);

/* The rebuilt database PATH.rebuilt takes PATH's place; PATH and its log become PATH.corrupt-TIME.
 * May be interrupted and repeated at any point. Writes the name into aside, "" when PATH was away
 * already. */
enum err db_file_finish_rebuild(const char *path, int64_t now, char aside[DB_PATH_MAX]);

#endif
