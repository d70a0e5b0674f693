/* SPDX-License-Identifier: MIT */
/* What the keys child remembers of the provider, and when it asks again: discovery and keys are
 * fresh for an hour, an unknown key id makes it ask at most once in 30 seconds however many tokens
 * name one, and while the provider is away old documents serve for a day (SEC-30). Neither network
 * nor clock: times are milliseconds of a clock that does not jump. */
#ifndef ENCVOY_ONLINE_KEYS_CACHE_H
#define ENCVOY_ONLINE_KEYS_CACHE_H

#include "common/buf.h"
#include "common/proto.h"
#include "oidc/discovery.h"
#include "oidc/jwk.h"

#include <stdbool.h>
#include <stdint.h>

#define KEYS_FRESH_MS (3600LL * 1000)
#define KEYS_STALE_MS (24 * 3600LL * 1000)
#define KEYS_GAP_MS (30LL * 1000)      /* between two requests for one document */
#define KEYS_FIRST_GAP_MS (2LL * 1000) /* the same while there is nothing to serve */

struct keys_document {
	char *bytes; /* NULL: none yet */
	size_t len;
	int64_t fetched;
	int64_t tried;
	bool was_tried;
	bool running;     /* the last try has not ended yet */
	enum err failure; /* of the last try that ended */
};

struct keys_cache {
	struct discovery_rules rules; /* borrowed texts */
	struct keys_document discovery;
	struct keys_document keys;
	struct provider *provider; /* parsed discovery */
	struct jwks *jwks;         /* parsed keys */
};

void keys_cache_init(struct keys_cache *c, const struct discovery_rules *rules);
void keys_cache_free(struct keys_cache *c);

enum keys_verdict {
	KEYS_SERVE,  /* keys_cache_document is the answer */
	KEYS_REFUSE, /* the error is the answer */
	KEYS_FETCH,  /* fetch what *ret_fetch says, then ask again */
	KEYS_WAIT,   /* ask again when the running request has ended */
};
enum keys_verdict keys_cache_decide(const struct keys_cache *c, enum keys_what what,
    const char *kid, int64_t now, enum keys_what *ret_fetch, enum err *ret_error);

/* Appends the address of a document; for the keys only while discovery is at hand. */
void keys_cache_address(const struct keys_cache *c, enum keys_what what, struct buf *ret);
/* A request starts. */
void keys_cache_trying(struct keys_cache *c, enum keys_what what, int64_t now);
/* It ended: with a document, which is checked and then taken or (the error says why) not; or
 * without one. What was there before stays on failure. */
enum err keys_cache_store(
    struct keys_cache *c, enum keys_what what, const void *bytes, size_t len, int64_t now);
void keys_cache_failed(struct keys_cache *c, enum keys_what what, enum err why);

const struct keys_document *keys_cache_document(const struct keys_cache *c, enum keys_what what);

#endif
