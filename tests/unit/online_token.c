/* SPDX-License-Identifier: MIT */
/* Tokens in place of a password: what each kind of service takes, and what costs no request. */
#include "tests/unit/online_fake.h"
#include "tests/unit/tap.h"

#define HOST_NONCE "h1.host1.example.test.AAAAAAAAAAAAAAAAAAAAAA"
#define OPAQUE "IiWugkAWHwk9dUuIVEhY28ekU8aLvb_iY8OvukoYbXt"
#define REUSE "token_reuse = yes"

static struct {
	const char *introspection;
	unsigned introspection_status;
	const char *userinfo;
	unsigned userinfo_status;
	char authorization[256]; /* what userinfo was asked with */
	char token[256];         /* what was introspected */
	char client[64];
} script;

static enum err scripted(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	(void)f;
	if (fake_asks(r, "/introspect")) {
		fake_form(r, "token", script.token, sizeof(script.token));
		fake_form(r, "client_id", script.client, sizeof(script.client));
		return fake_reply(ret,
		    script.introspection_status ? script.introspection_status : 200,
		    script.introspection);
	}
	if (fake_asks(r, "/me")) {
		snprintf(
		    script.authorization, sizeof(script.authorization), "%s", r->authorization);
		return fake_reply(
		    ret, script.userinfo_status ? script.userinfo_status : 200, script.userinfo);
	}
	return ERR_PROVIDER_ERROR;
}

static enum err check(struct fake *f, const char *text)
{
	AUTO_SECRET struct secret *token = secret_new(text, strlen(text));

	return flow_token_check(&f->login, token);
}

static enum err check_and_free(struct fake *f, char *text)
{
	enum err e = check(f, text);

	free(text);
	return e;
}

static void host_bound(void)
{
	struct fake f;
	char *token;

	fake_up(&f, scripted, "");
	token = fake_id_token(&f, HOST_NONCE, 0, "");
	is_int(check(&f, token), ERR_OK, "SEC-10: an ID token made for this host is taken");
	ok(f.login.identity.single_use && f.login.identity.full, "SEC-10: once, as a full login");
	ok(f.login.identity.token_hash[0] || f.login.identity.token_hash[1], "SEC-10: by its hash");
	is_str(f.login.identity.sub, "2", "for its sub");
	is_int(f.requests, 0, "without a request");
	free(token);
	snprintf(f.login.host, sizeof(f.login.host), "host2.example.test");
	is_int(check_and_free(&f, fake_id_token(&f, HOST_NONCE, 0, "")), ERR_WRONG_HOST,
	    "SEC-10: on another host it is refused");
	is_int(check_and_free(&f, fake_id_token(&f, "random", 0, "")), ERR_WRONG_NONCE,
	    "SEC-10: a nonce that names no host is refused");
	is_int(check_and_free(&f, fake_id_token(&f, "h1.host2.example.test.", 0, "")),
	    ERR_WRONG_NONCE, "SEC-10: so is half of one");
	fake_down(&f);
}

static void login_service_refuses(void)
{
	struct fake f;
	char claims[512];
	long long now = time(NULL);

	fake_up(&f, scripted, "");
	snprintf(claims, sizeof(claims),
	    "{\"iss\":\"" FAKE_ISSUER "\",\"sub\":\"2\",\"aud\":\"host\",\"iat\":%lld,\"exp\":%lld,"
	    "\"nonce\":\"" HOST_NONCE "\"}",
	    now - 400, now + 1400);
	is_int(check_and_free(&f, fake_sign(&f, claims)), ERR_TOKEN_TOO_OLD,
	    "SEC-10: a token older than token_max_age is refused");
	is_int(check(&f, OPAQUE), ERR_TOKEN_KIND, "SEC-10: an access token is refused");
	is_int(f.requests, 0, "SEC-10: unseen by the provider");
	fake_down(&f);
}

