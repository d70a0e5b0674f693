/* SPDX-License-Identifier: MIT */
/* Calls into libc and libpam that fail when told to. The linker's --wrap puts these in front of the
 * real ones for the code linked into the test (FAULT_WRAPPED in common.mk), not for the libraries;
 * only the thread that armed a fault meets it. */
#ifndef ENCVOY_TESTS_UNIT_FAULT_H
#define ENCVOY_TESTS_UNIT_FAULT_H

#include <stdbool.h>
#include <stdint.h>

enum fault_flavour {
	FAULT_HARD,  /* as the function fails when something is broken: EIO, ENOMEM, EMFILE ... */
	FAULT_SOFT,  /* EINTR or EAGAIN where the function knows them, else nothing */
	FAULT_SHORT, /* fewer bytes than asked for, where bytes are moved, else nothing */
};

/* The n-th wrapped call from now on fails (1 is the next). */
void fault_at(unsigned n, enum fault_flavour flavour);
/* Every call fails with a chance of 1 in n, in a flavour of its own; the same seed does the same.
 */
void fault_random(uint32_t seed, unsigned n);
/* Counts allocations alone: the n-th of them fails. */
void fault_alloc(unsigned n);
/* Stops; returns how many faults there were. */
unsigned fault_stop(void);
/* The test's own code, called from inside the code under test, meets no faults between these. */
void fault_pause(bool pause);
/* The function that failed last, "" when none did, and whether the program can do without it. */
const char *fault_name(void);
bool fault_harmless(void);

#endif
