/* SPDX-License-Identifier: MIT */
#include "oidc/jws.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

/* No key whatsoever makes an unsigned token verify. */
static void refuse_unsigned(const struct jwks *keys)
{
	static const char *const tokens[] = {"eyJhbGciOiJub25lIn0.e30.",
	    "eyJhbGciOiJIUzI1NiJ9.e30.", "eyJhbGciOiJSUzI1NiJ9.e30.AAAA",
	    "eyJhbGciOiJFZERTQSJ9.e30.AAAA"};

	for (size_t i = 0; i < sizeof(tokens) / sizeof(tokens[0]); i++) {
		AUTO_JWS struct jws *j = NULL;

		MUST(jws_verify(keys, JWA_ALL, tokens[i], strlen(tokens[i]), &j) != ERR_OK);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_JWKS struct jwks *set = NULL;
	AUTO_JWKS struct jwks *any = NULL;
	enum err e = jwks_parse(data, size, &set);

	if (e == ERR_OK)
		MUST(jwks_parse_any(data, size, &any) == ERR_OK);
	else
		(void)jwks_parse_any(data, size, &any);
	if (!any)
		return 0;
	MUST(jwks_count(any) > 0 && jwks_count(any) <= JWKS_MAX_KEYS);
	(void)jwks_has_kid(any, "k1");
	refuse_unsigned(any);
	return 0;
}
