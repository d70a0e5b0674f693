/* SPDX-License-Identifier: MIT */
/* Each allocation of each entry point fails once, alone and with all behind it: never a crash,
 * never acceptance of what must be refused, and what comes out as good is the real thing. */
#include "oidc/authcode.h"
#include "oidc/client.h"
#include "oidc/device.h"
#include "oidc/discovery.h"
#include "oidc/idtoken.h"
#include "oidc/introspect.h"
#include "oidc/json.h"
#include "oidc/jwa.h"
#include "oidc/token.h"
#include "tests/unit/oidc_fail.h"
#include "tests/unit/oidc_recorded.h"
#include "tests/unit/oidc_sign.h"
#include "tests/unit/tap.h"

#define ISSUER "https://id.example"
#define NOW 1800000000U
#define MAX_ALLOCATIONS 100000U

static struct jwks *keys;
static char *tokens[4];

/* Runs one entry point. True when it accepted; sets *wrong when that was wrong. */
typedef bool run_fn(bool *wrong);

static const char json_text[] = "{\"a\":[1,2,{\"b\":\"\\u00e9\"}],\"c\":{\"d\":null,\"e\":true},"
				"\"f\":\"text\",\"g\":1,\"h\":2,\"i\":3,\"j\":4,\"k\":5,\"l\":6,"
				"\"m\":7,\"n\":8,\"o\":9,\"p\":10,\"q\":11,\"r\":12,\"s\":13}";

static bool run_json(bool *wrong)
{
	AUTO_JSON struct json *j = NULL;
	int64_t v = 0;

	if (json_parse_object(json_text, strlen(json_text), 1024, &j) != ERR_OK)
		return false;
	*wrong = json_get_int(j, "s", 0, 99, &v) != ERR_OK || v != 13;
	return true;
}

static bool run_duplicate(bool *wrong)
{
	static const char text[] = "{\"sub\":\"1\",\"\\u0073ub\":\"2\"}";
	AUTO_JSON struct json *j = NULL;

	*wrong = json_parse_object(text, strlen(text), 1024, &j) == ERR_OK;
	return *wrong;
}

static bool run_jwks(bool *wrong)
{
	AUTO_JWKS struct jwks *k = NULL;

	if (jwks_parse(rec_jwks, strlen(rec_jwks), &k) != ERR_OK)
		return false;
	*wrong = jwks_count(k) != 1 || !jwks_has_kid(k, "o4azbp3ca2n82tubmh2qc");
	return true;
}

static bool verify(const char *token, bool must_fail, bool *wrong)
{
	AUTO_CLAIMS struct claims *c = NULL;
	struct idtoken_expect x = {.issuer = ISSUER,
	    .client_id = "c1",
	    .nonce = "n1",
	    .access_token = "at",
	    .now = NOW,
	    .algs = JWA_ALL};

	if (idtoken_verify(keys, &x, token, strlen(token), &c) != ERR_OK)
		return false;
	*wrong = must_fail || strcmp(claims_sub(c), "3") != 0;
	return true;
}

static bool run_good_token(bool *wrong)
{
	return verify(tokens[0], false, wrong);
}

static bool run_forged_token(bool *wrong)
{
	return verify(tokens[1], true, wrong);
}

static bool run_expired_token(bool *wrong)
{
	return verify(tokens[2], true, wrong);
}

static bool run_foreign_token(bool *wrong)
{
	return verify(tokens[3], true, wrong);
}

static bool run_discovery(bool *wrong)
{
	static const char text[] =
	    "{\"issuer\":\"" ISSUER "\",\"token_endpoint\":\"" ISSUER "/t\","
	    "\"jwks_uri\":\"" ISSUER "/k\",\"userinfo_endpoint\":\"" ISSUER "/u\"}";
	struct discovery_rules rules = {.issuer = ISSUER};
	AUTO_PROVIDER struct provider *p = NULL;

	if (provider_parse(text, strlen(text), &rules, &p) != ERR_OK)
		return false;
	*wrong = strcmp(provider_endpoint(p, ENDPOINT_USERINFO), ISSUER "/u") != 0;
	return true;
}

static bool run_token_reply(bool *wrong)
{
	static const char text[] =
	    "{\"access_token\":\"at\",\"id_token\":\"a.b.c\",\"scope\":\"s\","
	    "\"refresh_token\":\"rt\",\"token_type\":\"Bearer\"}";
	AUTO_TOKEN_REPLY struct token_reply r = {0};

	if (token_reply_parse(text, strlen(text), &r) != ERR_OK)
		return false;
	*wrong = strcmp(secret_str(r.refresh_token), "rt") != 0 || strcmp(r.scope, "s") != 0;
	return true;
}

static bool run_introspection(bool *wrong)
{
	static const char text[] = "{\"active\":true,\"sub\":\"3\",\"client_id\":\"c1\","
				   "\"exp\":1800000300,\"token_type\":\"Bearer\"}";
	struct introspect_expect x = {.issuer = ISSUER, .client_id = "c1", .now = NOW};
	AUTO_INTROSPECTION struct introspection *i = NULL;
	AUTO_USERINFO struct userinfo *u = NULL;
	AUTO_USERINFO struct userinfo *other = NULL;

	if (introspect_parse(text, strlen(text), &x, &i) != ERR_OK)
		return false;
	*wrong = userinfo_parse("{\"sub\":\"2\"}", 11, i, &other) == ERR_OK;
	return userinfo_parse("{\"sub\":\"3\"}", 11, i, &u) == ERR_OK;
}

