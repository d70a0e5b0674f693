/* SPDX-License-Identifier: MIT */
/* The other side for oidc/'s tests: makes keys, publishes them as JWK and signs tokens, right ones
 * and wrong ones. Everything aborts the test when libcrypto fails; strings are the caller's. */
#ifndef ENCVOY_TESTS_UNIT_OIDC_SIGN_H
#define ENCVOY_TESTS_UNIT_OIDC_SIGN_H

#include "oidc/jwk.h"

#include <openssl/evp.h>

#include <stdbool.h>
#include <stddef.h>

struct signer {
	EVP_PKEY *pkey;
	const char *alg; /* what sign_raw does: RS256 ... EdDSA */
	const char *kid; /* NULL: none in JWK and header */
};

/* A fresh key for an algorithm; RSA keys have 2048 bits. */
struct signer signer_new(const char *alg, const char *kid);
void signer_free(struct signer *s);

char *format(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *to_b64(const void *bytes, size_t len);

/* {"kty":...,extra} with extra as "\"use\":\"sig\"" or "". */
char *signer_jwk(const struct signer *s, const char *extra);
/* The key alone as a parsed set. */
struct jwks *signer_keys(const struct signer *s);
/* A set of several JWK texts. */
struct jwks *keys_of(const char *const *jwks, size_t n);

/* The signature over text in the form that JWS wants, base64url. */
char *sign_raw(const struct signer *s, const char *text);
/* A compact JWS from a header and a payload, both JSON texts. */
char *sign_token(const struct signer *s, const char *header, const char *payload);
/* The same with the header that belongs to the key. */
char *sign_plain(const struct signer *s, const char *payload);
/* HMAC-SHA256 with any bytes as the key, as an attacker would who has only the public key. */
char *sign_hmac(const void *key, size_t len, const char *header, const char *payload);

#endif
