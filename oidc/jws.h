/* SPDX-License-Identifier: MIT */
/* JWS compact serialisation (RFC 7515, 3.1 and 5.2). Verification is the only way to a payload:
 * a struct jws exists only for a signature that verified with one of the keys given. */
#ifndef ENCVOY_OIDC_JWS_H
#define ENCVOY_OIDC_JWS_H

#include "common/cleanup.h"
#include "common/err.h"
#include "oidc/digest.h"
#include "oidc/jwa.h"
#include "oidc/jwk.h"

#include <stddef.h>
#include <stdint.h>

#define JWS_MAX_LEN (16 * 1024)

struct jws;

/* Verifies token with the keys, under one of the algorithms in the set algs (JWA_*). Errors:
 * ERR_BAD_TOKEN (not three parts), ERR_TOO_LONG, ERR_BAD_BASE64, ERR_BAD_JSON, ERR_BAD_HEADER
 * (crit, b64, zip, enc, jwk, jku, x5u, x5c, odd kid or typ: RFC 7515 4.1, 7797), ERR_BAD_ALG (not
 * in algs, or not the key's own), ERR_UNKNOWN_KEY (no such kid, or no key fits: fetch the keys
 * anew), ERR_BAD_SIGNATURE, ERR_NOMEM, ERR_INTERNAL. A kid selects exactly; without one each
 * fitting key is tried, at most JWKS_MAX_KEYS. The caller frees with jws_free. */
enum err jws_verify(
    const struct jwks *keys, unsigned algs, const char *token, size_t len, struct jws **ret);
/* NULL is fine. */
void jws_free(struct jws *j);

/* The verified payload, borrowed, with a NUL beside it. */
const char *jws_payload(const struct jws *j, size_t *ret_len);
/* The typ header, or NULL when there is none. */
const char *jws_typ(const struct jws *j);
/* The algorithm that verified. */
enum jwa jws_alg(const struct jws *j);
/* SHA-256 of the signing input: the same for every encoding of one statement, so that a used token
 * is known again even when its (malleable) signature was changed. SHA256_LEN bytes, borrowed. */
const uint8_t *jws_hash(const struct jws *j);

/* Copies the kid of a token that is *not* verified, only to say which key to fetch; "" when it
 * names none. Errors as jws_verify's for the header. dst must have KID_MAX_LEN + 1 bytes. */
enum err jws_peek_kid(const char *token, size_t len, char *dst);

static inline void jws_freep(struct jws **j)
{
	jws_free(*j);
}

#define AUTO_JWS CLEANUP(jws_freep)

#endif
