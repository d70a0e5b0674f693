/* SPDX-License-Identifier: MIT */
/* sudo_grace in the listener: what it hears of login sessions, and whether sudo may go without a
 * question. What decides comes from the kernel; of the caller, who is root, the service, user and
 * terminal are believed. */
#ifndef ENCVOY_ENCVOYD_SESSION_H
#define ENCVOY_ENCVOYD_SESSION_H

#include "encvoyd/login.h"

/* A full login was granted just now: its session may begin, or the one that it was made in lasts
 * longer. */
void session_signed_in(struct login *l, const struct decision *d);

#endif
