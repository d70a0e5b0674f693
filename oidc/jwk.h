/* SPDX-License-Identifier: MIT */
/* A provider's published keys (RFC 7517, 7518 section 6, 8037), reduced to those that can verify a
 * signature: RSA of 2048 to 8192 bits with an odd exponent above 1, EC P-256, P-384 and P-521 with
 * the point on the curve, Ed25519. A key that is of another kind, malformed, or by use, key_ops or
 * alg not meant for signatures is left out; symmetric keys are never taken. */
#ifndef ENCVOY_OIDC_JWK_H
#define ENCVOY_OIDC_JWK_H

#include "common/cleanup.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

#define JWKS_MAX_KEYS 32
#define JWKS_MAX_LEN (256 * 1024)
#define KID_MAX_LEN 255

struct jwks;

/* Parses {"keys":[...]} (RFC 7517, 5). ERR_BAD_JSON, ERR_TOO_LONG (document or number of keys),
 * ERR_BAD_KEY when no key is usable, ERR_NOMEM. The caller frees with jwks_free. */
enum err jwks_parse(const void *bytes, size_t len, struct jwks **ret);
/* The same for a document that is either a set or one bare JWK, as key files are. */
enum err jwks_parse_any(const void *bytes, size_t len, struct jwks **ret);
/* An empty set, and one more Ed25519 key for it from a PEM text that holds exactly one public key
 * (SubjectPublicKeyInfo, RFC 8410). ERR_BAD_KEY for anything else, ERR_TOO_LONG (number of keys),
 * ERR_NOMEM. */
enum err jwks_new(struct jwks **ret);
enum err jwks_add_ed25519_pem(struct jwks *keys, const void *pem, size_t len);
/* NULL is fine. */
void jwks_free(struct jwks *keys);

/* Usable keys; at least one in a parsed set. */
size_t jwks_count(const struct jwks *keys);
/* Whether a usable key has exactly this id. */
bool jwks_has_kid(const struct jwks *keys, const char *kid);

static inline void jwks_freep(struct jwks **keys)
{
	jwks_free(*keys);
}

#define AUTO_JWKS CLEANUP(jwks_freep)

#endif
