/* SPDX-License-Identifier: MIT */
/* The names and ids of /etc/passwd and /etc/group as a set in memory, for questions about a million
 * people; sys/localdb answers single ones. Read as files, never through NSS (SEC-42). */
#ifndef ENCVOY_ENCVOYD_LOCALS_H
#define ENCVOY_ENCVOYD_LOCALS_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

struct locals;

/* Nothing is read yet. The paths are copied. ERR_NOMEM; the caller frees with locals_free. */
enum err locals_new(const char *passwd, const char *group, struct locals **ret);
void locals_free(struct locals *l);

/* Reads the files again when one of them changed since. On ERR_IO or ERR_NOMEM nothing may be
 * assumed about any name. */
enum err locals_refresh(struct locals *l);
/* Another number after each refresh that read the files. */
uint64_t locals_version(const struct locals *l);
/* Users and groups alike. Everything counts as local while the last refresh failed, or before one.
 */
bool locals_has_name(const struct locals *l, const char *name);
bool locals_has_id(const struct locals *l, uint32_t id);
/* A single user's or group's id, by the first line that has the name: ERR_OK, ERR_NOT_FOUND, or
 * ERR_IO while nothing is known. */
enum err locals_user(const struct locals *l, const char *name, uint32_t *ret_uid);
enum err locals_group(const struct locals *l, const char *name, uint32_t *ret_gid);

#endif
