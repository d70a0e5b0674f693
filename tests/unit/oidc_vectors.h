/* SPDX-License-Identifier: MIT */
/* Public test vectors, which are not part of this source: $ENCVOY_VECTORS, or
 * $top_srcdir/../shared/vectors. */
#ifndef ENCVOY_TESTS_UNIT_OIDC_VECTORS_H
#define ENCVOY_TESTS_UNIT_OIDC_VECTORS_H

#include "common/buf.h"

#include <stdbool.h>

/* "DIR/name", or NULL when that does not exist; the caller frees. */
char *vector_path(const char *name);
/* Reads a file that exists; the buffer is the caller's, initialised and freed by it. */
bool vector_read(const char *path, struct buf *ret);

#endif
