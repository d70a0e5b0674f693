/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_SYS_CLOCK_H
#define ENCVOY_SYS_CLOCK_H

#include <stddef.h>
#include <stdint.h>

/* Milliseconds that only grow; for deadlines. */
int64_t clock_mono_ms(void);
/* The same with the time that the machine slept; for how long something has lasted. */
int64_t clock_boot_ms(void);
/* Seconds since 1970; for tokens and records. */
int64_t clock_unix(void);
/* Unpredictable bytes from the kernel; ends the process when there are none, because nothing that
 * asks for them could go on safely. Never called inside a module. */
void random_bytes(void *dst, size_t len);

#endif
