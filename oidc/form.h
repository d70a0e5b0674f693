/* SPDX-License-Identifier: MIT */
/* application/x-www-form-urlencoded: request bodies and query strings. */
#ifndef ENCVOY_OIDC_FORM_H
#define ENCVOY_OIDC_FORM_H

#include "common/buf.h"
#include "common/err.h"
#include "common/str.h"

/* Appends text with everything but RFC 3986's unreserved characters as %XX. */
void form_escape(struct buf *out, struct slice text);
/* Appends key=value, preceded by '&' unless the buffer is empty or ends in '?' or '&'. */
void form_put(struct buf *out, const char *key, const char *value);
void form_put_number(struct buf *out, const char *key, uint64_t value);
/* Appends the unescaped value of the one parameter called key ('+' is a blank). ERR_NOT_FOUND;
 * ERR_SYNTAX when it occurs twice, holds a bad %XX, or a control character (NUL included);
 * the buffer's own error. */
enum err form_get(struct slice query, const char *key, struct buf *ret);

#endif
