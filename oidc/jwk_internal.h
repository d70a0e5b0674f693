/* SPDX-License-Identifier: MIT */
/* One usable key; private to oidc/jwk*.c and oidc/jws*.c. */
#ifndef ENCVOY_OIDC_JWK_INTERNAL_H
#define ENCVOY_OIDC_JWK_INTERNAL_H

#include "oidc/crypto.h"
#include "oidc/json.h"
#include "oidc/jwa.h"
#include "oidc/jwk.h"

struct jwk {
	EVP_PKEY *pkey;
	BIGNUM *order;              /* of an EC key's curve: asking the key each time is slow */
	char *kid;                  /* NULL when it has none */
	const char *kty;            /* static, as struct jwa_info has them */
	const char *crv;            /* static */
	const struct jwa_info *alg; /* the only one it may be used with; NULL: any that fits */
};

struct jwks {
	size_t n;
	struct jwk key[JWKS_MAX_KEYS];
};

/* The key's material as kty and crv demand. ERR_BAD_KEY, ERR_NOMEM; the pointers in *ret_kty and
 * *ret_crv are static. */
enum err jwk_load(const struct json *j, EVP_PKEY **ret, const char **ret_kty, const char **ret_crv);
/* Whether the algorithm is of the key's type and curve, and the key's own if it names one. */
bool jwk_fits(const struct jwk *key, const struct jwa_info *alg);

#endif
