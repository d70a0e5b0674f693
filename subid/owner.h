/* SPDX-License-Identifier: MIT */
/* Who the owner of subordinate ids is. */
#ifndef ENCVOY_SUBID_OWNER_H
#define ENCVOY_SUBID_OWNER_H

#include "common/err.h"

#include <stdbool.h>
#include <sys/types.h>

struct owner {
	uid_t uid;
	bool ours; /* not a local user, and the machine's NSS means ours by this name, too */
};

/* ERR_OK, ERR_NOT_FOUND, or another error when nobody can tell. */
enum err owner_find(const char *name, struct owner *ret);
/* Whether a uid of our range is one of our users: ERR_OK, ERR_NOT_FOUND or another error. */
enum err owner_check_uid(uid_t uid);

#endif
