/* SPDX-License-Identifier: MIT */
/* What the token endpoint answers: tokens (RFC 6749, 5.1; OIDC Core 3.1.3.3) or an error (5.2;
 * RFC 8628, 3.5). The requests are in authcode.h and device.h. */
#ifndef ENCVOY_OIDC_TOKEN_H
#define ENCVOY_OIDC_TOKEN_H

#include "common/err.h"
#include "common/secret.h"

#include <stddef.h>
#include <stdint.h>

#define REPLY_MAX_LEN (256 * 1024)

/* All owned; NULL where the provider sent none. */
struct token_reply {
	struct secret *access_token; /* always there */
	struct secret *id_token;     /* not verified: idtoken_verify */
	struct secret *refresh_token;
	char *scope;
	uint64_t expires_in; /* seconds, 0: not told */
};

/* Parses a successful answer. ERR_PROVIDER_ERROR unless it is an object with access_token and the
 * token_type Bearer (in any case of letters); ERR_TOO_LONG, ERR_NOMEM. The caller frees with
 * token_reply_free. */
enum err token_reply_parse(const void *bytes, size_t len, struct token_reply *ret);
/* Wipes and frees the members; a zeroed struct is fine. */
void token_reply_free(struct token_reply *r);

enum oauth_error {
	OAUTH_OTHER, /* anything else, or no error answer at all */
	OAUTH_INVALID_REQUEST,
	OAUTH_INVALID_CLIENT,
	OAUTH_INVALID_GRANT,
	OAUTH_UNAUTHORIZED_CLIENT,
	OAUTH_UNSUPPORTED_GRANT_TYPE,
	OAUTH_INVALID_SCOPE,
	OAUTH_INVALID_TOKEN,
	OAUTH_ACCESS_DENIED,
	OAUTH_AUTHORIZATION_PENDING,
	OAUTH_SLOW_DOWN,
	OAUTH_EXPIRED_TOKEN,
};

/* The error member of an answer, or a word of its own such as error=... in an address. */
enum oauth_error oauth_error_parse(const void *bytes, size_t len);
enum oauth_error oauth_error_word(const char *word);
/* What it means for a login: ERR_BAD_CLIENT, ERR_BAD_CODE (invalid_grant), ERR_ACCESS_DENIED,
 * ERR_CODE_EXPIRED, ERR_TOKEN_INACTIVE (invalid_token) or ERR_PROVIDER_ERROR; never ERR_OK. */
enum err oauth_error_err(enum oauth_error e);

#define AUTO_TOKEN_REPLY CLEANUP(token_reply_free)

#endif
