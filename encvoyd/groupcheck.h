/* SPDX-License-Identifier: MIT */
/* Whether a group may be served, and whether a person may be in one. The locals must be fresh. */
#ifndef ENCVOY_ENCVOYD_GROUPCHECK_H
#define ENCVOY_ENCVOYD_GROUPCHECK_H

#include "common/conf.h"
#include "common/name.h"
#include "common/str.h"
#include "encvoyd/ids.h"

#include <stdbool.h>
#include <stdint.h>

/* A [group] section: ERR_OK, or why not (groups.h); ERR_IO, ERR_NOMEM. The name is copied in all
 * cases. */
enum err group_check(struct identities *ids, const struct conf *conf, const struct group_conf *g,
    char ret_name[NAME_MAX_LEN + 1]);
/* A local group by its name, which is copied in all cases; the gid only with ERR_OK. */
enum err group_check_local(
    struct identities *ids, struct slice group, char ret_name[NAME_MAX_LEN + 1], uint32_t *ret_gid);

/* Whether there is a directory whose word about people counts; without one, what an earlier one
 * left behind does not. */
bool directory_counts(const struct conf *conf);
/* ERR_BLOCKED for who is blocked, deleted or dropped in the directory, else ERR_OK, also for who is
 * not in it; ERR_IO, ERR_NOMEM. */
enum err person_stands(struct identities *ids, const struct conf *conf, const char *sub);

#endif
