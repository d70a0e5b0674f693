/* SPDX-License-Identifier: MIT */
/* Which groups a role, an application, a sub or a name leads to: the [group] sections and
 * local_group of a configuration turned round, so that a person costs as much as he has roles, and
 * not as much as there are groups. */
#ifndef ENCVOY_ENCVOYD_GROUPRULES_H
#define ENCVOY_ENCVOYD_GROUPRULES_H

#include "common/cleanup.h"
#include "common/conf.h"
#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

struct grouprules;

/* Targets are numbers: first the [group] sections as they stand in conf->groups, then the pairs of
 * local_group. Borrows from conf. ERR_NOMEM. */
enum err grouprules_new(const struct conf *conf, struct grouprules **ret);
void grouprules_free(struct grouprules *r);
size_t grouprules_targets(const struct grouprules *r);
/* The local group of a target from conf->n_groups on. */
struct slice grouprules_local(const struct grouprules *r, size_t target);

/* Each calls fn for every target that it leads to; possibly more than once for the same. */
typedef void (*grouprules_fn)(void *arg, uint32_t target);
/* roles: a role per line, as in common/role.h. */
void grouprules_roles(const struct grouprules *r, const char *roles, grouprules_fn fn, void *arg);
void grouprules_sub(const struct grouprules *r, const char *sub, grouprules_fn fn, void *arg);
void grouprules_name(const struct grouprules *r, const char *name, grouprules_fn fn, void *arg);

static inline void grouprules_freep(struct grouprules **r)
{
	grouprules_free(*r);
}

#define AUTO_GROUPRULES CLEANUP(grouprules_freep)

#endif
