/* SPDX-License-Identifier: MIT */
/* The network and the provider's documents as arguments, so that the flows are tested without
 * either, and used by encvoyctl with other sources. */
#ifndef ENCVOY_ONLINE_NETWORK_H
#define ENCVOY_ONLINE_NETWORK_H

#include "common/buf.h"
#include "common/err.h"
#include "common/proto.h"
#include "encvoyd/online/http.h"

#include <stdint.h>

struct network {
	/* As http_perform, http_rest and http_detail. */
	enum err (*perform)(void *arg, const struct http_request *r, struct http_answer *ret);
	void (*rest)(void *arg);
	const char *(*detail)(void *arg);
	void *arg;
};

/* Over a struct http, which stays the caller's. */
struct network network_over_http(struct http *h);

/* Where the discovery document and the keys come from. get appends the document to ret; kid: the
 * key that is missing, or "". */
struct source {
	enum err (*get)(
	    void *arg, enum keys_what what, const char *kid, int64_t deadline, struct buf *ret);
	void *arg;
};

#endif
