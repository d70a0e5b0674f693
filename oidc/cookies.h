/* SPDX-License-Identifier: MIT */
/* The cookies of one sign-in at one origin (RFC 6265), as far as the sign-in pages need them: kept
 * by name and path, dropped when set empty; domain and lifetime do not matter for the few seconds
 * that they live. Values are secrets. */
#ifndef ENCVOY_OIDC_COOKIES_H
#define ENCVOY_OIDC_COOKIES_H

#include "common/buf.h"
#include "common/cleanup.h"
#include "common/err.h"
#include "common/str.h"

#define COOKIES_MAX 32
#define COOKIE_MAX_LEN 4096

struct cookie {
	char *pair; /* name=value */
	char *path;
};

struct cookies {
	struct cookie v[COOKIES_MAX];
	size_t n;
};

/* Takes the value of a Set-Cookie header; one that is malformed or too long is ignored, as browsers
 * do. ERR_TOO_LONG when there are too many, ERR_NOMEM. */
enum err cookies_take(struct cookies *c, struct slice header);
/* Appends the value of a Cookie header for a request of this path; nothing when none belongs. */
void cookies_put(const struct cookies *c, struct slice path, struct buf *out);
/* Wipes and frees; a zeroed struct is fine. */
void cookies_free(struct cookies *c);

#define AUTO_COOKIES CLEANUP(cookies_free)

#endif
