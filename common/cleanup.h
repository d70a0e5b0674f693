/* SPDX-License-Identifier: MIT */
/* Owned locals clean up after themselves: CLEANUP(f) on a variable calls f(&variable) when it
 * leaves scope. Only ever on owned values, never on a borrowed pointer. */
#ifndef ENCVOY_COMMON_CLEANUP_H
#define ENCVOY_COMMON_CLEANUP_H

#include <stdlib.h>
#include <unistd.h>

#define CLEANUP(f) __attribute__((cleanup(f)))

/* Moves ownership out of a pointer variable, leaving NULL behind. */
#define TAKE_PTR(p)                         \
	(__extension__({                    \
		__typeof__(p) taken_ = (p); \
		(p) = NULL;                 \
		taken_;                     \
	}))

/* Moves ownership out of a descriptor variable, leaving -1 behind. */
static inline int take_fd(int *fd)
{
	int taken = *fd;

	*fd = -1;
	return taken;
}

static inline void free_ptr(void *p)
{
	free(*(void **)p);
}

/* Closes and keeps errno; -1 is ignored. */
void close_fd(int *fd);

#define AUTO_FREE CLEANUP(free_ptr)
#define AUTO_FD CLEANUP(close_fd)

#endif
