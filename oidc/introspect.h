/* SPDX-License-Identifier: MIT */
/* Access tokens that somebody hands us: introspection (RFC 7662) says whose and for which client,
 * then userinfo (OIDC Core 5.3) must name the same person. Userinfo alone proves nothing (it
 * answers for any client's token), so it can only be read beside an introspection (SEC-02). */
#ifndef ENCVOY_OIDC_INTROSPECT_H
#define ENCVOY_OIDC_INTROSPECT_H

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "common/secret.h"
#include "oidc/client.h"

#include <stddef.h>
#include <stdint.h>

struct introspect_expect {
	const char *issuer;
	const char *client_id;
	uint64_t now; /* seconds since 1970 */
};

struct introspection;
struct userinfo;

/* Appends the request (RFC 7662, 2.1). */
void introspect_body(const struct client *client, const struct secret *token, struct buf *out);
/* Parses the answer (2.2). ERR_TOKEN_INACTIVE (active is not true), ERR_TOKEN_KIND (token_type is
 * not Bearer: a refresh token), ERR_WRONG_AUDIENCE (client_id absent or another), ERR_WRONG_ISSUER,
 * ERR_BAD_CLAIM, ERR_BAD_SUB, ERR_EXPIRED, ERR_NOT_YET_VALID, ERR_PROVIDER_ERROR (not such an
 * answer), ERR_NOMEM. The caller frees with introspection_free. */
enum err introspect_parse(const void *bytes, size_t len, const struct introspect_expect *expect,
    struct introspection **ret);
/* NULL is fine. */
void introspection_free(struct introspection *i);
/* Borrowed; seconds since 1970; iat is 0 when not told. */
const char *introspection_sub(const struct introspection *i);
uint64_t introspection_exp(const struct introspection *i);
uint64_t introspection_iat(const struct introspection *i);

/* Parses a userinfo answer for the same access token (OIDC Core 5.3.2). ERR_SUB_MISMATCH when its
 * sub is not the introspection's, ERR_BAD_CLAIM without one, ERR_PROVIDER_ERROR, ERR_NOMEM. The
 * caller frees with userinfo_free. */
enum err userinfo_parse(
    const void *bytes, size_t len, const struct introspection *i, struct userinfo **ret);
/* NULL is fine. */
void userinfo_free(struct userinfo *u);
/* The subject that both answers name, borrowed. */
const char *userinfo_sub(const struct userinfo *u);
/* A claim for display only, as claims_str. */
const char *userinfo_str(const struct userinfo *u, const char *name);

static inline void introspection_freep(struct introspection **i)
{
	introspection_free(*i);
}

static inline void userinfo_freep(struct userinfo **u)
{
	userinfo_free(*u);
}

#define AUTO_INTROSPECTION CLEANUP(introspection_freep)
#define AUTO_USERINFO CLEANUP(userinfo_freep)

#endif
