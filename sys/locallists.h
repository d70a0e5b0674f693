/* SPDX-License-Identifier: MIT */
/* Root's two lists: the local groups that roles may lead to, and the local users that may sign in
 * by Encvoy ID. Names (in local-groups also gids), one a line; a line that begins with '#' is a
 * comment, and one that is neither says nothing. Regular files of root, writable by nobody else.
 * Read without memory of their own: the modules do it inside any program. */
#ifndef ENCVOY_SYS_LOCALLISTS_H
#define ENCVOY_SYS_LOCALLISTS_H

#include "common/err.h"
#include "common/local_gids.h"

#define LOCAL_GROUPS_FILE ENCVOY_SYSCONFDIR "/local-groups"
#define LOCAL_USERS_FILE ENCVOY_SYSCONFDIR "/local-users"

/* The gids of the groups that are in both files, never of root, shadow or disk. ERR_NOT_FOUND:
 * there is no list. In all failures *ret is empty. */
enum err local_groups_read(const char *list, const char *group, struct local_gids *ret);
/* ERR_OK when the name is listed, ERR_NOT_FOUND when it is not or there is no list; else the list
 * cannot be used. */
enum err local_users_have(const char *list, const char *name);

#endif
