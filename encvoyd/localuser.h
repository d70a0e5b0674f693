/* SPDX-License-Identifier: MIT */
/* local_user: people who sign in as an account of /etc/passwd. Such an account has uid 1000 at
 * least and is not nobody; its owner has no other name here, and NSS serves nothing for him. The
 * locals must be fresh. */
#ifndef ENCVOY_ENCVOYD_LOCALUSER_H
#define ENCVOY_ENCVOYD_LOCALUSER_H

#include "common/conf.h"
#include "common/err.h"
#include "common/name.h"
#include "encvoyd/ids.h"

/* The account of a sub: ERR_NOT_FOUND when none is configured, ERR_LOCAL_USER when it may not be
 * used. The uid may be NULL. */
enum err localuser_name(struct identities *ids, const struct conf *conf, const char *sub,
    char ret_name[NAME_MAX_LEN + 1], uint32_t *ret_uid);
/* Whose a local name is: ERR_OK and the sub, or ERR_LOCAL_USER: nobody's of ours. */
enum err localuser_sub(struct identities *ids, const struct conf *conf, const char *name,
    char ret_sub[SUB_MAX_LEN + 1]);

#endif
