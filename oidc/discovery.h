/* SPDX-License-Identifier: MIT */
/* The provider's discovery document (OpenID Connect Discovery 1.0, 3 and 4.3; RFC 8414, 9126, 8628,
 * 9207), believed only for its own issuer and as far as its endpoints are the issuer's (SEC-27): a
 * badly set up proxy lets whoever asks first put foreign hosts there. */
#ifndef ENCVOY_OIDC_DISCOVERY_H
#define ENCVOY_OIDC_DISCOVERY_H

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>

#define DISCOVERY_MAX_LEN (256 * 1024)

enum endpoint {
	ENDPOINT_AUTHORIZATION,
	ENDPOINT_TOKEN,
	ENDPOINT_INTROSPECTION,
	ENDPOINT_USERINFO,
	ENDPOINT_JWKS,
	ENDPOINT_PAR,
	ENDPOINT_DEVICE,
	ENDPOINT_COUNT,
};

enum auth_method {
	AUTH_BASIC = 1,
	AUTH_POST = 2,
	AUTH_NONE = 4,
};

struct discovery_rules {
	const char *issuer;          /* as configured: https, no query or fragment */
	const char *allowed_origins; /* further origins, blank or comma separated, or NULL */
	const char *endpoint[ENDPOINT_COUNT]; /* what the administrator sets instead, or NULL */
};

struct provider;

/* Appends the address of the document: issuer + "/.well-known/openid-configuration". */
void discovery_address(struct buf *out, const char *issuer);

/* Parses and checks a document. An administrator's endpoint replaces the document's and need only
 * be https. ERR_CONFIG (rules not usable), ERR_TOO_LONG, ERR_BAD_JSON, ERR_WRONG_ISSUER,
 * ERR_FOREIGN_ENDPOINT, ERR_PROVIDER_ERROR (no token endpoint or jwks_uri, or a member of the wrong
 * type), ERR_NOMEM. The caller frees with provider_free. */
enum err provider_parse(
    const void *bytes, size_t len, const struct discovery_rules *rules, struct provider **ret);
/* NULL is fine. */
void provider_free(struct provider *p);

/* Borrowed. NULL when the provider does not offer it; the token endpoint and the keys are always
 * there. */
const char *provider_endpoint(const struct provider *p, enum endpoint which);
const char *provider_issuer(const struct provider *p);
/* Set of AUTH_*; AUTH_BASIC when the document does not say (Discovery 3). */
unsigned provider_auth_methods(const struct provider *p);
/* Whether code_challenge_methods_supported lists S256 (RFC 8414, 2). */
bool provider_lists_s256(const struct provider *p);
/* Whether authorization responses always carry iss, which is then required (RFC 9207, 2.4). */
bool provider_sends_iss(const struct provider *p);
/* Set of JWA_* that the document lists for ID tokens; for diagnosis, never a permission. */
unsigned provider_algs(const struct provider *p);

static inline void provider_freep(struct provider **p)
{
	provider_free(*p);
}

#define AUTO_PROVIDER CLEANUP(provider_freep)

#endif
