/* SPDX-License-Identifier: MIT */
#include "encvoyd/db_file.h"

#include "common/cleanup.h"
#include "common/str.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* What SQLite may keep beside a database. */
static const char *const companions[] = {"", "-wal", "-shm", "-journal"};
#define N_COMPANIONS (sizeof(companions) / sizeof(companions[0]))

enum err db_file_name(char dst[DB_PATH_MAX], const char *path, const char *suffix)
{
	int n = snprintf(dst, DB_PATH_MAX, "%s%s", path, suffix);

	return n > 0 && n < DB_PATH_MAX ? ERR_OK : ERR_TOO_LONG;
}

static enum err directory_of(char dst[DB_PATH_MAX], const char *path)
{
	char *slash;

	if (!str_copy(dst, DB_PATH_MAX, path))
		return ERR_TOO_LONG;
	slash = strrchr(dst, '/');
	if (!slash || slash == dst)
		return ERR_CONFIG;
	*slash = 0;
	return ERR_OK;
}

static enum err check_directory(const char *path, uid_t owner)
{
	char dir[DB_PATH_MAX];
	struct stat st;
	enum err e = directory_of(dir, path);

	if (e != ERR_OK)
		return e;
	if (lstat(dir, &st) != 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	if (!S_ISDIR(st.st_mode) || (st.st_uid != 0 && st.st_uid != owner) || (st.st_mode & 022))
		return ERR_UNSAFE_FILE;
	return ERR_OK;
}

static enum err check_one(const char *path, uid_t owner)
{
	struct stat st;

	if (lstat(path, &st) != 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	if (!S_ISREG(st.st_mode) || st.st_uid != owner || (st.st_mode & 077) || st.st_nlink != 1)
		return ERR_UNSAFE_FILE;
	return ERR_OK;
}

bool db_file_exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

enum err db_file_check(const char *path, uid_t owner)
{
	enum err e = check_directory(path, owner);

	for (size_t i = 0; i < N_COMPANIONS && e == ERR_OK; i++) {
		char name[DB_PATH_MAX];

		e = db_file_name(name, path, companions[i]);
		if (e == ERR_OK)
			e = check_one(name, owner);
	}
	return e;
}

static enum err read_through(const char *path)
{
	AUTO_FD int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	char chunk[65536];
	ssize_t n = 1;

	if (fd < 0)
		return errno == ENOENT ? ERR_OK : ERR_IO;
	while (n > 0 || (n < 0 && errno == EINTR))
		n = read(fd, chunk, sizeof(chunk));
	return n == 0 ? ERR_OK : ERR_IO;
}

enum err db_file_readable(const char *path)
{
	char wal[DB_PATH_MAX];
	enum err e = db_file_name(wal, path, "-wal");

	if (e == ERR_OK)
		e = read_through(path);
	return e == ERR_OK ? read_through(wal) : e;
}

enum err db_file_remove(const char *path)
{
	for (size_t i = 0; i < N_COMPANIONS; i++) {
		char name[DB_PATH_MAX];
		enum err e = db_file_name(name, path, companions[i]);

		if (e != ERR_OK)
			return e;
		if (unlink(name) != 0 && errno != ENOENT)
			return ERR_IO;
	}
	return ERR_OK;
}

enum err db_file_create(const char *path)
{
	AUTO_FD int fd = -1;
	enum err e = db_file_remove(path);

	if (e != ERR_OK)
		return e;
	fd = open(path, O_RDWR | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600);
	return fd >= 0 && fchmod(fd, 0600) == 0 ? ERR_OK : ERR_IO;
}

static enum err sync_directory_of(const char *path)
{
	char dir[DB_PATH_MAX];
	AUTO_FD int fd = -1;
	enum err e = directory_of(dir, path);

	if (e != ERR_OK)
		return e;
	fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd >= 0 && fsync(fd) == 0 ? ERR_OK : ERR_IO;
}

enum err db_file_place(const char *from, const char *to)
{
	if (rename(from, to) != 0)
		return ERR_IO;
	return sync_directory_of(to);
}

/* A name that nothing has yet: several files may be set aside within a second. */
static enum err unused_name(const char *path, int64_t now, char aside[DB_PATH_MAX])
{
	for (int64_t t = now; t < now + 1000; t++) {
		char suffix[40];
		enum err e;

		snprintf(suffix, sizeof(suffix), ".corrupt-%lld", (long long)t);
		e = db_file_name(aside, path, suffix);
		if (e != ERR_OK)
			return e;
		if (!db_file_exists(aside))
			return ERR_OK;
	}
	return ERR_EXISTS;
}

/* The log belongs to the damaged file: SQLite would apply it to whatever lies at PATH. */
static enum err move_aside(const char *path, const char *aside, const char *companion)
{
	char from[DB_PATH_MAX], to[DB_PATH_MAX];
	enum err e = db_file_name(from, path, companion);

	if (e == ERR_OK)
		e = db_file_name(to, aside, companion);
	if (e != ERR_OK)
		return e;
	return rename(from, to) == 0 || errno == ENOENT ? ERR_OK : ERR_IO;
}

enum err db_file_finish_rebuild(const char *path, int64_t now, char aside[DB_PATH_MAX])
{
	char rebuilt[DB_PATH_MAX];
	bool there = db_file_exists(path);
	enum err e = db_file_name(rebuilt, path, ".rebuilt");

	if (e == ERR_OK)
		e = unused_name(path, now, aside);
	for (size_t i = 0; i < N_COMPANIONS && e == ERR_OK; i++)
		e = move_aside(path, aside, companions[i]);
	if (e == ERR_OK)
		e = sync_directory_of(path);
	if (e == ERR_OK)
		e = db_file_place(rebuilt, path);
	if (!there)
		aside[0] = 0;
	return e;
}
