/* SPDX-License-Identifier: MIT */
/* The login child: one login from its JOB to IDENTITY or RESULT, in straight blocking code. */
#ifndef ENCVOY_ONLINE_LOGIN_H
#define ENCVOY_ONLINE_LOGIN_H

#include "common/conf.h"
#include "encvoyd/online/flow.h"
#include "encvoyd/online/trust.h"

/* fd: to the listener; keys_fd: to the keys child, or -1. Takes job's content over. Returns when
 * the login is over. */
void login_child(int fd, int keys_fd, const char *id, struct msg_login *job,
    const struct conf *conf, const struct trust *trust);

/* Tries the service's methods in order until one ends the login. */
enum err login_methods(struct login *l);

#endif
