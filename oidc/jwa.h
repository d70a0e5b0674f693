/* SPDX-License-Identifier: MIT */
/* The signature algorithms that can be allowed (RFC 7518 section 3, RFC 8037), one bit each. There
 * is no "none" and no HMAC: what has no value here cannot be asked for. */
#ifndef ENCVOY_OIDC_JWA_H
#define ENCVOY_OIDC_JWA_H

#include "common/err.h"

#include <stddef.h>

enum jwa {
	JWA_RS256 = 1 << 0,
	JWA_RS384 = 1 << 1,
	JWA_RS512 = 1 << 2,
	JWA_PS256 = 1 << 3,
	JWA_PS384 = 1 << 4,
	JWA_PS512 = 1 << 5,
	JWA_ES256 = 1 << 6,
	JWA_ES384 = 1 << 7,
	JWA_ES512 = 1 << 8,
	JWA_EDDSA = 1 << 9, /* with Ed25519 only */
};
#define JWA_ALL 0x3ffU

/* What an algorithm needs: the kty and crv of its key ("" for RSA), its hash, and the bytes of an
 * EC or Ed25519 signature (0 for RSA: those of the modulus). */
struct jwa_info {
	enum jwa alg;
	const char *name;
	const char *kty;
	const char *crv;
	const char *hash;
	size_t sig_len;
};

/* By exact, case-sensitive name or by value; NULL when there is none. Static. */
const struct jwa_info *jwa_by_name(const char *name);
const struct jwa_info *jwa_by_value(enum jwa alg);
/* The algorithms setting, names separated by blanks or commas, as a set of bits. ERR_CONFIG for an
 * unknown name or an empty list. */
enum err jwa_parse_list(const char *names, unsigned *ret);

#endif
