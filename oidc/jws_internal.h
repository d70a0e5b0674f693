/* SPDX-License-Identifier: MIT */
/* The signature itself; private to oidc/jws*.c. */
#ifndef ENCVOY_OIDC_JWS_INTERNAL_H
#define ENCVOY_OIDC_JWS_INTERNAL_H

#include "common/str.h"
#include "oidc/jwk_internal.h"

/* ERR_OK when signature (raw bytes, RFC 7518, 3.3 to 3.5 and RFC 8037, 3.1) is alg's over input
 * with this key, which must fit. ERR_BAD_SIGNATURE, ERR_NOMEM. */
enum err jws_check_signature(const struct jwk *key, const struct jwa_info *alg, struct slice input,
    const uint8_t *signature, size_t len);

#endif
