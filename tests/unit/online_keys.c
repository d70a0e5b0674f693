/* SPDX-License-Identifier: MIT */
/* When the keys child asks the provider, and when it makes do with what it has (SEC-30). */
#include "encvoyd/online/keys_cache.h"
#include "tests/unit/tap.h"

#define ISSUER "https://id.example.test"
#define KEY(kid)                                                               \
	"{\"keys\":[{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"kid\":\"" kid "\"," \
	"\"x\":\"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwaaPJnHO0I\"}]}"
#define DISCOVERY(issuer, keys)                                               \
	"{\"issuer\":\"" issuer "\",\"token_endpoint\":\"" ISSUER "/token\"," \
	"\"authorization_endpoint\":\"" ISSUER "/auth\",\"jwks_uri\":\"" keys "\"}"
#define GOOD DISCOVERY(ISSUER, ISSUER "/jwks")

#define HOUR (3600LL * 1000)

static struct keys_cache cache;
static enum keys_what fetch;
static enum err why;

static void start_over(void)
{
	struct discovery_rules rules = {.issuer = ISSUER};

	keys_cache_free(&cache);
	keys_cache_init(&cache, &rules);
}

static enum keys_verdict ask(enum keys_what what, const char *kid, int64_t now)
{
	fetch = 0;
	why = ERR_OK;
	return keys_cache_decide(&cache, what, kid, now, &fetch, &why);
}

static enum err give(enum keys_what what, const char *text, int64_t now)
{
	keys_cache_trying(&cache, what, now);
	return keys_cache_store(&cache, what, text, strlen(text), now);
}

static void fail(enum keys_what what, int64_t now)
{
	keys_cache_trying(&cache, what, now);
	keys_cache_failed(&cache, what, ERR_PROVIDER_UNREACHABLE);
}

static void warm(void)
{
	start_over();
	(void)give(KEYS_DISCOVERY, GOOD, 0);
	(void)give(KEYS_JWKS, KEY("a"), 0);
}

static void in_order(void)
{
	AUTO_BUF struct buf url = {0};

	start_over();
	buf_init(&url, 1000);
	is_int(ask(KEYS_JWKS, "", 0), KEYS_FETCH, "at first everything has to be fetched");
	is_int(fetch, KEYS_DISCOVERY, "discovery before the keys");
	keys_cache_address(&cache, KEYS_DISCOVERY, &url);
	is_str(
	    buf_cstr(&url), ISSUER "/.well-known/openid-configuration", "from the issuer's root");
	keys_cache_trying(&cache, KEYS_DISCOVERY, 0);
	is_int(ask(KEYS_JWKS, "", 1), KEYS_WAIT, "meanwhile everybody waits");
	is_int(ask(KEYS_DISCOVERY, "", 1), KEYS_WAIT, "for the one request");
	is_int(give(KEYS_DISCOVERY, GOOD, 2), ERR_OK, "a good document is taken");
	is_int(ask(KEYS_DISCOVERY, "", 3), KEYS_SERVE, "and served");
	is_int(ask(KEYS_JWKS, "", 3), KEYS_FETCH, "then the keys");
	is_int(fetch, KEYS_JWKS, "are next");
	buf_reset(&url);
	keys_cache_address(&cache, KEYS_JWKS, &url);
	is_str(buf_cstr(&url), ISSUER "/jwks", "from where discovery says");
	is_int(give(KEYS_JWKS, KEY("a"), 4), ERR_OK, "they are taken");
	is_int(ask(KEYS_JWKS, "", 5), KEYS_SERVE, "and served");
	is_int(ask(KEYS_JWKS, "a", 5), KEYS_SERVE, "also by id");
}

static void unknown_kids(void)
{
	int fetches = 0;

	warm();
	for (int64_t now = 1; now < 30000; now += 29)
		fetches += ask(KEYS_JWKS, "unknown", now) == KEYS_FETCH;
	is_int(fetches, 0, "SEC-30: 1,000 unknown ids within 30 s of a fetch: none more");
	is_int(ask(KEYS_JWKS, "b", 30000), KEYS_FETCH, "SEC-30: then one is looked for");
	is_int(fetch, KEYS_JWKS, "among the keys");
	keys_cache_trying(&cache, KEYS_JWKS, 30000);
	is_int(ask(KEYS_JWKS, "b", 30001), KEYS_WAIT, "who needs it waits");
	is_int(ask(KEYS_JWKS, "a", 30001), KEYS_SERVE, "who does not is served meanwhile");
	(void)keys_cache_store(&cache, KEYS_JWKS, KEY("b"), sizeof(KEY("b")) - 1, 30002);
	is_int(ask(KEYS_JWKS, "b", 30003), KEYS_SERVE, "SEC-30: rotation works");
	ok(strstr(keys_cache_document(&cache, KEYS_JWKS)->bytes, "\"b\"") != NULL,
	    "with the new key");
	is_int(ask(KEYS_JWKS, "a", 30003), KEYS_SERVE,
	    "SEC-30: the old id is unknown now, not asked for");
	fail(KEYS_JWKS, 60001);
	is_int(ask(KEYS_JWKS, "c", 60002), KEYS_SERVE, "SEC-30: failures count as well");
	is_int(ask(KEYS_JWKS, "c", 90000), KEYS_SERVE, "SEC-30: from their start");
	is_int(ask(KEYS_JWKS, "c", 90001), KEYS_FETCH, "SEC-30: 30 s later one more");
}

