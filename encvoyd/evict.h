/* SPDX-License-Identifier: MIT */
/* encvoyd-evict, the only part that runs as root for good: ends the sessions and processes of users
 * whom the directory blocks. It reads blocked.h's file and listens to nobody. What that file says
 * is believed about uids of our range that no local account has, and of nothing else: whoever took
 * the listener over could put Encvoy users out, never root, a system account or a local user. */
#ifndef ENCVOY_ENCVOYD_EVICT_H
#define ENCVOY_ENCVOYD_EVICT_H

#include "encvoyd/blocked.h"

/* What a user's processes get to end by themselves, and how long all of it takes at most. */
#define EVICT_GRACE_MS 5000
#define EVICT_S 10

struct evict_report {
	uint64_t ended;   /* processes that got a signal */
	uint64_t left;    /* of these, how many would not end */
	uint64_t skipped; /* processes of a uid that a local account has */
};

/* Hangs up, then kills, every process whose real uid is listed, until there is none. A process
 * that is a system's own and only acts for a user (its real uid is another) is left alone.
 * ERR_IO when /proc cannot be read, ERR_PERMISSION when it hides processes. */
enum err evict_processes(const struct blocked *b, struct evict_report *ret);
/* Has logind end the sessions, and what it started for these users; false without logind. */
bool evict_sessions(const struct blocked *b);
/* No local account has this uid; false when that cannot be known. */
bool evict_may(uint32_t uid);

#endif