static void junk_costs_nothing(void)
{
	static const char *const junk[] = {"\b\n\r\177INCORRECT",
	    "\b\n\r\177INCORRECT\b\n\r\177INCORRECT", "hunter2", "my long pass phrase with blanks",
	    "a.b.c", "pässwörter-sind-auch-keine", "\x1b[31m"};
	char longer[8300];
	struct fake f;

	fake_up(&f, scripted, REUSE);
	for (size_t i = 0; i < sizeof(junk) / sizeof(junk[0]); i++)
		is_int(check(&f, junk[i]), ERR_BAD_TOKEN, "junk %zu is no token", i);
	is_int(check(&f, ""), ERR_NO_ANSWER, "nothing is no answer");
	memset(longer, 'a', sizeof(longer) - 1);
	longer[sizeof(longer) - 1] = 0;
	is_int(check(&f, longer), ERR_TOO_LONG, "SEC-11: above 8 KiB is too long");
	is_int(f.requests, 0, "no request was made");
	is_int(f.keys_asked, 0, "nor the keys asked for");
	fake_down(&f);
}

static void cut_off(void)
{
	static const size_t lengths[] = {511, 512, 1022, 1023, 1024, 4094, 4095};
	struct fake f;

	fake_up(&f, scripted, "");
	for (size_t i = 0; i < sizeof(lengths) / sizeof(lengths[0]); i++) {
		char pad[6000], more[6100];
		char *token;

		memset(pad, 'x', lengths[i]);
		pad[lengths[i]] = 0;
		snprintf(more, sizeof(more), ",\"pad\":\"%s\"", pad);
		token = fake_id_token(&f, HOST_NONCE, 0, more);
		token[lengths[i]] = 0;
		is_int(check(&f, token), ERR_CUT_OFF, "SEC-11: cut at %zu it looks cut off",
		    lengths[i]);
		memset(token, 'a', lengths[i]);
		is_int(check(&f, token), ERR_CUT_OFF, "SEC-11: whatever it was");
		free(token);
	}
	fake_down(&f);
}

static void long_tokens(void)
{
	char pad[5200], more[5300];
	struct fake f;
	char *token;

	fake_up(&f, scripted, "");
	memset(pad, 'x', sizeof(pad) - 1);
	pad[sizeof(pad) - 1] = 0;
	snprintf(more, sizeof(more), ",\"pad\":\"%s\"", pad);
	token = fake_id_token(&f, HOST_NONCE, 0, more);
	ok(strlen(token) > 7000, "SEC-11: a token of %zu bytes", strlen(token));
	is_int(check(&f, token), ERR_OK, "SEC-11: is taken");
	free(token);
	fake_down(&f);
}

#define ACTIVE(sub)                                                                              \
	"{\"active\":true,\"sub\":\"" sub "\",\"client_id\":\"host\",\"token_type\":\"Bearer\"," \
	"\"exp\":99999999999,\"iat\":1,\"iss\":\"" FAKE_ISSUER "\"}"

static void access_tokens(void)
{
	struct fake f;

	script.introspection = ACTIVE("2");
	script.userinfo = "{\"sub\":\"2\"}";
	fake_up(&f, scripted, REUSE);
	is_int(check(&f, OPAQUE), ERR_OK, "with token_reuse an access token is taken");
	is_str(script.token, OPAQUE, "after introspection");
	is_str(script.client, "host", "by our client id");
	is_str(script.authorization, "Bearer " OPAQUE, "and userinfo");
	ok(f.login.identity.expires == 99999999999ULL && !f.login.identity.single_use,
	    "until it expires");
	fake_down(&f);
}

