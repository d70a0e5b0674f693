/* SPDX-License-Identifier: MIT */
#include "oidc/client.h"
#include "oidc/introspect.h"
#include "oidc/token.h"
#include "tests/unit/tap.h"

#define ISSUER "https://id.encvoy.test:8443"
#define CLIENT "h2mOIciKY7pcfxnlh6ZU1J"
#define NOW 1795434860U

static enum err parse(const char *text, struct token_reply *ret)
{
	token_reply_free(ret);
	return token_reply_parse(text, strlen(text), ret);
}

static void good_replies(void)
{
	AUTO_TOKEN_REPLY struct token_reply r = {0};

	is_int(parse("{\"access_token\":\"at\",\"expires_in\":1800,\"id_token\":\"a.b.c\","
		     "\"refresh_token\":\"rt\",\"scope\":\"openid\",\"token_type\":\"Bearer\"}",
		   &r),
	    ERR_OK, "a full answer");
	is_str(secret_str(r.access_token), "at", "access token");
	is_str(secret_str(r.id_token), "a.b.c", "ID token");
	is_str(secret_str(r.refresh_token), "rt", "refresh token");
	is_str(r.scope, "openid", "scope");
	is_int(r.expires_in, 1800, "lifetime");
	is_int(parse("{\"access_token\":\"at\",\"token_type\":\"bEARER\"}", &r), ERR_OK,
	    "the least, and Bearer in any case");
	ok(!r.id_token && !r.refresh_token && !r.scope && !r.expires_in, "has nothing else");
}

static void bad_replies(void)
{
	static const char *const bad[] = {"", "{}", "[]", "null", "<html>",
	    "{\"access_token\":\"at\"}", "{\"token_type\":\"Bearer\"}",
	    "{\"access_token\":\"at\",\"token_type\":\"DPoP\"}",
	    "{\"access_token\":\"at\",\"token_type\":\"Bearer \"}",
	    "{\"access_token\":\"\",\"token_type\":\"Bearer\"}",
	    "{\"access_token\":\"a\\r\\nX: y\",\"token_type\":\"Bearer\"}",
	    "{\"access_token\":\"a b\",\"token_type\":\"Bearer\"}",
	    "{\"access_token\":5,\"token_type\":\"Bearer\"}",
	    "{\"access_token\":null,\"token_type\":\"Bearer\"}",
	    "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"id_token\":1}",
	    "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":\"5\"}",
	    "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":-1}",
	    "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"expires_in\":1e300}",
	    "{\"access_token\":\"at\",\"token_type\":\"Bearer\",\"scope\":[]}",
	    "{\"access_token\":\"at\",\"access_token\":\"x\",\"token_type\":\"Bearer\"}",
	    "{\"error\":\"invalid_grant\"}"};
	AUTO_TOKEN_REPLY struct token_reply r = {0};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(parse(bad[i], &r), ERR_PROVIDER_ERROR, "SEC-06: refused: %s", bad[i]);
	ok(!r.access_token, "nothing written");
	token_reply_free(NULL);
}

static void errors_are_understood(void)
{
	static const struct {
		const char *text;
		enum oauth_error error;
		enum err e;
	} cases[] = {
	    {"{\"error\":\"invalid_grant\",\"error_description\":\"grant request is invalid\"}",
		OAUTH_INVALID_GRANT, ERR_BAD_CODE},
	    {"{\"error\":\"invalid_client\"}", OAUTH_INVALID_CLIENT, ERR_BAD_CLIENT},
	    {"{\"error\":\"unauthorized_client\"}", OAUTH_UNAUTHORIZED_CLIENT, ERR_BAD_CLIENT},
	    {"{\"error\":\"access_denied\"}", OAUTH_ACCESS_DENIED, ERR_ACCESS_DENIED},
	    {"{\"error\":\"expired_token\"}", OAUTH_EXPIRED_TOKEN, ERR_CODE_EXPIRED},
	    {"{\"error\":\"invalid_token\"}", OAUTH_INVALID_TOKEN, ERR_TOKEN_INACTIVE},
	    {"{\"error\":\"authorization_pending\"}", OAUTH_AUTHORIZATION_PENDING,
		ERR_PROVIDER_ERROR},
	    {"{\"error\":\"slow_down\"}", OAUTH_SLOW_DOWN, ERR_PROVIDER_ERROR},
	    {"{\"error\":\"unsupported_grant_type\"}", OAUTH_UNSUPPORTED_GRANT_TYPE,
		ERR_PROVIDER_ERROR},
	    {"{\"error\":\"invalid_scope\"}", OAUTH_INVALID_SCOPE, ERR_PROVIDER_ERROR},
	    {"{\"error\":\"invalid_request\"}", OAUTH_INVALID_REQUEST, ERR_PROVIDER_ERROR},
	    {"{\"error\":\"ACCESS_DENIED\"}", OAUTH_OTHER, ERR_PROVIDER_ERROR},
	    {"{\"error\":[\"access_denied\"]}", OAUTH_OTHER, ERR_PROVIDER_ERROR},
	    {"<html>502 Bad Gateway</html>", OAUTH_OTHER, ERR_PROVIDER_ERROR},
	    {"", OAUTH_OTHER, ERR_PROVIDER_ERROR}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		enum oauth_error error = oauth_error_parse(cases[i].text, strlen(cases[i].text));

		is_int(error, cases[i].error, "%s", cases[i].text);
		is_int(oauth_error_err(error), cases[i].e, "means %s", err_word(cases[i].e));
	}
}

