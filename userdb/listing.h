/* SPDX-License-Identifier: MIT */
/* Everybody, as many replies one behind the other: the map as it was when the call came, and a
 * place in it. A reply is held back until it is known whether it is the last. */
#ifndef ENCVOY_USERDB_LISTING_H
#define ENCVOY_USERDB_LISTING_H

#include "common/buf.h"
#include "userdb/request.h"

struct listing;

/* NULL with *ret, which the caller frees; else the name of the error to reply (static). */
const char *listing_begin(const struct userdb_request *q, struct listing **ret);
void listing_free(struct listing *l);
/* Appends some replies: about LISTING_CHUNK bytes, or one that is larger. After the last one, or an
 * error in its place, *ret_done. machine_id is as for userdb_answer. */
#define LISTING_CHUNK 65536
void listing_go_on(struct listing *l, struct buf *out, const char *machine_id, bool *ret_done);

#endif
