/* SPDX-License-Identifier: MIT */
/* Members that the provider's JSON answers have in common; private to oidc/. */
#ifndef ENCVOY_OIDC_REPLY_H
#define ENCVOY_OIDC_REPLY_H

#include "common/secret.h"
#include "oidc/json.h"

/* An answer of at most REPLY_MAX_LEN bytes as an object. ERR_PROVIDER_ERROR, ERR_TOO_LONG,
 * ERR_NOMEM. The caller frees *ret. */
enum err reply_parse(const void *bytes, size_t len, struct json **ret);
/* An optional token or code: 1 to max visible ASCII characters (RFC 6749, appendix A), so that it
 * can stand in a header. *ret, the caller's to free, stays as it is when the member is absent.
 * ERR_PROVIDER_ERROR, ERR_NOMEM. */
enum err reply_secret(const struct json *j, const char *name, size_t max, struct secret **ret);
/* An optional lifetime in whole seconds, at most ten years. ERR_PROVIDER_ERROR. */
enum err reply_seconds(const struct json *j, const char *name, uint64_t *ret);
/* True for 1 or more visible ASCII characters and nothing else. */
bool reply_visible(const char *text);

#endif
