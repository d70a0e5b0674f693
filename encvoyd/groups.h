/* SPDX-License-Identifier: MIT */
/* The groups of the configuration and who is in them. Members of a [group] section are who has one
 * of its roles, or any role in its application, or is listed by sub or by the name that NSS serves.
 * Of those, who is blocked, deleted or dropped from the directory is no member of anything (but
 * stays a user: files keep their owner). local_group makes roles members of local groups. */
#ifndef ENCVOY_ENCVOYD_GROUPS_H
#define ENCVOY_ENCVOYD_GROUPS_H

#include "common/conf.h"
#include "common/proto.h"
#include "common/role.h"
#include "encvoyd/entry.h"
#include "encvoyd/ids.h"
#include "encvoyd/mapfile.h"

/* Everybody's memberships at one moment. Refers to nothing outside itself once it is finished. */
struct groups;

/* Called for each group that is not served: ERR_LOCAL_USER, ERR_NAME_TAKEN, ERR_NAME_RESERVED or
 * ERR_ID_RANGE for a [group] (SEC-16); for a local group ERR_NOT_FOUND when it is not in
 * /etc/group, ERR_PERMISSION for root, shadow and disk. */
typedef void (*groups_left_out)(void *arg, const char *name, enum err why);

/* Reads everybody's roles. Then groups_add for each person that is served, under the name that NSS
 * serves, in any order; then groups_finish. ERR_IO, ERR_NOMEM. The locals must be fresh. */
enum err groups_new(struct identities *ids, const struct conf *conf, struct groups **ret);
enum err groups_add(struct groups *g, const struct entry *entry, const char *name);
void groups_finish(struct groups *g);
void groups_free(struct groups *g);

/* Puts groups and memberships into a map; left_out may be NULL. *ret_n: groups of ours. */
enum err groups_build(
    struct groups *g, struct map_builder *b, groups_left_out left_out, void *arg, uint64_t *ret_n);
/* Whether each [group] section may be served, or not, as it was when these were built. */
bool groups_stand(struct identities *ids, const struct conf *conf, const struct groups *g);
/* From now on a sub is in the groups with these gids and in no other, by this name. ERR_NOMEM. */
enum err groups_move(
    struct groups *g, const char *sub, const char *name, const uint32_t *gids, size_t n);
/* Answers a look-up of a group with its members: ERR_OK, ERR_NOT_FOUND, or ERR_TOO_LONG when it
 * does not fit into ret: never a part of it. */
enum err groups_answer(const struct groups *g, const struct msg_lookup *query, struct buf *ret);

/* Appends "NAME (why), NAME (why)" for the groups that are not served, as far as it fits. */
void groups_refused(const struct groups *g, struct buf *ret);

/* What the directory and the configuration make of one person, by the same rules. */
struct belonging {
	char roles[ROLES_MAX + 1]; /* "" for who is blocked, deleted or dropped */
	struct buf groups;         /* [group] sections, one per line */
	struct buf gids;           /* uint32_t: of those, and of local groups */
};
/* name: as NSS serves it, "" for none. The caller frees with belonging_free in all cases. */
enum err belonging_of(struct identities *ids, const struct conf *conf, const struct entry *entry,
    const char *name, struct belonging *ret);
void belonging_free(struct belonging *s);

static inline void groups_freep(struct groups **g)
{
	groups_free(*g);
}

#define AUTO_GROUPS CLEANUP(groups_freep)
#define AUTO_BELONGING CLEANUP(belonging_free)

#endif
