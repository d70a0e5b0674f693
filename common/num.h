/* SPDX-License-Identifier: MIT */
/* The one strict number parser: decimal digits only, no sign, space, leading zero or overflow. */
#ifndef ENCVOY_COMMON_NUM_H
#define ENCVOY_COMMON_NUM_H

#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

/* ERR_SYNTAX or ERR_RANGE (above max); *ret is written only on success. */
enum err num_parse(const char *s, size_t len, uint64_t max, uint64_t *ret);
/* A duration in seconds: a number with an optional unit s, m, h or d. */
enum err num_parse_duration(const char *s, size_t len, uint64_t max, uint64_t *ret);

#endif
