/* SPDX-License-Identifier: MIT */
/* Logins that carry their answer, in services with token_reuse: the verdict cache is asked first,
 * and of those who bring the same answer at once only one has it asked about. */
#ifndef ENCVOY_ENCVOYD_REUSE_H
#define ENCVOY_ENCVOYD_REUSE_H

#include "encvoyd/login.h"

/* Before the online side is asked. True when it need not be: the login is decided, and gone, or
 * waits for another one's. */
bool reuse_begin(struct login *l);
/* The online side has told who signed in; decides this login and those that wait for it. */
void reuse_identity(struct login *l, const struct msg_identity *who);
/* The login that asks ends without any answer: the next one asks. */
void reuse_pass_on(struct login *l);
/* People may have been blocked or deleted meanwhile: what is kept about those is forgotten. */
void reuse_forget_blocked(struct server *s);

#endif
