/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_ENCVOYD_UIDCOUNT_H
#define ENCVOY_ENCVOYD_UIDCOUNT_H

#include "common/err.h"

#include <stddef.h>
#include <sys/queue.h>
#include <sys/types.h>

#define UID_BUCKETS 256

struct uid_count {
	LIST_ENTRY(uid_count) link;
	uid_t uid;
	size_t n;
};

/* How many of something each uid has; zeroed is empty. Memory follows what is counted. */
struct uid_counts {
	LIST_HEAD(, uid_count) buckets[UID_BUCKETS];
};

/* ERR_TOO_MANY when the uid has max of them already, ERR_NOMEM; nothing is counted then. */
enum err uid_counts_add(struct uid_counts *c, uid_t uid, size_t max);
void uid_counts_remove(struct uid_counts *c, uid_t uid);

#endif
