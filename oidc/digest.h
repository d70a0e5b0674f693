/* SPDX-License-Identifier: MIT */
/* SHA-2 of a byte string, by libcrypto's EVP. */
#ifndef ENCVOY_OIDC_DIGEST_H
#define ENCVOY_OIDC_DIGEST_H

#include "common/cleanup.h"
#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32
#define DIGEST_MAX_LEN 64

/* name is "SHA256", "SHA384" or "SHA512". ret must have DIGEST_MAX_LEN bytes; *ret_len is what was
 * written. ERR_INTERNAL when libcrypto fails. */
enum err digest(const char *name, const void *bytes, size_t len, uint8_t *ret, size_t *ret_len);
enum err digest_sha256(const void *bytes, size_t len, uint8_t ret[SHA256_LEN]);

/* SHA-256 piece by piece. sha256_put reports nothing: sha256_end fails when a piece did, with
 * ERR_INTERNAL. Nothing can be put behind the end. */
struct sha256;
enum err sha256_new(struct sha256 **ret);
void sha256_put(struct sha256 *s, const void *bytes, size_t len);
enum err sha256_end(struct sha256 *s, uint8_t ret[SHA256_LEN]);
/* NULL is fine. */
void sha256_free(struct sha256 *s);

static inline void sha256_freep(struct sha256 **s)
{
	sha256_free(*s);
}

#define AUTO_SHA256 CLEANUP(sha256_freep)

#endif
