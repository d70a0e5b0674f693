/* SPDX-License-Identifier: MIT */
/* Reads a whole stream into a buffer, which the caller initialises and frees. */
#ifndef ENCVOY_TESTS_TOOLS_SLURP_H
#define ENCVOY_TESTS_TOOLS_SLURP_H

#include "common/buf.h"

#include <stdio.h>

#define SLURP_MAX (1024 * 1024)

static inline enum err slurp(FILE *f, struct buf *ret)
{
	char chunk[4096];
	size_t n;

	while ((n = fread(chunk, 1, sizeof(chunk), f)) > 0)
		buf_put(ret, chunk, n);
	return ferror(f) ? ERR_IO : ret->err;
}

#endif
