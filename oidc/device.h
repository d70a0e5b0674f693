/* SPDX-License-Identifier: MIT */
/* The device authorization grant (RFC 8628): its messages, and the polling schedule as a state
 * machine without clock or network. */
#ifndef ENCVOY_OIDC_DEVICE_H
#define ENCVOY_OIDC_DEVICE_H

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"
#include "oidc/client.h"
#include "oidc/token.h"

#include <stddef.h>
#include <stdint.h>

#define DEVICE_MAX_LIFE 300 /* seconds, whatever the provider says (SEC-22) */
#define DEVICE_INTERVAL 5   /* seconds, when it does not say (RFC 8628, 3.2) */

/* All owned. */
struct device_grant {
	struct secret *device_code;
	char *user_code;                 /* printable ASCII */
	char *verification_uri;          /* https */
	char *verification_uri_complete; /* https, or NULL */
	uint64_t expires_in;             /* seconds, at most DEVICE_MAX_LIFE */
	uint64_t interval;               /* seconds */
};

/* Appends the device authorization request (3.1). nonce goes with openid scopes; NULL for none.
 * max_age as in authcode.h: 0 for none; the caller keeps it at 60 or more. */
void device_request_body(const struct client *client, const char *scope, const char *nonce,
    uint64_t max_age, struct buf *out);
/* Parses the answer (3.2). ERR_PROVIDER_ERROR, ERR_FOREIGN_ENDPOINT (an address is not https),
 * ERR_TOO_LONG, ERR_NOMEM. The caller frees with device_grant_free. */
enum err device_reply_parse(const void *bytes, size_t len, struct device_grant *ret);
/* Wipes and frees the members; a zeroed struct is fine. */
void device_grant_free(struct device_grant *g);
/* Appends the token request (3.4). */
void device_token_body(
    const struct client *client, const struct device_grant *grant, struct buf *out);

/* The polling schedule (3.5). Times are seconds of any one clock that does not jump. */
struct device_poll {
	uint64_t next;     /* do not ask before */
	uint64_t deadline; /* the device code has expired from here on */
	uint64_t interval;
	unsigned failures; /* in a row */
};

/* Starts the schedule at the moment the grant was received. */
void device_poll_start(struct device_poll *p, const struct device_grant *g, uint64_t now);
/* After an error answer: ERR_OK means wait until p->next and ask again (authorization_pending;
 * slow_down, which adds 5 s for good), anything else is the end (ERR_ACCESS_DENIED,
 * ERR_CODE_EXPIRED, ERR_BAD_CLIENT ...). */
enum err device_poll_error(struct device_poll *p, enum oauth_error e, uint64_t now);
/* After a timeout, a broken connection or a 5xx: waits twice as long each time, up to a minute.
 * ERR_OK, or ERR_CODE_EXPIRED past the deadline. */
enum err device_poll_failure(struct device_poll *p, uint64_t now);

#define AUTO_DEVICE_GRANT CLEANUP(device_grant_free)

#endif
