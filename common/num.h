/* SPDX-License-Identifier: MIT */
/* The one strict number parser: decimal digits only, no sign, space, leading zero or overflow;
 * and numbers in order. */
#ifndef ENCVOY_COMMON_NUM_H
#define ENCVOY_COMMON_NUM_H

#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

/* ERR_SYNTAX or ERR_RANGE (above max); *ret is written only on success. */
enum err num_parse(const char *s, size_t len, uint64_t max, uint64_t *ret);
/* A duration in seconds: a number with an optional unit s, m, h or d. */
enum err num_parse_duration(const char *s, size_t len, uint64_t max, uint64_t *ret);

/* For qsort and bsearch over uint32_t. */
int num_compare_u32(const void *a, const void *b);
/* Puts them in ascending order, each once; returns how many are left. v may be NULL when n is 0. */
size_t num_sort_u32(uint32_t *v, size_t n);

#endif
