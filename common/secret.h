/* SPDX-License-Identifier: MIT */
/* A secret is a type: kept in locked pages that are left out of core dumps where the kernel allows
 * it, wiped when freed, never reallocated, compared in constant time. */
#ifndef ENCVOY_COMMON_SECRET_H
#define ENCVOY_COMMON_SECRET_H

#include "common/cleanup.h"

#include <stdbool.h>
#include <stddef.h>

struct secret;

/* A copy of len bytes (NUL-terminated beside them); NULL when memory is short. */
struct secret *secret_new(const void *bytes, size_t len);
/* Room for len zero bytes, to be filled through secret_data. */
struct secret *secret_alloc(size_t len);
/* Wipes and frees; NULL is fine. */
void secret_free(struct secret *s);
char *secret_data(struct secret *s);
/* The bytes as a string; a NULL secret reads as "". */
const char *secret_str(const struct secret *s);
size_t secret_len(const struct secret *s);
/* Constant time in the content; lengths are not hidden. */
bool secret_equal(const void *a, size_t a_len, const void *b, size_t b_len);
/* Wipes a NUL-terminated string in place and frees it; NULL is fine. */
void secret_free_str(char *s);

static inline void secret_freep(struct secret **s)
{
	secret_free(*s);
}

static inline void secret_free_strp(char **s)
{
	secret_free_str(*s);
}

#define AUTO_SECRET CLEANUP(secret_freep)
#define AUTO_SECRET_STR CLEANUP(secret_free_strp)

#endif
