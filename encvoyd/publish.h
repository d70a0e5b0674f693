/* SPDX-License-Identifier: MIT */
/* users.map from the database: at any time, whole, and always the same for the same content. */
#ifndef ENCVOY_ENCVOYD_PUBLISH_H
#define ENCVOY_ENCVOYD_PUBLISH_H

#include "common/conf.h"
#include "common/err.h"
#include "encvoyd/identity.h"

#include <stdint.h>

/* Called for each identity that is not served: why is ERR_LOCAL_USER, ERR_NAME_TAKEN, ERR_BAD_NAME,
 * ERR_ID_RANGE, ERR_NO_NAME or ERR_CONFIG (its home, shell or gecos is not usable). name may be "".
 */
typedef void (*publish_left_out)(void *arg, const char *sub, const char *name, enum err why);

struct publish_report {
	uint64_t users;
	uint64_t left_out;
	uint64_t generation;
};

/* Builds and publishes into cache_dir (users.map, users.gen). On failure (ERR_IO, ERR_NOMEM) the
 * former map stays in place; look-ups that miss it are still answered by identity_lookup, so a
 * login already granted need not be refused for it. left_out may be NULL. */
enum err publish_map(struct identities *ids, const struct conf *conf, const char *cache_dir,
    publish_left_out left_out, void *arg, struct publish_report *ret);

#endif
