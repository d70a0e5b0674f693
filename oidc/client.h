/* SPDX-License-Identifier: MIT */
/* Who we are at the provider: a public client (RFC 6749, 2.1), or a confidential one that
 * authenticates by client_secret_basic (2.3.1). */
#ifndef ENCVOY_OIDC_CLIENT_H
#define ENCVOY_OIDC_CLIENT_H

#include "common/buf.h"
#include "common/err.h"
#include "common/secret.h"

struct client {
	const char *id;
	const struct secret *secret; /* NULL: a public client */
};

/* For a confidential client the value of the Authorization header ("Basic ..."), for a public one
 * NULL. The caller frees *ret. ERR_NOMEM, ERR_TOO_LONG. */
enum err client_authorization(const struct client *c, struct secret **ret);
/* Adds client_id to a request body when the client is public; else the header names it. */
void client_put(struct buf *body, const struct client *c);

#endif
