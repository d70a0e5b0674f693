/* SPDX-License-Identifier: MIT */
/* Everything the provider answers at its token, introspection, userinfo, device and PAR endpoints,
 * and what a person pastes: each input goes through all of these parsers. */
#include "oidc/authcode.h"
#include "oidc/device.h"
#include "oidc/hostnonce.h"
#include "oidc/introspect.h"
#include "oidc/token.h"
#include "oidc/url.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void replies(const uint8_t *data, size_t size)
{
	AUTO_TOKEN_REPLY struct token_reply r = {0};
	AUTO_DEVICE_GRANT struct device_grant g = {0};
	AUTO_FREE char *uri = NULL;
	uint64_t seconds = 0;

	if (token_reply_parse(data, size, &r) == ERR_OK)
		MUST(secret_len(r.access_token) > 0);
	if (device_reply_parse(data, size, &g) == ERR_OK)
		MUST(g.expires_in > 0 && g.expires_in <= DEVICE_MAX_LIFE && g.interval > 0 &&
		     url_is_https(g.verification_uri));
	if (par_reply_parse(data, size, &uri, &seconds) == ERR_OK)
		MUST(*uri && seconds > 0);
	MUST(oauth_error_err(oauth_error_parse(data, size)) != ERR_OK);
}

/* An answer is read as introspection and as userinfo of a known one. */
static void introspection(const uint8_t *data, size_t size)
{
	static const char known[] = "{\"active\":true,\"sub\":\"3\",\"client_id\":\"c1\","
				    "\"exp\":1800000300,\"token_type\":\"Bearer\"}";
	static const struct introspect_expect expect = {
	    .issuer = "https://id.example", .client_id = "c1", .now = 1800000000};
	AUTO_INTROSPECTION struct introspection *own = NULL;
	AUTO_INTROSPECTION struct introspection *three = NULL;
	AUTO_USERINFO struct userinfo *u = NULL;

	if (introspect_parse(data, size, &expect, &own) == ERR_OK)
		MUST(*introspection_sub(own) && introspection_exp(own) > 1800000000 - 60);
	MUST(introspect_parse(known, strlen(known), &expect, &three) == ERR_OK);
	if (userinfo_parse(data, size, three, &u) == ERR_OK)
		MUST(strcmp(userinfo_sub(u), "3") == 0);
}

static void pasted(const char *text, size_t size)
{
	static const uint8_t random[AUTHCODE_RANDOM_LEN] = {1};
	static const struct authcode_request request = {.client_id = "c1",
	    .redirect_uri = "http://127.0.0.1/cb",
	    .scope = "openid",
	    .issuer = "https://id.example",
	    .iss_required = true};
	AUTO_AUTHCODE struct authcode *a = NULL;
	AUTO_SECRET struct secret *code = NULL;

	MUST(authcode_new(&request, random, &a) == ERR_OK);
	if (authcode_paste(a, text, size, &code) != ERR_OK)
		return;
	MUST(secret_len(code) > 0 && paste_kind(text, size) != PASTE_TOKEN);
	for (const char *p = secret_str(code); *p; p++)
		MUST(*p > 0x20 && *p < 0x7f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = strndup(size ? (const char *)data : "", size);

	if (!text)
		return 0;
	replies(data, size);
	introspection(data, size);
	pasted(text, strlen(text));
	if (hostnonce_check(text, "web1") == ERR_OK)
		MUST(strncmp(text, "h1.", 3) == 0);
	return 0;
}
