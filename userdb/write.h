/* SPDX-License-Identifier: MIT */
/* Replies as JSON, each with its NUL. What they say passed the checks of common/record.h; it is
 * escaped all the same. */
#ifndef ENCVOY_USERDB_WRITE_H
#define ENCVOY_USERDB_WRITE_H

#include "common/buf.h"

#include <grp.h>
#include <pwd.h>

void write_error(struct buf *out, const char *name);
void write_user(struct buf *out, const struct passwd *pw, const char *machine_id);
void write_group(struct buf *out, const struct group *gr, const char *machine_id);
void write_membership(struct buf *out, const char *user, const char *group, bool continues);
/* A whole reply of the above once more, as one that others follow. */
void write_continued(struct buf *out, const void *reply, size_t len);

#endif