static void bad_access_tokens(void)
{
	static const struct {
		const char *introspection;
		const char *userinfo;
		unsigned status;
		enum err want;
		const char *name;
	} bad[] = {
	    {"{\"active\":false}", "{\"sub\":\"2\"}", 200, ERR_TOKEN_INACTIVE, "inactive"},
	    {ACTIVE("2"), "{\"sub\":\"3\"}", 200, ERR_SUB_MISMATCH, "two subjects"},
	    {ACTIVE("2"), "{\"sub\":\"22\"}", 200, ERR_SUB_MISMATCH, "a longer subject"},
	    {ACTIVE("2"), "{}", 200, ERR_BAD_CLAIM, "userinfo without sub"},
	    {ACTIVE("2"), "{\"error\":\"invalid_token\"}", 401, ERR_TOKEN_INACTIVE,
		"refused by userinfo"},
	    {"{\"active\":true,\"client_id\":\"host\",\"token_type\":\"Bearer\",\"exp\":"
	     "99999999999}",
		"{\"sub\":\"2\"}", 200, ERR_BAD_CLAIM, "introspection without sub"},
	    {"{\"active\":true,\"sub\":\"2\",\"client_id\":\"other\",\"token_type\":\"Bearer\","
	     "\"exp\":99999999999}",
		"{\"sub\":\"2\"}", 200, ERR_WRONG_AUDIENCE, "another client's"},
	    {"{\"active\":true,\"sub\":\"2\",\"client_id\":\"host\",\"exp\":99999999999}",
		"{\"sub\":\"2\"}", 200, ERR_TOKEN_KIND, "a refresh token"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fake f;

		script.introspection = bad[i].introspection;
		script.userinfo = bad[i].userinfo;
		script.userinfo_status = bad[i].status;
		fake_up(&f, scripted, REUSE);
		is_int(check(&f, OPAQUE), bad[i].want, "SEC-02: refused: %s", bad[i].name);
		is_str(f.login.identity.sub, "", "SEC-02: and nobody is signed in");
		fake_down(&f);
	}
}

static void userinfo_is_not_enough(void)
{
	struct fake f;

	script.userinfo_status = 200;
	script.userinfo = "{\"sub\":\"2\"}";
	fake_up(&f, scripted, REUSE);
	fake_without(&f, "introspection_endpoint\"");
	is_int(check(&f, OPAQUE), ERR_TOKEN_KIND, "SEC-02: without introspection no access token");
	is_int(f.requests, 0, "SEC-02: userinfo is not even asked");
	fake_down(&f);
	script.introspection = "{\"error\":\"invalid_client\"}";
	script.introspection_status = 401;
	fake_up(&f, scripted, REUSE);
	is_int(check(&f, OPAQUE), ERR_BAD_CLIENT, "a wrong secret is told");
	fake_down(&f);
	script.introspection_status = 0;
}

static void reusable_id_tokens(void)
{
	struct fake f;

	fake_up(&f, scripted, REUSE);
	is_int(check_and_free(&f, fake_id_token(&f, "any", 0, "")), ERR_OK,
	    "with token_reuse an ID token of the client is taken");
	ok(!f.login.identity.single_use && f.login.identity.expires, "as often as it is valid");
	is_int(check_and_free(
		   &f, fake_sign(&f, "{\"iss\":\"" FAKE_ISSUER "\",\"sub\":\"2\",\"aud\":\"other\","
				     "\"iat\":1,\"exp\":99999999999}")),
	    ERR_WRONG_AUDIENCE, "SEC-02: another client's is not");
	is_int(check_and_free(
		   &f, fake_sign(&f, "{\"iss\":\"" FAKE_ISSUER "\",\"sub\":\"2\",\"aud\":\"host\","
				     "\"iat\":1,\"exp\":1000}")),
	    ERR_EXPIRED, "nor an expired one");
	fake_down(&f);
}

static void asked_for(void)
{
	static char heard[1024];
	struct fake f;
	char *token;

	fake_up(&f, scripted, "");
	token = fake_id_token(&f, HOST_NONCE, 0, "");
	fake_type(&f, token);
	is_int(flow_token(&f.login), ERR_OK, "a token is asked for");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_ASK, "by a question");
	fake_type(&f, "");
	is_int(flow_token(&f.login), ERR_NO_ANSWER, "an empty line is no answer");
	f.login.job.flags = LOGIN_HAS_ANSWER;
	f.login.job.answer = secret_new(token, strlen(token));
	is_int(flow_token(&f.login), ERR_OK, "or it came along");
	free(token);
	fake_down(&f);
}

int main(void)
{
	host_bound();
	login_service_refuses();
	junk_costs_nothing();
	cut_off();
	long_tokens();
	access_tokens();
	bad_access_tokens();
	userinfo_is_not_enough();
	reusable_id_tokens();
	asked_for();
	return tap_done();
}
