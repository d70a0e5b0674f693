/* SPDX-License-Identifier: MIT */
/* The files of a roster as the machine that makes it has them. */
#ifndef ENCVOY_CTL_ROSTER_FILES_H
#define ENCVOY_CTL_ROSTER_FILES_H

#include "common/buf.h"
#include "oidc/roster.h"
#include "oidc/roster_sign.h"

#define ROSTER_NAME "roster.jws"

/* Each complains with the path and the reason. */

/* Writes a new file, never an old one; unlinks what it began when it fails. */
enum err roster_file_create(const char *path, mode_t mode, const struct buf *content);
/* The private key, which nobody but its owner may read. */
enum err roster_file_key(const char *path, struct roster_key **ret);
/* Adds a public key, wherever it comes from. */
enum err roster_file_public_key(const char *path, struct jwks *keys);
/* DIR/NAME. */
enum err roster_file_path(const char *dir, const char *name, char *dst, size_t size);
/* Removes DIR's line records but for the two files named ("" for none). Silent: what stays behind
 * does no harm. */
void roster_files_tidy(const char *dir, const char *keep, const char *keep_too);

#endif
