/* SPDX-License-Identifier: MIT */
/* Files that matter: opened only when nobody else could have put them there, replaced whole. */
#ifndef ENCVOY_SYS_FILE_H
#define ENCVOY_SYS_FILE_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

enum file_trust {
	FILE_PUBLIC, /* owner root or `owner`, writable by nobody else */
	FILE_SECRET, /* the same, and readable by nobody else */
};

/* Opens a regular file for reading without following a link at the end of the path. ERR_NOT_FOUND,
 * ERR_UNSAFE_FILE (link, foreign owner, writable by others, special file) or ERR_IO (SEC-34). */
enum err file_open(const char *path, uid_t owner, enum file_trust trust, int *ret_fd);
/* The same, reading at most max bytes into an initialised buffer; ERR_TOO_LONG beyond. */
enum err file_read(const char *path, uid_t owner, enum file_trust trust, struct buf *ret);
/* Writes beside and renames into place, with fsync of file and directory: afterwards the path holds
 * the old or the new content, never a mix. */
enum err file_replace(const char *path, mode_t mode, const void *bytes, size_t len);
/* Makes a directory (0 when it exists) and checks that it is one, owned by owner, and not writable
 * by others. */
enum err dir_ensure(const char *path, mode_t mode, uid_t owner);

#endif
