/* SPDX-License-Identifier: MIT */
/* SHA-2 of a byte string, by libcrypto's EVP. */
#ifndef ENCVOY_OIDC_DIGEST_H
#define ENCVOY_OIDC_DIGEST_H

#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

#define SHA256_LEN 32
#define DIGEST_MAX_LEN 64

/* name is "SHA256", "SHA384" or "SHA512". ret must have DIGEST_MAX_LEN bytes; *ret_len is what was
 * written. ERR_INTERNAL when libcrypto fails. */
enum err digest(const char *name, const void *bytes, size_t len, uint8_t *ret, size_t *ret_len);
enum err digest_sha256(const void *bytes, size_t len, uint8_t ret[SHA256_LEN]);

#endif
