/* SPDX-License-Identifier: MIT */
#include "oidc/discovery.h"
#include "oidc/jwa.h"
#include "tests/unit/tap.h"

#define ISSUER "https://id.encvoy.test:8443"

/* Encvoy ID's document as it was recorded, shortened. */
static const char real[] =
    "{\"authorization_endpoint\":\"" ISSUER "/oidc/auth\",\"claims_parameter_supported\":false,"
    "\"code_challenge_methods_supported\":[\"S256\"],"
    "\"end_session_endpoint\":\"" ISSUER "/oidc/session/end\","
    "\"grant_types_supported\":[\"implicit\",\"authorization_code\",\"refresh_token\"],"
    "\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"" ISSUER "/oidc/jwks\","
    "\"authorization_response_iss_parameter_supported\":true,"
    "\"token_endpoint_auth_methods_supported\":[\"client_secret_basic\",\"client_secret_jwt\","
    "\"client_secret_post\",\"private_key_jwt\",\"none\"],"
    "\"token_endpoint\":\"" ISSUER "/oidc/token\","
    "\"id_token_signing_alg_values_supported\":[\"RS256\"],"
    "\"pushed_authorization_request_endpoint\":\"" ISSUER "/oidc/request\","
    "\"userinfo_endpoint\":\"" ISSUER "/oidc/me\","
    "\"introspection_endpoint\":\"" ISSUER "/oidc/token/introspection\"}";

static const struct discovery_rules plain = {.issuer = ISSUER};

static enum err check(const char *text, const struct discovery_rules *rules)
{
	AUTO_PROVIDER struct provider *p = NULL;

	return provider_parse(text, strlen(text), rules, &p);
}

static void the_real_document(void)
{
	AUTO_PROVIDER struct provider *p = NULL;

	is_int(provider_parse(real, strlen(real), &plain, &p), ERR_OK, "Encvoy ID's document");
	if (!p)
		return;
	is_str(provider_issuer(p), ISSUER, "issuer");
	is_str(provider_endpoint(p, ENDPOINT_AUTHORIZATION), ISSUER "/oidc/auth", "authorization");
	is_str(provider_endpoint(p, ENDPOINT_TOKEN), ISSUER "/oidc/token", "token");
	is_str(provider_endpoint(p, ENDPOINT_JWKS), ISSUER "/oidc/jwks", "keys");
	is_str(provider_endpoint(p, ENDPOINT_USERINFO), ISSUER "/oidc/me", "userinfo");
	is_str(provider_endpoint(p, ENDPOINT_PAR), ISSUER "/oidc/request", "pushed requests");
	is_str(provider_endpoint(p, ENDPOINT_INTROSPECTION), ISSUER "/oidc/token/introspection",
	    "introspection");
	ok(!provider_endpoint(p, ENDPOINT_DEVICE), "no device flow");
	is_int(provider_auth_methods(p), AUTH_BASIC | AUTH_POST | AUTH_NONE, "client methods");
	is_int(provider_algs(p), JWA_RS256, "algorithms");
	ok(provider_lists_s256(p) && provider_sends_iss(p), "PKCE and iss");
}

/* A document with one endpoint member and what is required. */
static enum err with(const char *member, const char *value, const struct discovery_rules *rules)
{
	char text[1024];

	snprintf(text, sizeof(text),
	    "{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"" ISSUER "/t\","
	    "\"jwks_uri\":\"" ISSUER "/k\",\"%s\":%s}",
	    member, value);
	return check(text, rules);
}

static void endpoints_must_be_the_issuers(void)
{
	static const char *const members[] = {"authorization_endpoint", "introspection_endpoint",
	    "userinfo_endpoint", "pushed_authorization_request_endpoint",
	    "device_authorization_endpoint"};
	static const char *const foreign[] = {"\"http://id.encvoy.test:8443/x\"",
	    "\"https://id.encvoy.test/x\"", "\"https://evil.example/x\"",
	    "\"https://id.encvoy.test:8443@evil.example/x\"", "\"//id.encvoy.test:8443/x\"",
	    "\"/x\"", "\"\"", "\"https://id.encvoy.test:8443.evil.example/x\"",
	    "\"file:///etc/passwd\"", "\"https://id.encvoy.test:8443/x#y\""};

	for (size_t m = 0; m < sizeof(members) / sizeof(members[0]); m++) {
		is_int(with(members[m], "\"" ISSUER "/x\"", &plain), ERR_OK, "%s", members[m]);
		is_int(with(members[m], "5", &plain), ERR_PROVIDER_ERROR, "SEC-06: %s a number",
		    members[m]);
		for (size_t f = 0; f < sizeof(foreign) / sizeof(foreign[0]); f++)
			is_int(with(members[m], foreign[f], &plain), ERR_FOREIGN_ENDPOINT,
			    "SEC-27: %s %s", members[m], foreign[f]);
	}
	is_int(with("end_session_endpoint", "\"http://evil.example\"", &plain), ERR_OK,
	    "an endpoint that we never use does not matter");
}

/* What the real one answers when the request's Host header says something else. */
static void a_proxy_set_up_badly(void)
{
	is_int(check("{\"issuer\":\"" ISSUER "\","
		     "\"token_endpoint\":\"http://id.encvoy.test:8443/oidc/token\","
		     "\"jwks_uri\":\"http://id.encvoy.test:8443/oidc/jwks\"}",
		   &plain),
	    ERR_FOREIGN_ENDPOINT, "SEC-27: X-Forwarded-Proto missing");
	is_int(check("{\"issuer\":\"" ISSUER "\","
		     "\"token_endpoint\":\"https://evil.example/oidc/token\","
		     "\"jwks_uri\":\"https://evil.example/oidc/jwks\"}",
		   &plain),
	    ERR_FOREIGN_ENDPOINT, "SEC-27: X-Forwarded-Host of an attacker");
}

