/* SPDX-License-Identifier: MIT */
/* base64url without padding (RFC 7515, 2 and appendix C), in its one canonical form: every byte
 * string has exactly one encoding, and only that one is decoded. */
#ifndef ENCVOY_OIDC_B64URL_H
#define ENCVOY_OIDC_B64URL_H

#include "common/buf.h"
#include "common/err.h"

#include <stddef.h>

/* Characters that len bytes take, without terminator. */
#define B64URL_LEN(len) (((len)*4 + 2) / 3)

/* Appends the decoded bytes. ERR_BAD_BASE64 for padding, blanks, '+', '/', non-zero spare bits or
 * an impossible length (nothing is appended then), or the buffer's own error. */
enum err b64url_decode(struct buf *out, const char *text, size_t len);
/* Appends the encoding; a failure sticks in the buffer. */
void b64url_encode(struct buf *out, const void *bytes, size_t len);

#endif
