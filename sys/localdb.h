/* SPDX-License-Identifier: MIT */
/* /etc/passwd and /etc/group read as files, never through NSS: NSS would answer with our own users,
 * and inside the daemon it would ask the daemon (SEC-42). */
#ifndef ENCVOY_SYS_LOCALDB_H
#define ENCVOY_SYS_LOCALDB_H

#include "common/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct local_user {
	uid_t uid;
	gid_t gid;
};

/* ERR_OK, ERR_NOT_FOUND, or ERR_IO when the file cannot be read (then nothing is known). */
enum err localdb_user(const char *name, struct local_user *ret);
enum err localdb_uid(uid_t uid);
enum err localdb_group(const char *name);
enum err localdb_group_gid(const char *name, gid_t *ret);
enum err localdb_gid(gid_t gid);
/* ERR_IO also for a name that does not fit. */
enum err localdb_gid_name(gid_t gid, char *ret, size_t size);

#endif
