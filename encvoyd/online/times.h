/* SPDX-License-Identifier: MIT */
/* What requests to the provider take: a page of figures that the template shares with all its
 * children, each of which adds to it. Whoever writes nonsense there spoils `status` and nothing
 * else. */
#ifndef ENCVOY_ONLINE_TIMES_H
#define ENCVOY_ONLINE_TIMES_H

#include "common/proto_times.h"

/* Before the first child; without it (encvoyctl) nothing is counted. */
enum err times_share(void);
/* What the requests of this process are from now on. */
void times_are(enum times_kind kind);
/* A request has ended; usable: with an answer that counts. */
void times_add(int64_t ms, bool usable);
/* The figures of all as a message; false without the page. */
bool times_put(struct buf *b);

#endif