static bool run_device(bool *wrong)
{
	static const char text[] =
	    "{\"device_code\":\"dc\",\"user_code\":\"A-B\",\"expires_in\":60,"
	    "\"verification_uri\":\"https://id.example/d\"}";
	AUTO_DEVICE_GRANT struct device_grant g = {0};

	if (device_reply_parse(text, strlen(text), &g) != ERR_OK)
		return false;
	*wrong = strcmp(g.user_code, "A-B") != 0 || strcmp(secret_str(g.device_code), "dc") != 0;
	return true;
}

static bool run_authcode(bool *wrong)
{
	static const uint8_t random[AUTHCODE_RANDOM_LEN] = {1};
	static const struct authcode_request request = {.client_id = "c1",
	    .redirect_uri = "http://127.0.0.1/cb",
	    .scope = "openid",
	    .issuer = ISSUER};
	struct client client = {.id = "c1"};
	AUTO_AUTHCODE struct authcode *a = NULL;
	AUTO_SECRET struct secret *code = NULL;
	AUTO_SECRET struct secret *bad = NULL;
	AUTO_BUF struct buf b = {0};

	buf_init_secret(&b, 4096);
	if (authcode_new(&request, random, &a) != ERR_OK ||
	    authcode_paste(a, "abc", 3, &code) != ERR_OK)
		return false;
	*wrong = strcmp(secret_str(code), "abc") != 0 ||
		 authcode_paste(a, "?code=abc&state=x", 17, &bad) == ERR_OK;
	authcode_token_body(a, &client, code, &b);
	return b.err == ERR_OK;
}

static bool run_client(bool *wrong)
{
	AUTO_SECRET struct secret *password = secret_new("s", 1);
	AUTO_SECRET struct secret *header = NULL;
	struct client client = {.id = "c1", .secret = password};

	if (!password || client_authorization(&client, &header) != ERR_OK)
		return false;
	*wrong = strcmp(secret_str(header), "Basic YzE6cw==") != 0;
	return true;
}

/* All single failures, then all "from here on", until a run needs fewer allocations. */
static unsigned fail_each(run_fn *run, bool also_later, unsigned *ret_wrong, unsigned *ret_good)
{
	for (unsigned n = 1; n < MAX_ALLOCATIONS; n++) {
		bool wrong = false;
		bool accepted;
		unsigned count;

		fail_at(n, also_later);
		accepted = run(&wrong);
		count = fail_stop();
		*ret_wrong += wrong;
		*ret_good += accepted;
		if (count < n)
			return n - 1;
	}
	return 0;
}

static void check(run_fn *run, bool accepts, const char *name)
{
	unsigned wrong = 0;
	unsigned good = 0;
	unsigned sites = 0;

	for (unsigned i = 0; i < 3; i++) /* whatever is made once is made now */
		(void)run(&(bool){false});
	for (unsigned also_later = 0; also_later < 2; also_later++)
		sites += fail_each(run, also_later, &wrong, &good);
	is_int(wrong, 0, "SEC-03: %s: %u failing allocations, nothing wrong accepted", name, sites);
	if (accepts)
		ok(sites > 0 && good >= 2, "%s: accepted when nothing fails", name);
	else
		is_int(good, 0, "SEC-03: %s: never accepted", name);
}

static void make_tokens(void)
{
	struct signer s = signer_new("RS256", "k1");
	struct signer other = signer_new("RS256", "k1");

	keys = signer_keys(&s);
	for (size_t i = 0; i < 4; i++) {
		AUTO_FREE char *text =
		    format("{\"iss\":\"" ISSUER "\",\"aud\":\"%s\",\"sub\":\"3\",\"nonce\":\"n1\","
			   "\"exp\":%u,\"iat\":1799990000}",
			i == 3 ? "c2" : "c1", i == 2 ? 1799999000U : 1800000300U);

		tokens[i] = sign_plain(i == 1 ? &other : &s, text);
	}
	signer_free(&s);
	signer_free(&other);
}

int main(void)
{
	make_tokens();
	check(run_json, true, "json_parse_object");
	check(run_duplicate, false, "a duplicate member");
	check(run_jwks, true, "jwks_parse");
	check(run_good_token, true, "idtoken_verify, a good token");
	check(run_forged_token, false, "idtoken_verify, a forged token");
	check(run_expired_token, false, "idtoken_verify, an expired token");
	check(run_foreign_token, false, "idtoken_verify, another client's token");
	check(run_discovery, true, "provider_parse");
	check(run_token_reply, true, "token_reply_parse");
	check(run_introspection, true, "introspect_parse and userinfo_parse");
	check(run_device, true, "device_reply_parse");
	check(run_authcode, true, "authcode");
	check(run_client, true, "client_authorization");
	jwks_free(keys);
	for (size_t i = 0; i < 4; i++)
		free(tokens[i]);
	return tap_done();
}
