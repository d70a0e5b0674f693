/* SPDX-License-Identifier: MIT */
/* The keys child: fetches discovery and keys, one request at a time, and answers the logins'
 * KEYS_GET, also while a request is running. */
#ifndef ENCVOY_ONLINE_KEYS_CHILD_H
#define ENCVOY_ONLINE_KEYS_CHILD_H

#include "common/conf.h"
#include "encvoyd/online/trust.h"

/* Serves the sockets that come over control, until that is closed and the last of them as well. */
void keys_child(int control, const struct conf *conf, const struct trust *trust);

#endif
