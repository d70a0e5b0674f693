/* SPDX-License-Identifier: MIT */
/* The browser method: what is shown, what may be pasted, and what a code must bring (SEC-24). */
#include "sys/clock.h"
#include "tests/unit/online_fake.h"
#include "tests/unit/tap.h"

#define IN_TIME 100

static char heard[65536];

/* The monotonic clock as the method sees it: the real one and what the test adds. */
static int64_t later;
int64_t __real_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void);
int64_t __wrap_clock_mono_ms(void)
{
	return __real_clock_mono_ms() + later;
}

/* What the person pastes after each pushed request, and what the code is then worth. */
static struct {
	const char *paste[8]; /* %s: the state */
	long auth_age;
	const char *more;
	const char *nonce; /* NULL: the right one */
	unsigned refuse;   /* invalid_grant for the first so many */
} script;

static enum err scripted(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	char text[1024];

	if (fake_asks(r, "/par")) {
		enum err e = fake_par(f, r, ret);
		const char *how = script.paste[f->n++];

		if (!how)
			return e;
		snprintf(text, sizeof(text), "%s", how);
		if (strstr(how, "STATE")) {
			const char *at = strstr(how, "STATE");

			snprintf(
			    text, sizeof(text), "%.*s%s%s", (int)(at - how), how, f->state, at + 5);
		}
		fake_type(f, text);
		return e;
	}
	if (!fake_asks(r, "/token"))
		return ERR_PROVIDER_ERROR;
	if (script.refuse && script.refuse--)
		return fake_reply(ret, 400, "{\"error\":\"invalid_grant\"}");
	return fake_tokens(ret,
	    fake_id_token(f, script.nonce ? script.nonce : f->nonce, script.auth_age, script.more));
}

#define GOOD                \
	"http://127.0.0.1/" \
	"cb?code=Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6&state=STATE&iss=https%3A%2F%2Fid.example.test"
#define CODE "Zm9vYmFyYmF6cXV4Zm9vYmFyYmF6"

static void play(struct fake *f, const char *settings)
{
	if (!script.auth_age)
		script.auth_age = IN_TIME;
	if (!script.more)
		script.more = "";
	fake_up(f, scripted, settings);
}

static void forget(struct fake *f)
{
	fake_down(f);
	memset(&script, 0, sizeof(script));
}

static void good_address(void)
{
	struct fake f;

	script.paste[0] = GOOD;
	play(&f, "");
	is_int(flow_browser(&f.login), ERR_OK, "a pasted address signs in");
	is_str(f.login.identity.issuer, FAKE_ISSUER, "with the issuer");
	is_str(f.login.identity.sub, "2", "and the sub");
	is_int(f.login.identity.method, METHOD_BROWSER, "by browser");
	ok(f.login.identity.full && !f.login.identity.single_use, "as a full login");
	ok(f.login.identity.auth_time > 0, "with the time of the sign-in");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_SHOW, "first a text is shown");
	ok(strstr(heard, "host1.example.test") && strstr(heard, "encvoy-2") &&
		strstr(heard, "shell"),
	    "SEC-22: with host, user and service");
	ok(strstr(heard, "Never enter a code that somebody sent you."), "SEC-22: and the warning");
	ok(strstr(heard, "\n" FAKE_ISSUER "/auth?"), "the address stands alone on its line");
	ok(strstr(heard, "request_uri"), "it is a short one");
	ok(strstr(heard, "cannot be reached"), "the last page is announced");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_ASK, "then a question is asked");
	is_str(heard, "Paste the code or the address here: ", "for the code");
	is_int(fake_heard(&f, heard, sizeof(heard)), 0, "and nothing else");
	forget(&f);
}

static void other_pastes(void)
{
	static const char *const good[] = {CODE,
	    "127.0.0.1/cb?code=" CODE "&state=STATE&iss=https%3A%2F%2Fid.example.test",
	    "  \"http://127.0.0.1/cb?iss=https%3A%2F%2Fid.example.test&state=STATE&code=" CODE
	    "\" "};

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++) {
		struct fake f;

		script.paste[0] = good[i];
		play(&f, "");
		is_int(flow_browser(&f.login), ERR_OK, "taken: %s", good[i]);
		forget(&f);
	}
}