static void stale(void)
{
	warm();
	is_int(ask(KEYS_DISCOVERY, "", HOUR - 1), KEYS_SERVE, "for an hour documents are fresh");
	is_int(ask(KEYS_DISCOVERY, "", HOUR), KEYS_FETCH, "then fetched anew");
	is_int(ask(KEYS_JWKS, "", HOUR), KEYS_FETCH, "the keys as well");
	fail(KEYS_DISCOVERY, HOUR);
	is_int(ask(KEYS_DISCOVERY, "", HOUR + 1), KEYS_SERVE, "if that fails the old one serves");
	is_int(ask(KEYS_DISCOVERY, "", HOUR + KEYS_GAP_MS), KEYS_FETCH,
	    "and is tried again in a while");
	fail(KEYS_DISCOVERY, HOUR + KEYS_GAP_MS);
	is_int(ask(KEYS_JWKS, "", HOUR + KEYS_GAP_MS + 1), KEYS_FETCH,
	    "the keys are asked for by the old document");
	is_int(fetch, KEYS_JWKS, "at least");
	fail(KEYS_JWKS, HOUR + KEYS_GAP_MS + 1);
	is_int(
	    ask(KEYS_JWKS, "", HOUR + KEYS_GAP_MS + 2), KEYS_SERVE, "SEC-30: old keys serve, too");
	fail(KEYS_DISCOVERY, 24 * HOUR - 1);
	fail(KEYS_JWKS, 24 * HOUR - 1);
	is_int(ask(KEYS_JWKS, "", 24 * HOUR - 1), KEYS_SERVE, "SEC-30: for a day");
	fail(KEYS_DISCOVERY, 24 * HOUR);
	fail(KEYS_JWKS, 24 * HOUR);
	is_int(ask(KEYS_JWKS, "", 24 * HOUR + 1), KEYS_REFUSE, "SEC-30: no longer");
	is_int(why, ERR_PROVIDER_UNREACHABLE, "and the reason is told");
}

static void nothing_at_hand(void)
{
	start_over();
	fail(KEYS_DISCOVERY, 0);
	is_int(ask(KEYS_DISCOVERY, "", 1), KEYS_REFUSE,
	    "without any document the failure is the answer");
	is_int(why, ERR_PROVIDER_UNREACHABLE, "as it was");
	is_int(ask(KEYS_JWKS, "", 1), KEYS_REFUSE, "for the keys as well");
	is_int(ask(KEYS_JWKS, "", KEYS_FIRST_GAP_MS), KEYS_FETCH,
	    "two seconds later it is tried again");
}

static void refused_documents(void)
{
	static const struct {
		const char *text;
		enum err want;
		const char *name;
	} bad[] = {
	    {DISCOVERY("https://evil.example.test", ISSUER "/jwks"), ERR_WRONG_ISSUER,
		"a foreign issuer"},
	    {DISCOVERY(ISSUER "/", ISSUER "/jwks"), ERR_WRONG_ISSUER,
		"an issuer with a slash more"},
	    {DISCOVERY(ISSUER, "http://id.example.test/jwks"), ERR_FOREIGN_ENDPOINT,
		"an http endpoint"},
	    {DISCOVERY(ISSUER, "https://id.example.test:444/jwks"), ERR_FOREIGN_ENDPOINT,
		"another port"},
	    {DISCOVERY(ISSUER, "https://evil.example.test/jwks"), ERR_FOREIGN_ENDPOINT,
		"another host"},
	    {"{", ERR_BAD_JSON, "no JSON"},
	};
	static char large[70000];

	warm();
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(give(KEYS_DISCOVERY, bad[i].text, HOUR), bad[i].want, "SEC-27: refused: %s",
		    bad[i].name);
	is_int(ask(KEYS_DISCOVERY, "", HOUR + 1), KEYS_SERVE, "SEC-27: the good one stays");
	is_int(
	    give(KEYS_JWKS, "{\"keys\":[]}", HOUR), ERR_BAD_KEY, "a set without keys is refused");
	memset(large, ' ', sizeof(large) - 1);
	memcpy(large, KEY("x"), sizeof(KEY("x")) - 1);
	is_int(give(KEYS_JWKS, large, HOUR), ERR_TOO_LONG, "one that fits no message as well");
	is_int(ask(KEYS_JWKS, "a", HOUR + 1), KEYS_SERVE, "the good ones stay");
}

int main(void)
{
	in_order();
	unknown_kids();
	stale();
	nothing_at_hand();
	refused_documents();
	keys_cache_free(&cache);
	return tap_done();
}
