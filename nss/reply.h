/* SPDX-License-Identifier: MIT */
/* Answers of the daemon, not believed (SEC-32): pure on bytes. ERR_NOT_FOUND when it says so,
 * ERR_TOO_LONG when buf is too small, ERR_PROTOCOL for everything that is not exactly an acceptable
 * answer to this question: another type, another name or id, an id out of range, bytes left over.
 */
#ifndef ENCVOY_NSS_REPLY_H
#define ENCVOY_NSS_REPLY_H

#include "common/map.h"
#include "common/proto.h"

/* The strings of *ret lie in buf. */
enum err reply_user(const void *packet, size_t len, const struct msg_lookup *question, char *buf,
    size_t size, struct user_record *ret);
/* Everything lies in buf, the pointers aligned, whatever the alignment of buf. */
enum err reply_group(const void *packet, size_t len, const struct msg_lookup *question, char *buf,
    size_t size, struct map_group *ret);
/* Borrowed from the packet; none is barred (common/local_gids.h), but only those that are id_ok or
 * of a local group that root lists count. */
enum err reply_groups(const void *packet, size_t len, struct reader *ret_gids, uint32_t *ret_n);

#endif
