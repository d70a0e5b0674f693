/* SPDX-License-Identifier: MIT */
/* What libFuzzer calls, and replay.c without it. */
#ifndef ENCVOY_TESTS_FUZZ_FUZZ_H
#define ENCVOY_TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* An invariant; unlike assert it stays in every build. */
#define MUST(cond)               \
	do {                     \
		if (!(cond))     \
			abort(); \
	} while (0)

#endif
