/* SPDX-License-Identifier: MIT */
/* Around everything that makes system calls: the caller's errno survives, and a thread that is
 * cancelled meanwhile ends only behind it, with nothing held (SEC-41). */
#ifndef ENCVOY_NSS_GUARD_H
#define ENCVOY_NSS_GUARD_H

#include <errno.h>
#include <pthread.h>

struct guard {
	int saved_errno;
	int cancel_state;
};

static inline struct guard guard_begin(void)
{
	struct guard g = {.saved_errno = errno};

	(void)pthread_setcancelstate(PTHREAD_CANCEL_DISABLE, &g.cancel_state);
	return g;
}

static inline void guard_end(const struct guard *g)
{
	int unused;

	errno = g->saved_errno;
	(void)pthread_setcancelstate(g->cancel_state, &unused);
}

#endif
