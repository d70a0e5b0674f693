/* SPDX-License-Identifier: MIT */
/* https addresses, as strictly as we need them: plain ASCII, no user part, no fragment. Everything
 * that is compared or requested goes through here (SEC-27). */
#ifndef ENCVOY_OIDC_URL_H
#define ENCVOY_OIDC_URL_H

#include "common/str.h"

#include <stdbool.h>
#include <stdint.h>

#define URL_MAX_LEN 2048

/* The parts of an https address, borrowed from its text. */
struct url {
	struct slice host; /* as written, without brackets removed */
	uint16_t port;     /* 443 when not written */
	struct slice path; /* path and query; may be empty */
};

/* False unless text is https://HOST[:PORT][/PATH][?QUERY] of at most URL_MAX_LEN bytes, HOST being
 * a DNS name, an IPv4 address or an IPv6 address in brackets. *ret is written only on success. */
bool url_parse(struct slice text, struct url *ret);
bool url_is_https(const char *text);
/* Same scheme (https), host (ASCII case ignored) and port. False when either is no https address.
 */
bool url_same_origin(const char *a, const char *b);
/* True when the origin of text is in a list of origins separated by blanks or commas. */
bool url_origin_listed(const char *text, const char *origins);

#endif