static const struct introspect_expect expect = {.issuer = ISSUER, .client_id = CLIENT, .now = NOW};

static enum err introspect(const char *text)
{
	AUTO_INTROSPECTION struct introspection *i = NULL;
	enum err e = introspect_parse(text, strlen(text), &expect, &i);

	if ((e == ERR_OK) != (i != NULL))
		abort();
	return e;
}

#define REST "\"exp\":1795436656,\"iat\":1795434856,\"iss\":\"" ISSUER "\","
#define OURS "\"client_id\":\"" CLIENT "\","
#define BEARER "\"scope\":\"openid\",\"token_type\":\"Bearer\"}"

static void introspection_says_whose(void)
{
	AUTO_INTROSPECTION struct introspection *i = NULL;
	const char *text = "{\"active\":true,\"sub\":\"3\"," OURS REST BEARER;

	is_int(introspect_parse(text, strlen(text), &expect, &i), ERR_OK, "as Encvoy ID answers");
	if (!i)
		return;
	is_str(introspection_sub(i), "3", "sub");
	is_int(introspection_exp(i), 1795436656, "exp");
	is_int(introspection_iat(i), 1795434856, "iat");
	introspection_free(NULL);
}

static void introspection_refuses(void)
{
	static const struct {
		const char *text;
		enum err e;
		const char *what;
	} cases[] = {
	    {"{\"active\":false}", ERR_TOKEN_INACTIVE, "inactive"},
	    {"{\"active\":false,\"sub\":\"3\"," OURS REST BEARER, ERR_TOKEN_INACTIVE,
		"inactive with everything else"},
	    {"{\"active\":\"true\",\"sub\":\"3\"," OURS REST BEARER, ERR_PROVIDER_ERROR,
		"active in a string"},
	    {"{\"active\":1,\"sub\":\"3\"," OURS REST BEARER, ERR_PROVIDER_ERROR,
		"active a number"},
	    {"{\"sub\":\"3\"," OURS REST BEARER, ERR_PROVIDER_ERROR, "active absent"},
	    {"{\"active\":true,\"sub\":\"3\"," OURS REST "\"scope\":\"openid\"}", ERR_TOKEN_KIND,
		"a refresh token, which has no token_type"},
	    {"{\"active\":true,\"sub\":\"3\"," OURS REST "\"token_type\":\"refresh_token\"}",
		ERR_TOKEN_KIND, "another token_type"},
	    {"{\"active\":true,\"sub\":\"3\",\"client_id\":\"wMF9z3QhurLASWnjt9oofA\"," REST BEARER,
		ERR_WRONG_AUDIENCE, "another client's token"},
	    {"{\"active\":true,\"sub\":\"3\"," REST BEARER, ERR_WRONG_AUDIENCE, "no client_id"},
	    {"{\"active\":true,\"sub\":\"3\",\"client_id\":[\"" CLIENT "\"]," REST BEARER,
		ERR_WRONG_AUDIENCE, "client_id in an array"},
	    {"{\"active\":true," OURS REST BEARER, ERR_BAD_CLAIM, "no sub"},
	    {"{\"active\":true,\"sub\":3," OURS REST BEARER, ERR_BAD_CLAIM, "sub a number"},
	    {"{\"active\":true,\"sub\":\"\"," OURS REST BEARER, ERR_BAD_SUB, "sub empty"},
	    {"{\"active\":true,\"sub\":\"a/b\"," OURS REST BEARER, ERR_BAD_SUB, "an odd sub"},
	    {"{\"active\":true,\"sub\":\"3\"," OURS
	     "\"exp\":1795436656,\"iss\":\"https://evil\"," BEARER,
		ERR_WRONG_ISSUER, "another issuer"},
	    {"{\"active\":true,\"sub\":\"3\"," OURS "\"iat\":1," BEARER, ERR_BAD_CLAIM, "no exp"},
	    {"{\"active\":true,\"sub\":\"3\"," OURS "\"exp\":1e300," BEARER, ERR_BAD_CLAIM,
		"exp 1e300"},
	    {"{\"active\":true,\"sub\":\"3\"," OURS "\"exp\":1795434800," BEARER, ERR_EXPIRED,
		"expired all the same"},
	    {"{\"active\":true,\"sub\":\"3\"," OURS "\"exp\":1795436656,\"iat\":1795434921," BEARER,
		ERR_NOT_YET_VALID, "iat ahead"},
	    {"{\"active\":false,\"active\":true,\"sub\":\"3\"," OURS REST BEARER,
		ERR_PROVIDER_ERROR, "active twice"},
	    {"{\"error\":\"invalid_client\"}", ERR_PROVIDER_ERROR, "an error"},
	    {"", ERR_PROVIDER_ERROR, "nothing"},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(introspect(cases[i].text), cases[i].e, "SEC-02: %s", cases[i].what);
}

static void userinfo_must_agree(void)
{
	static const struct {
		const char *text;
		enum err e;
	} cases[] = {{"{\"sub\":\"3\"}", ERR_OK}, {"{\"sub\":\"2\"}", ERR_SUB_MISMATCH},
	    {"{\"sub\":\"33\"}", ERR_SUB_MISMATCH}, {"{\"sub\":\"\"}", ERR_SUB_MISMATCH},
	    {"{\"sub\":\"3 \"}", ERR_SUB_MISMATCH}, {"{\"nickname\":\"x\"}", ERR_BAD_CLAIM},
	    {"{\"sub\":3}", ERR_BAD_CLAIM}, {"{\"sub\":null}", ERR_BAD_CLAIM},
	    {"{\"sub\":\"3\\u0000\"}", ERR_PROVIDER_ERROR},
	    {"{\"sub\":\"2\",\"sub\":\"3\"}", ERR_PROVIDER_ERROR}, {"", ERR_PROVIDER_ERROR},
	    {"eyJhbGciOiJub25lIn0.eyJzdWIiOiIzIn0.", ERR_PROVIDER_ERROR}};
	AUTO_INTROSPECTION struct introspection *i = NULL;
	const char *text = "{\"active\":true,\"sub\":\"3\"," OURS REST BEARER;

	if (introspect_parse(text, strlen(text), &expect, &i) != ERR_OK)
		abort();
	for (size_t k = 0; k < sizeof(cases) / sizeof(cases[0]); k++) {
		AUTO_USERINFO struct userinfo *u = NULL;

		is_int(userinfo_parse(cases[k].text, strlen(cases[k].text), i, &u), cases[k].e,
		    "SEC-02: userinfo %s", cases[k].text);
	}
	userinfo_free(NULL);
}

static void userinfo_has_display_claims(void)
{
	AUTO_INTROSPECTION struct introspection *i = NULL;
	AUTO_USERINFO struct userinfo *u = NULL;
	const char *text = "{\"active\":true,\"sub\":\"3\"," OURS REST BEARER;
	const char *info = "{\"sub\":\"3\",\"nickname\":\"BobBright1\",\"picture\":null}";

	if (introspect_parse(text, strlen(text), &expect, &i) != ERR_OK ||
	    userinfo_parse(info, strlen(info), i, &u) != ERR_OK)
		abort();
	is_str(userinfo_sub(u), "3", "sub");
	is_str(userinfo_str(u, "nickname"), "BobBright1", "nickname");
	ok(!userinfo_str(u, "picture") && !userinfo_str(u, "login"), "null and absent");
}

static void clients_name_themselves(void)
{
	AUTO_SECRET struct secret *password = secret_new("s3cr:t+/%", 9);
	AUTO_SECRET struct secret *token = secret_new("at", 2);
	AUTO_SECRET struct secret *header = NULL;
	AUTO_SECRET struct secret *none = NULL;
	struct client confidential = {.id = "my client", .secret = password};
	struct client public = {.id = "my client"};
	AUTO_BUF struct buf b = {0};

	buf_init_secret(&b, 256);
	is_int(client_authorization(&confidential, &header), ERR_OK, "a confidential client");
	/* my%20client:s3cr%3At%2B%2F%25 */
	is_str(secret_str(header), "Basic bXklMjBjbGllbnQ6czNjciUzQXQlMkIlMkYlMjU=",
	    "has a header, both parts escaped first");
	is_int(client_authorization(&public, &none), ERR_OK, "a public client");
	ok(!none, "has none");
	introspect_body(&public, token, &b);
	is_str(buf_cstr(&b), "token=at&token_type_hint=access_token&client_id=my%20client",
	    "and names itself in the body");
	buf_reset(&b);
	introspect_body(&confidential, token, &b);
	is_str(buf_cstr(&b), "token=at&token_type_hint=access_token", "a confidential one not");
}

int main(void)
{
	good_replies();
	bad_replies();
	errors_are_understood();
	introspection_says_whose();
	introspection_refuses();
	userinfo_must_agree();
	userinfo_has_display_claims();
	clients_name_themselves();
	return tap_done();
}
