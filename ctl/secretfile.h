/* SPDX-License-Identifier: MIT */
/* The client secret's file: one line, for root and encvoyd-online alone. */
#ifndef ENCVOY_CTL_SECRETFILE_H
#define ENCVOY_CTL_SECRETFILE_H

#include "common/secret.h"
#include "ctl/input.h"

/* Reads one that belongs to root or encvoy-online and that nobody else may read. ERR_NOT_FOUND,
 * ERR_UNSAFE_FILE, ERR_IO, ERR_SYNTAX (not one line of printable text), ERR_NOMEM. The caller
 * frees. */
enum err secretfile_read(const char *path, struct secret **ret);
/* The secret in what a file held: without white space at its ends. ERR_SYNTAX, ERR_NOMEM. */
enum err secretfile_parse(const struct buf *content, struct secret **ret);
/* Whether the file is already what secretfile_write would make of it. */
bool secretfile_is(const char *path, const struct secret *secret);
/* Writes it with mode 0600 for encvoy-online, or for root where that user does not exist yet.
 * *ret_changed tells whether the file was another one before. */
enum err secretfile_write(const char *path, const struct secret *secret, bool *ret_changed);

#endif
