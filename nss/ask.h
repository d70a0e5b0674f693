/* SPDX-License-Identifier: MIT */
/* Asking the daemon for what the map cannot tell: one connection, one question, one answer. */
#ifndef ENCVOY_NSS_ASK_H
#define ENCVOY_NSS_ASK_H

#include "common/err.h"
#include "common/proto.h"

#include <stddef.h>

/* Takes the answer, an untrusted packet: ERR_OK, ERR_NOT_FOUND and ERR_TOO_LONG (the caller's
 * buffer is too small) are good ones; everything else but ERR_NOMEM means that the daemon is not
 * sane. */
typedef enum err (*ask_reply)(const void *packet, size_t len, void *arg);

/* Half a second in all. When the daemon does not answer in time, or not sanely, this process leaves
 * it alone for two seconds: ERR_NO_DAEMON at once (SEC-40). That nobody listens costs nothing and
 * has no such consequence. */
enum err ask(const struct msg_lookup *question, ask_reply reply, void *arg);

#endif
