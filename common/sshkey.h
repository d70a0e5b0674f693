/* SPDX-License-Identifier: MIT */
/* One line of SSH public keys in the form of authorized_keys, from a directory and not believed:
 * what is handed to sshd is written anew from what was understood (SEC-21, SEC-25). */
#ifndef ENCVOY_COMMON_SSHKEY_H
#define ENCVOY_COMMON_SSHKEY_H

#include "common/buf.h"
#include "common/err.h"
#include "common/str.h"

#define SSHKEY_LINE_MAX 8192
#define SSHKEY_COMMENT_MAX 256

/* All borrowed from the line, type apart, which is static. */
struct sshkey {
	const char *type;
	struct slice options; /* of no length when there are none */
	struct slice base64;
	struct slice comment;
};

/* Reads a line without its end. ERR_NOT_FOUND for an empty one or a '#' comment; ERR_TOO_LONG;
 * ERR_SYNTAX (control characters, no known type, quotes that do not end); ERR_BAD_BASE64 (not
 * canonical); ERR_BAD_KEY: the key is not whole, of another type than it says, weak, or an
 * authority's. Certificates are no known type. */
enum err sshkey_parse(struct slice line, struct sshkey *ret);
/* Appends "[OPTIONS ]TYPE BASE64[ COMMENT]" without a line end, the comment printable and cut to
 * SSHKEY_COMMENT_MAX. */
void sshkey_put(struct buf *out, const struct sshkey *key, bool with_options);

#endif