static void bad_pastes(void)
{
	static const struct {
		const char *paste;
		enum err want;
	} bad[] = {
	    {"http://127.0.0.1/cb?code=" CODE "&state=other&iss=https%3A%2F%2Fid.example.test",
		ERR_BAD_STATE},
	    {"http://127.0.0.1/cb?code=" CODE "&iss=https%3A%2F%2Fid.example.test", ERR_BAD_STATE},
	    {"http://127.0.0.1/cb?code=" CODE "&state=STATE&iss=https%3A%2F%2Fevil.test",
		ERR_WRONG_ISSUER},
	    {"http://127.0.0.1/cb?code=" CODE "&state=STATE", ERR_WRONG_ISSUER},
	    {"http://127.0.0.1/cb?state=STATE&iss=https%3A%2F%2Fid.example.test", ERR_BAD_CODE},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fake f;

		for (int k = 0; k < 3; k++)
			script.paste[k] = bad[i].paste;
		play(&f, "");
		is_int(flow_browser(&f.login), bad[i].want, "SEC-24: refused: %s", bad[i].paste);
		is_int(f.requests, 3, "after three attempts, no code sent anywhere");
		forget(&f);
	}
}

static void third_time(void)
{
	struct fake f;
	int shown = 0, type;

	script.paste[0] = "nonsense nonsense";
	script.paste[1] = CODE;
	script.paste[2] = GOOD;
	script.refuse = 1;
	play(&f, "");
	is_int(flow_browser(&f.login), ERR_OK,
	    "a bad paste and an expired code may be followed by a good");
	while ((type = fake_heard(&f, heard, sizeof(heard)))) {
		shown += type == MSG_SHOW;
		if (type == MSG_SHOW && shown > 1)
			ok(strstr(heard, "That did not work"), "what went wrong is said");
	}
	is_int(shown, 3, "each attempt has its own address");
	forget(&f);
}

#define OLD_ONES 4

/* A person who lets addresses grow old and presses Enter; at the last one too early. */
static enum err enter(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	enum err e;

	if (!fake_asks(r, "/par"))
		return scripted(f, r, ret);
	e = fake_par(f, r, ret);
	later += f->n < OLD_ONES ? 50000 : 40000;
	fake_type(f, "");
	if (f->n++ == OLD_ONES)
		fake_type(f, CODE);
	return e;
}

static void fresh_address(void)
{
	struct fake f;
	int shown = 0, asked = 0, type;

	script.auth_age = IN_TIME;
	script.more = "";
	fake_up(&f, enter, "");
	f.login.talk.deadline = clock_mono_ms() + 3600000;
	is_int(flow_browser(&f.login), ERR_OK, "a code signs in after four addresses grew old");
	while ((type = fake_heard(&f, heard, sizeof(heard)))) {
		shown += type == MSG_SHOW;
		asked += type == MSG_ASK;
		if (type == MSG_SHOW)
			ok(!strstr(heard, "did not work"), "nothing went wrong");
	}
	is_int(shown, OLD_ONES + 1, "Enter after 50 s brings a fresh address, and is no attempt");
	is_int(asked, OLD_ONES + 2, "an earlier one asks again for the same address");
	is_int(f.requests, OLD_ONES + 2, "each address is a request of its own");
	forget(&f);
	later = 0;
}

