/* SPDX-License-Identifier: MIT */
/* [group NAME] sections: groups of ours beyond the private ones. */
#ifndef ENCVOY_COMMON_CONF_GROUP_H
#define ENCVOY_COMMON_CONF_GROUP_H

#include "common/conf_table.h"

/* Opens the section of a group, which begins with its name; later keys go to it. */
enum err conf_group_begin(
    struct conf *c, struct slice name, const struct origin *from, struct conf_error *e);
/* One "key = value" line of the section opened last. */
enum err conf_group_set(struct conf *c, struct slice key, struct slice value,
    const struct origin *from, struct conf_error *e);
/* Every group whole, names and gids each once; local_group, roles and applications need a directory
 * that knows them. */
enum err conf_group_check(const struct conf *c, struct conf_error *e);
void conf_group_free(struct group_conf *g);

#endif
