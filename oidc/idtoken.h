/* SPDX-License-Identifier: MIT */
/* ID tokens: OpenID Connect Core 3.1.3.7 with the rules of RFC 8725. A struct claims exists only
 * for a token that passed every check; there is no other way to read a claim. */
#ifndef ENCVOY_OIDC_IDTOKEN_H
#define ENCVOY_OIDC_IDTOKEN_H

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "oidc/jwk.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define IDTOKEN_LEEWAY 60 /* seconds that clocks may differ */

struct idtoken_expect {
	const char *issuer;       /* equal byte for byte */
	const char *client_id;    /* the one audience; azp too, when there is one */
	const char *nonce;        /* equal; NULL: any or none, see claims_nonce */
	const char *access_token; /* at_hash, when there is one, must fit; NULL: not looked at */
	bool at_hash_required;
	uint64_t auth_max_age; /* seconds; 0: not asked, else auth_time is required and checked */
	uint64_t max_iat_age;  /* seconds since iat, without leeway; 0: any */
	uint64_t now;          /* seconds since 1970 */
	unsigned algs;         /* set of JWA_* */
};

struct claims;

/* Verifies signature and claims; typ must be absent or "JWT". Errors, beside jws_verify's:
 * ERR_CUT_OFF (64 KiB, or not valid and as long as some program's buffer: see looks_cut_off),
 * ERR_BAD_HEADER (typ), ERR_BAD_CLAIM (absent or of the wrong type), ERR_BAD_SUB, ERR_WRONG_ISSUER,
 * ERR_WRONG_AUDIENCE (aud or azp), ERR_EXPIRED, ERR_NOT_YET_VALID (iat, nbf or auth_time ahead),
 * ERR_TOKEN_TOO_OLD (max_iat_age), ERR_AUTH_TOO_OLD, ERR_WRONG_NONCE, ERR_BAD_AT_HASH.
 * The caller frees with claims_free. */
enum err idtoken_verify(const struct jwks *keys, const struct idtoken_expect *expect,
    const char *token, size_t len, struct claims **ret);
/* NULL is fine. */
void claims_free(struct claims *c);

/* Borrowed. The nonce is NULL when the token has none. */
const char *claims_issuer(const struct claims *c);
const char *claims_sub(const struct claims *c);
const char *claims_nonce(const struct claims *c);
/* Seconds since 1970; auth_time is 0 when the token has none. */
uint64_t claims_iat(const struct claims *c);
uint64_t claims_exp(const struct claims *c);
uint64_t claims_auth_time(const struct claims *c);
/* Another claim for display only (free text of the user: make it printable, decide nothing by
 * it). NULL when it is absent, no string or longer than 1024 bytes. */
const char *claims_str(const struct claims *c, const char *name);
/* SHA-256 of the signing input, for the store of used tokens; SHA256_LEN bytes, borrowed. */
const uint8_t *claims_hash(const struct claims *c);
/* Appends all claims as the provider wrote them, in ASCII that is safe on a terminal. */
enum err claims_write(const struct claims *c, struct buf *out);

/* True for the lengths at which known programs cut a long answer (511, 512, 1022, 1023, 1024, 4094,
 * 4095 bytes), and for 64 KiB and more (SEC-11). */
bool looks_cut_off(size_t len);

static inline void claims_freep(struct claims **c)
{
	claims_free(*c);
}

#define AUTO_CLAIMS CLEANUP(claims_freep)

#endif
