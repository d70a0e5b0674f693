/* SPDX-License-Identifier: MIT */
/* One sign-in by authorization code (RFC 6749, 4.1) with PKCE S256 (RFC 7636), state, nonce and iss
 * (RFC 9207), optionally by a pushed request (RFC 9126). The person pastes back what the browser
 * ended on. max_age=0 and prompt=login make Encvoy ID's page return to itself for ever: neither
 * can be asked for here. */
#ifndef ENCVOY_OIDC_AUTHCODE_H
#define ENCVOY_OIDC_AUTHCODE_H

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "common/secret.h"
#include "oidc/client.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define AUTHCODE_RANDOM_LEN 96 /* 32 bytes each for verifier, state and nonce */
#define AUTHCODE_MIN_MAX_AGE 60

struct authcode_request {
	const char *client_id;
	const char *redirect_uri;
	const char *scope;  /* must hold the word openid */
	bool consent;       /* prompt=consent, which goes with offline_access */
	const char *nonce;  /* NULL: made from the random bytes; else such as hostnonce_make's */
	const char *issuer; /* what iss in the answer must be */
	bool iss_required;  /* the provider announced that it sends iss */
	uint64_t max_age;   /* seconds since the sign-in; 0: not asked, else at least 60 */
};

struct authcode;

/* Copies the request and derives verifier, state and nonce. The random bytes must be fresh for
 * each attempt; the caller wipes them. ERR_RANGE for max_age below 60, ERR_CONFIG for a scope
 * without openid or an empty field, ERR_NOMEM. The caller frees with authcode_free. */
enum err authcode_new(const struct authcode_request *request,
    const uint8_t random[AUTHCODE_RANDOM_LEN], struct authcode **ret);
/* Wipes and frees; NULL is fine. */
void authcode_free(struct authcode *a);

/* The nonce to expect in the ID token; borrowed. */
const char *authcode_nonce(const struct authcode *a);
/* Appends the whole authorization address (about 400 characters). */
void authcode_address(const struct authcode *a, const char *endpoint, struct buf *out);
/* Appends the same parameters as the body of a pushed request (RFC 9126, 2.1). It names the client
 * already; a confidential one adds its Authorization header. */
void authcode_par_body(const struct authcode *a, struct buf *out);
/* Reads the answer to it (RFC 9126, 2.2). *ret_request_uri is the caller's to free; *ret_expires_in
 * is in seconds. ERR_PROVIDER_ERROR, ERR_NOMEM. */
enum err par_reply_parse(
    const void *bytes, size_t len, char **ret_request_uri, uint64_t *ret_expires_in);
/* Appends the short address that goes with a request_uri. */
void authcode_short_address(
    const struct authcode *a, const char *endpoint, const char *request_uri, struct buf *out);

enum paste_kind {
	PASTE_EMPTY,
	PASTE_CODE,    /* a bare code: carries neither state nor iss; PKCE and nonce bind it */
	PASTE_ADDRESS, /* an address, with or without scheme, or only its query */
	PASTE_TOKEN,   /* three parts with dots: not for authcode_paste */
};

/* What a pasted answer looks like, blanks and quotes around it ignored. Decides nothing. */
enum paste_kind paste_kind(const char *text, size_t len);
/* The same text without what surrounds it; borrowed. */
struct slice paste_trim(const char *text, size_t len);

/* Takes the code out of what the person pasted. ERR_NO_ANSWER (nothing), ERR_CUT_OFF (a length at
 * which programs cut), ERR_BAD_STATE (another sign-in's address, or no state), ERR_WRONG_ISSUER
 * (iss is another, or missing though required), ERR_ACCESS_DENIED or ERR_PROVIDER_ERROR (the
 * address carries an error), ERR_BAD_CODE (none in it, or nothing like a code), ERR_NOMEM. The
 * caller frees *ret_code. */
enum err authcode_paste(
    const struct authcode *a, const char *text, size_t len, struct secret **ret_code);
/* Appends the token request (RFC 6749, 4.1.3; RFC 7636, 4.5). */
void authcode_token_body(const struct authcode *a, const struct client *client,
    const struct secret *code, struct buf *out);

static inline void authcode_freep(struct authcode **a)
{
	authcode_free(*a);
}

#define AUTO_AUTHCODE CLEANUP(authcode_freep)

#endif
