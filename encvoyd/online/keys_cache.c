/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/keys_cache.h"

#include "common/cleanup.h"

#include <stdlib.h>
#include <string.h>

/* What fits a KEYS message beside its head. */
#define DOCUMENT_MAX (PROTO_MAX - 64)

void keys_cache_init(struct keys_cache *c, const struct discovery_rules *rules)
{
	*c = (struct keys_cache){.rules = *rules};
}

void keys_cache_free(struct keys_cache *c)
{
	free(c->discovery.bytes);
	free(c->keys.bytes);
	provider_free(c->provider);
	jwks_free(c->jwks);
	*c = (struct keys_cache){0};
}

const struct keys_document *keys_cache_document(const struct keys_cache *c, enum keys_what what)
{
	return what == KEYS_DISCOVERY ? &c->discovery : &c->keys;
}

static struct keys_document *document(struct keys_cache *c, enum keys_what what)
{
	return what == KEYS_DISCOVERY ? &c->discovery : &c->keys;
}

static bool usable(const struct keys_document *d, int64_t now)
{
	return d->bytes && now - d->fetched < KEYS_STALE_MS;
}

static bool tried_lately(const struct keys_document *d, int64_t now)
{
	return d->was_tried && now - d->tried < (usable(d, now) ? KEYS_GAP_MS : KEYS_FIRST_GAP_MS);
}

static bool lacks(const struct keys_cache *c, enum keys_what what, const char *kid)
{
	return what == KEYS_JWKS && *kid && c->jwks && !jwks_has_kid(c->jwks, kid);
}

/* Makes do with what there is. */
static enum keys_verdict settle(
    const struct keys_document *d, enum err why, int64_t now, enum err *ret_error)
{
	if (usable(d, now))
		return KEYS_SERVE;
	*ret_error = why;
	return KEYS_REFUSE;
}

enum keys_verdict keys_cache_decide(const struct keys_cache *c, enum keys_what what,
    const char *kid, int64_t now, enum keys_what *ret_fetch, enum err *ret_error)
{
	const struct keys_document *d = keys_cache_document(c, what);

	if (d->bytes && now - d->fetched < KEYS_FRESH_MS && !lacks(c, what, kid))
		return KEYS_SERVE;
	if (d->running)
		return KEYS_WAIT;
	if (tried_lately(d, now))
		return settle(d, d->failure, now, ret_error);
	if (what == KEYS_JWKS) {
		/* where the keys are, discovery says */
		enum err why = ERR_INTERNAL;
		enum keys_verdict v =
		    keys_cache_decide(c, KEYS_DISCOVERY, "", now, ret_fetch, &why);

		if (v == KEYS_FETCH || v == KEYS_WAIT)
			return v;
		if (v == KEYS_REFUSE)
			return settle(d, why, now, ret_error);
	}
	*ret_fetch = what;
	return KEYS_FETCH;
}

void keys_cache_address(const struct keys_cache *c, enum keys_what what, struct buf *ret)
{
	if (what == KEYS_DISCOVERY)
		discovery_address(ret, c->rules.issuer);
	else if (c->provider)
		buf_text(ret, provider_endpoint(c->provider, ENDPOINT_JWKS));
}

void keys_cache_trying(struct keys_cache *c, enum keys_what what, int64_t now)
{
	struct keys_document *d = document(c, what);

	d->was_tried = d->running = true;
	d->tried = now;
}

void keys_cache_failed(struct keys_cache *c, enum keys_what what, enum err why)
{
	document(c, what)->failure = why;
	document(c, what)->running = false;
}

static enum err take_parsed(
    struct keys_cache *c, enum keys_what what, const void *bytes, size_t len)
{
	AUTO_PROVIDER struct provider *provider = NULL;
	AUTO_JWKS struct jwks *jwks = NULL;
	enum err e;

	if (what == KEYS_DISCOVERY) {
		e = provider_parse(bytes, len, &c->rules, &provider);
		if (e != ERR_OK)
			return e;
		provider_free(c->provider);
		c->provider = TAKE_PTR(provider);
		return ERR_OK;
	}
	e = jwks_parse(bytes, len, &jwks);
	if (e != ERR_OK)
		return e;
	jwks_free(c->jwks);
	c->jwks = TAKE_PTR(jwks);
	return ERR_OK;
}

enum err keys_cache_store(
    struct keys_cache *c, enum keys_what what, const void *bytes, size_t len, int64_t now)
{
	struct keys_document *d = document(c, what);
	AUTO_FREE char *copy = NULL;
	enum err e = len && len <= DOCUMENT_MAX ? ERR_OK : ERR_TOO_LONG;

	if (e == ERR_OK) {
		copy = malloc(len);
		e = copy ? take_parsed(c, what, bytes, len) : ERR_NOMEM;
	}
	d->failure = e;
	d->running = false;
	if (e != ERR_OK)
		return e;
	memcpy(copy, bytes, len);
	free(d->bytes);
	d->bytes = TAKE_PTR(copy);
	d->len = len;
	d->fetched = now;
	return ERR_OK;
}
