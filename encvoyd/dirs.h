/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_ENCVOYD_DIRS_H
#define ENCVOY_ENCVOYD_DIRS_H

#include "common/err.h"
#include "sys/localdb.h"

#include <sys/types.h>

/* Makes a directory, with parents of root's, so that it is one of exactly this owner and mode. One
 * that exists with another owner, or is a link, is ERR_UNSAFE_FILE. Needs root unless the owner is
 * the caller. */
enum err dirs_make(const char *path, mode_t mode, const struct local_user *owner);

#endif
