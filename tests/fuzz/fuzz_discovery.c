/* SPDX-License-Identifier: MIT */
#include "oidc/discovery.h"
#include "oidc/url.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define ISSUER "https://id.example"
#define OTHER "https://api.example:8443"

static void check(const struct provider *p)
{
	MUST(strcmp(provider_issuer(p), ISSUER) == 0);
	MUST(provider_endpoint(p, ENDPOINT_TOKEN) && provider_endpoint(p, ENDPOINT_JWKS));
	for (unsigned i = 0; i < ENDPOINT_COUNT; i++) {
		const char *address = provider_endpoint(p, (enum endpoint)i);

		MUST(!address || url_same_origin(address, ISSUER) ||
		     url_same_origin(address, OTHER));
	}
	(void)provider_auth_methods(p);
	(void)provider_algs(p);
	(void)provider_lists_s256(p);
	(void)provider_sends_iss(p);
}

/* What url_parse accepts begins with its parts, in order. */
static void as_address(struct slice text)
{
	struct url url;

	if (!url_parse(text, &url))
		return;
	MUST(url.port > 0 && url.host.len > 0);
	MUST(memcmp(text.p, "https://", 8) == 0 && url.host.p == text.p + 8);
	MUST(url.path.p + url.path.len == text.p + text.len);
	MUST(!memchr(text.p, '@', (size_t)(url.path.p - text.p)));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct discovery_rules rules = {.issuer = ISSUER, .allowed_origins = OTHER};
	AUTO_PROVIDER struct provider *p = NULL;

	if (size == 0)
		return 0;
	as_address((struct slice){(const char *)data, size});
	if (provider_parse(data, size, &rules, &p) == ERR_OK)
		check(p);
	return 0;
}