static void bad_tokens(void)
{
	static const struct {
		long auth_age;
		const char *more;
		const char *nonce;
		enum err want;
		const char *name;
	} bad[] = {
	    {IN_TIME, "", "other", ERR_WRONG_NONCE, "another sign-in's nonce"},
	    {50000, "", NULL, ERR_AUTH_TOO_OLD, "a sign-in too long ago"},
	    {-1000, "", NULL, ERR_NOT_YET_VALID, "a sign-in in the future"},
	    {IN_TIME, ",\"at_hash\":\"AAAAAAAAAAAAAAAAAAAAAA\"", NULL, ERR_BAD_AT_HASH,
		"another access token's at_hash"},
	    {IN_TIME, ",\"azp\":\"other\"", NULL, ERR_WRONG_AUDIENCE, "a foreign azp"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fake f;

		script.paste[0] = GOOD;
		script.auth_age = bad[i].auth_age;
		script.more = bad[i].more;
		script.nonce = bad[i].nonce;
		play(&f, "");
		is_int(flow_browser(&f.login), bad[i].want, "SEC-24: refused: %s", bad[i].name);
		is_str(f.login.identity.sub, "", "and nobody is signed in");
		forget(&f);
	}
}

static enum err without_auth_time(
    struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	if (fake_asks(r, "/par")) {
		enum err e = fake_par(f, r, ret);

		fake_type(f, CODE);
		return e;
	}
	return fake_tokens(ret, fake_id_token(f, f->nonce, 0, ""));
}

static void needs_auth_time(void)
{
	struct fake f;

	fake_up(&f, without_auth_time, "");
	is_int(flow_browser(&f.login), ERR_BAD_CLAIM, "auth_time is required");
	fake_down(&f);
}

static void tokens_in_the_box(void)
{
	struct fake f;
	char *token;
	char paste[2048];

	play(&f, "methods = browser,token");
	token = fake_id_token(&f, "h1.host1.example.test.AAAAAAAAAAAAAAAAAAAAAA", 0, "");
	snprintf(paste, sizeof(paste), "%s", token);
	free(token);
	script.paste[0] = paste;
	is_int(flow_browser(&f.login), ERR_OK, "where tokens are allowed one may be pasted");
	is_int(f.login.identity.method, METHOD_TOKEN, "and counts as one");
	ok(f.login.identity.single_use, "for one use");
	forget(&f);

	play(&f, "");
	for (int i = 0; i < 3; i++)
		script.paste[i] = paste;
	is_int(flow_browser(&f.login), ERR_BAD_CODE, "elsewhere it is no code");
	forget(&f);
}

static enum err par_fails(struct fake *f, const struct http_request *r, struct http_answer *ret)
{
	(void)f;
	if (fake_asks(r, "/par") && f->n == 1)
		return ERR_PROVIDER_UNREACHABLE;
	if (fake_asks(r, "/par") && f->n == 2)
		return fake_reply(ret, 401, "{\"error\":\"invalid_client\"}");
	return ERR_PROVIDER_ERROR;
}

static void par_troubles(void)
{
	struct fake f;

	fake_up(&f, par_fails, "redirect_uri = https://page.example.test/code");
	f.login.talk.deadline = 0; /* nobody answers */
	is_int(flow_browser(&f.login), ERR_TIMEOUT, "without an answer the login ends in time");
	is_int(fake_heard(&f, heard, sizeof(heard)), MSG_SHOW,
	    "a PAR that does not work is no obstacle");
	ok(strstr(heard, "code_challenge_method=S256") && strstr(heard, "state=") &&
		strstr(heard, "nonce="),
	    "SEC-24: the long address has challenge, state and nonce");
	ok(strstr(heard, "redirect_uri=https%3A%2F%2Fpage.example.test%2Fcode"),
	    "SEC-24: and the redirect of the configuration");
	ok(strstr(heard, "max_age=43200") && !strstr(heard, "prompt="),
	    "max_age is sent, no prompt");
	ok(strstr(heard, "shows a code"), "the last page is announced");
	f.n = 1;
	is_int(flow_browser(&f.login), ERR_PROVIDER_UNREACHABLE, "an unreachable provider is told");
	f.n = 2;
	is_int(flow_browser(&f.login), ERR_BAD_CLIENT, "and a client it does not know");
	fake_down(&f);
}

static void leaving(void)
{
	struct fake f;

	play(&f, "");
	close_fd(&f.listener_fd);
	is_int(flow_browser(&f.login), ERR_CANCELLED, "a closed connection ends the method");
	forget(&f);
	play(&f, "");
	fake_without(&f, "authorization_endpoint\"");
	is_int(flow_browser(&f.login), ERR_NO_METHOD,
	    "without authorization endpoint it is not there");
	forget(&f);
	script.paste[0] =
	    "http://127.0.0.1/cb?error=access_denied&state=STATE&iss=https%3A%2F%2Fid.example.test";
	play(&f, "");
	is_int(flow_browser(&f.login), ERR_ACCESS_DENIED, "declined at the provider: the end");
	is_int(f.requests, 1, "at once");
	forget(&f);
}

int main(void)
{
	good_address();
	other_pastes();
	bad_pastes();
	third_time();
	fresh_address();
	bad_tokens();
	needs_auth_time();
	tokens_in_the_box();
	par_troubles();
	leaving();
	return tap_done();
}
