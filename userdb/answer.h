/* SPDX-License-Identifier: MIT */
/* From a call to its replies, by the same look-ups that the NSS module makes: the map, and the
 * daemon's socket where the map cannot tell. */
#ifndef ENCVOY_USERDB_ANSWER_H
#define ENCVOY_USERDB_ANSWER_H

#include "common/buf.h"
#include "userdb/listing.h"
#include "userdb/request.h"

#define REPLY_MAX (4 * 1024 * 1024)
#define MACHINE_ID_LEN 32

/* Appends the replies, each with its NUL; nothing for a call that wants none. Those to a call for
 * everybody come from *ret_listing instead, which the caller frees (NULL otherwise). machine_id (32
 * digits) says where the status section holds; NULL leaves it out. The buffer's error is the only
 * one. */
void userdb_answer(struct buf *out, const struct userdb_request *q, const char *machine_id,
    struct listing **ret_listing);

#endif
