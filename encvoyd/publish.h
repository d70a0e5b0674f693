/* SPDX-License-Identifier: MIT */
/* users.map from the database: at any time, whole, and always the same for the same content. */
#ifndef ENCVOY_ENCVOYD_PUBLISH_H
#define ENCVOY_ENCVOYD_PUBLISH_H

#include "common/conf.h"
#include "common/err.h"
#include "common/name.h"
#include "encvoyd/identity.h"

#include <stdint.h>

/* Called for each identity that is not served: why is ERR_LOCAL_USER, ERR_NAME_TAKEN, ERR_BAD_NAME,
 * ERR_ID_RANGE, ERR_NO_NAME or ERR_CONFIG (its home, shell or gecos is not usable). name may be "".
 * With ERR_PERMISSION for each whose home or shell, as the directory has them, is not allowed: the
 * configuration's is served instead. And with sub NULL for each group left out (groups.h). */
typedef void (*publish_left_out)(void *arg, const char *sub, const char *name, enum err why);

struct publish_report {
	uint64_t users;
	uint64_t left_out;
	uint64_t groups; /* [group] sections */
	uint64_t groups_left_out;
	uint64_t generation;
};

/* Who may differ from the map in place, by sub; the map itself tells what was served. */
#define PUBLISH_CHANGES_MAX 256
struct publish_state {
	uint64_t base; /* the generation of the map in place; 0: not known, it is to be written */
	uint64_t users;
	uint64_t left_out;
	uint64_t groups;
	uint64_t groups_left_out;
	uint64_t locals; /* locals_version when it was written */
	char (*subs)[SUB_MAX_LEN + 1];
	size_t n;
};
void publish_state_free(struct publish_state *state);

/* Builds and publishes into cache_dir (users.map, users.gen). On failure (ERR_IO, ERR_NOMEM) the
 * former map stays in place, marked so that no miss is final: look-ups that miss it are still
 * answered by identity_lookup, and a login already granted need not be refused for it. left_out may
 * be NULL. */
enum err publish_map(struct identities *ids, const struct conf *conf, const char *cache_dir,
    struct publish_state *state, publish_left_out left_out, void *arg, struct publish_report *ret);

/* What is served for one sub may have changed (a new login, a rename, a removal): makes it visible.
 * Falls back to publish_map when the changes grew too many, or may not be all. */
enum err publish_change(struct identities *ids, const struct conf *conf, const char *cache_dir,
    struct publish_state *state, const char *sub, struct publish_report *ret);

#endif