static void the_administrator_may_list_origins(void)
{
	struct discovery_rules rules = plain;
	const char *elsewhere = "\"https://api.encvoy.test/x\"";

	is_int(with("userinfo_endpoint", elsewhere, &rules), ERR_FOREIGN_ENDPOINT, "not listed");
	rules.allowed_origins = "https://other.test https://api.encvoy.test";
	is_int(with("userinfo_endpoint", elsewhere, &rules), ERR_OK, "listed");
	is_int(with("userinfo_endpoint", "\"http://api.encvoy.test/x\"", &rules),
	    ERR_FOREIGN_ENDPOINT, "SEC-27: listed, but http");
	is_int(with("userinfo_endpoint", "\"https://api.encvoy.test:444/x\"", &rules),
	    ERR_FOREIGN_ENDPOINT, "SEC-27: listed, but another port");
}

static void the_administrator_may_set_endpoints(void)
{
	struct discovery_rules rules = plain;
	AUTO_PROVIDER struct provider *p = NULL;

	rules.endpoint[ENDPOINT_TOKEN] = "https://api.encvoy.test/token";
	rules.endpoint[ENDPOINT_DEVICE] = ISSUER "/oidc/device/auth";
	is_int(provider_parse(real, strlen(real), &rules, &p), ERR_OK, "two endpoints set");
	is_str(p ? provider_endpoint(p, ENDPOINT_TOKEN) : NULL, "https://api.encvoy.test/token",
	    "one instead of the document's");
	is_str(p ? provider_endpoint(p, ENDPOINT_DEVICE) : NULL, ISSUER "/oidc/device/auth",
	    "one that it does not have");
	is_int(with("token_endpoint2", "\"\"", &rules), ERR_OK, "an override needs no document's");
	rules.endpoint[ENDPOINT_TOKEN] = "http://id.encvoy.test:8443/token";
	is_int(check(real, &rules), ERR_CONFIG, "SEC-27: an http address cannot be set");
}

static void issuers_are_compared_exactly(void)
{
	static const char *const issuers[] = {"https://id.encvoy.test:8443/",
	    "https://id.encvoy.test", "https://ID.encvoy.test:8443", "https://evil.example"};

	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++) {
		struct discovery_rules rules = {.issuer = issuers[i]};

		is_int(check(real, &rules), ERR_WRONG_ISSUER, "SEC-27: issuer %s", issuers[i]);
	}
	is_int(check("{\"token_endpoint\":\"" ISSUER "/t\"}", &plain), ERR_PROVIDER_ERROR,
	    "SEC-27: no issuer");
	is_int(check("{\"issuer\":[\"" ISSUER "\"]}", &plain), ERR_PROVIDER_ERROR,
	    "SEC-06: the issuer in an array");
	is_int(check(real, &(struct discovery_rules){.issuer = "http://id.encvoy.test"}),
	    ERR_CONFIG, "SEC-27: an http issuer cannot be configured");
	is_int(check(real, &(struct discovery_rules){.issuer = ISSUER "/?x"}), ERR_CONFIG,
	    "SEC-27: nor one with a query");
}

static void odd_documents(void)
{
	AUTO_PROVIDER struct provider *p = NULL;
	const char *bare = "{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"" ISSUER "/t\","
			   "\"jwks_uri\":\"" ISSUER "/k\"}";

	is_int(provider_parse(bare, strlen(bare), &plain, &p), ERR_OK, "a minimal document");
	is_int(p ? provider_auth_methods(p) : 0, AUTH_BASIC, "client_secret_basic is the default");
	ok(p && !provider_lists_s256(p) && !provider_sends_iss(p) && !provider_algs(p), "no more");
	is_int(check("{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"" ISSUER "/t\"}", &plain),
	    ERR_PROVIDER_ERROR, "no keys");
	is_int(check("{\"issuer\":\"" ISSUER "\",\"jwks_uri\":\"" ISSUER "/t\"}", &plain),
	    ERR_PROVIDER_ERROR, "no token endpoint");
	is_int(with("issuer", "\"" ISSUER "\"", &plain), ERR_BAD_JSON, "SEC-06: two issuers");
	is_int(with("authorization_response_iss_parameter_supported", "\"true\"", &plain),
	    ERR_PROVIDER_ERROR, "SEC-06: a boolean in a string");
	is_int(with("code_challenge_methods_supported", "\"S256\"", &plain), ERR_PROVIDER_ERROR,
	    "SEC-06: a string for a list");
	is_int(check("<html>404</html>", &plain), ERR_BAD_JSON, "a web page");
	is_int(check("", &plain), ERR_BAD_JSON, "nothing");
	provider_free(NULL);
}

static void addresses(void)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, 256);
	discovery_address(&b, ISSUER);
	is_str(buf_cstr(&b), ISSUER "/.well-known/openid-configuration", "where the document is");
	buf_reset(&b);
	discovery_address(&b, "https://id.example/realm/");
	is_str(buf_cstr(&b), "https://id.example/realm/.well-known/openid-configuration",
	    "with a path");
}

int main(void)
{
	the_real_document();
	endpoints_must_be_the_issuers();
	a_proxy_set_up_badly();
	the_administrator_may_list_origins();
	the_administrator_may_set_endpoints();
	issuers_are_compared_exactly();
	odd_documents();
	addresses();
	return tap_done();
}
