/* SPDX-License-Identifier: MIT */
/* What an answer must look like to be taken at all; pure, so that it is tested without a network.
 */
#ifndef ENCVOY_ONLINE_HTTP_RULES_H
#define ENCVOY_ONLINE_HTTP_RULES_H

#include "common/err.h"
#include "common/str.h"

#include <stdbool.h>

/* Whether a header line has this name; *ret_value gets its value, trimmed. */
bool http_header_is(struct slice line, const char *name, struct slice *ret_value);
/* Why a header line cannot be accepted (a compressed body, an unknown transfer encoding), or NULL.
 */
const char *http_header_refusal(struct slice line);
/* Whether the answer says where it ends (Content-Length or chunks), after one more line: one that
 * ends with the connection cannot be told from one that somebody cut. */
bool http_header_delimits(struct slice line, bool before);
#define HTTP_ETAG_MAX 256
/* Keeps the entity tag of an answer, after one more line, for If-None-Match: "" when there is none,
 * or one that is too long or not of its form (RFC 9110, 8.8.3). */
void http_header_etag(struct slice line, char etag[HTTP_ETAG_MAX]);
/* application/json, or a type of its family such as a key set's; NULL is neither. */
bool http_type_is_json(const char *type);
/* ERR_OK for 2xx and 4xx, ERR_PROVIDER_UNREACHABLE for 429 and for what a proxy says when the
 * provider is away, ERR_PROVIDER_ERROR for everything else, redirects among them. */
enum err http_status_check(long status);

#endif
