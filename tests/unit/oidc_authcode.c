/* SPDX-License-Identifier: MIT */
#include "oidc/authcode.h"
#include "oidc/form.h"
#include "oidc/idtoken.h"
#include "tests/unit/oidc_shown.h"
#include "tests/unit/tap.h"

#define ISSUER "https://id.encvoy.test:8443"
#define ENDPOINT ISSUER "/oidc/auth"
#define CODE "7l2lMulGknzsR9PV-iEa8wiAe65njxKPkU3oGIv-riy"
#define ISS "&iss=https%3A%2F%2Fid.encvoy.test%3A8443"

static const struct authcode_request request = {
    .client_id = "7FNLjaO5d7Jwl7Nw0LSYnn",
    .redirect_uri = "http://127.0.0.1/cb",
    .scope = "openid profile",
    .issuer = ISSUER,
    .iss_required = true,
    .max_age = 43200,
};

static uint8_t some_bytes[AUTHCODE_RANDOM_LEN];

static struct authcode *start(const struct authcode_request *r)
{
	struct authcode *a = NULL;

	if (authcode_new(r, some_bytes, &a) != ERR_OK)
		abort();
	return a;
}

/* A parameter of a query or body; "" when it is missing. */
static const char *param(const char *query, const char *name)
{
	static char value[512];
	struct buf b;

	buf_init_fixed(&b, value, sizeof(value));
	if (form_get(slice_of(query), name, &b) != ERR_OK || !buf_cstr(&b))
		return "";
	return value;
}

static void the_address_asks_for_what_it_must(void)
{
	AUTO_AUTHCODE struct authcode *a = start(&request);
	AUTO_BUF struct buf b = {0};
	const char *address;
	const char *query;

	buf_init(&b, 1024);
	authcode_address(a, ENDPOINT, &b);
	address = buf_cstr(&b);
	ok(strncmp(address, ENDPOINT "?", strlen(ENDPOINT) + 1) == 0,
	    "it begins with the endpoint");
	query = strchr(address, '?') + 1;
	is_str(param(query, "response_type"), "code", "response_type");
	is_str(param(query, "client_id"), request.client_id, "client_id");
	is_str(param(query, "redirect_uri"), request.redirect_uri, "SEC-24: redirect_uri");
	is_str(param(query, "scope"), "openid profile", "scope");
	is_str(param(query, "code_challenge_method"), "S256", "SEC-24: PKCE by S256");
	is_int(strlen(param(query, "code_challenge")), 43, "SEC-24: a challenge");
	is_int(strlen(param(query, "state")), 43, "SEC-24: a state of 256 bits");
	is_str(param(query, "nonce"), authcode_nonce(a), "SEC-24: the nonce");
	is_int(strlen(authcode_nonce(a)), 43, "of 256 bits");
	is_str(param(query, "max_age"), "43200", "max_age");
	is_str(param(query, "prompt"), "", "never a prompt");
	ok(strcmp(param(query, "state"), authcode_nonce(a)) != 0, "state and nonce differ");
	ok(strlen(address) < 450, "short enough to be copied");
}

static void max_age_is_never_short(void)
{
	struct authcode_request r = request;
	AUTO_AUTHCODE struct authcode *a = NULL;
	AUTO_BUF struct buf b = {0};

	buf_init(&b, 1024);
	for (unsigned age = 1; age < 60; age += 29) {
		r.max_age = age;
		is_int(authcode_new(&r, some_bytes, &a), ERR_RANGE, "max_age %u refused", age);
	}
	r.max_age = 0;
	a = start(&r);
	authcode_par_body(a, &b);
	is_str(param(buf_cstr(&b), "max_age"), "", "0 is not sent at all");
}

static void requests_are_checked(void)
{
	struct authcode_request r = request;
	AUTO_AUTHCODE struct authcode *a = NULL;

	r.scope = "profile";
	is_int(authcode_new(&r, some_bytes, &a), ERR_CONFIG, "a scope without openid");
	r.scope = "openidx";
	is_int(authcode_new(&r, some_bytes, &a), ERR_CONFIG, "or with something longer");
	r.scope = "profile openid";
	r.client_id = "";
	is_int(authcode_new(&r, some_bytes, &a), ERR_CONFIG, "no client_id");
	ok(a == NULL, "nothing written by a failure");
	authcode_free(NULL);
}

/* RFC 7636, appendix B */
static void the_challenge_is_the_verifiers(void)
{
	static const uint8_t bytes[32] = {116, 24, 223, 180, 151, 153, 224, 37, 79, 250, 96, 125,
	    216, 173, 187, 186, 22, 212, 37, 77, 105, 214, 191, 240, 91, 88, 5, 88, 83, 132, 141,
	    121};
	AUTO_AUTHCODE struct authcode *a = NULL;
	AUTO_BUF struct buf b = {0};
	AUTO_SECRET struct secret *code = secret_new(CODE, strlen(CODE));
	struct client client = {.id = request.client_id};

	memcpy(some_bytes, bytes, sizeof(bytes));
	a = start(&request);
	buf_init(&b, 1024);
	authcode_par_body(a, &b);
	is_str(param(buf_cstr(&b), "code_challenge"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
	    "SEC-24: RFC 7636's challenge");
	buf_reset(&b);
	authcode_token_body(a, &client, code, &b);
	is_str(param(buf_cstr(&b), "code_verifier"), "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk",
	    "SEC-24: RFC 7636's verifier");
}

static void token_requests(void)
{
	AUTO_AUTHCODE struct authcode *a = start(&request);
	AUTO_SECRET struct secret *code = secret_new(CODE, strlen(CODE));
	AUTO_SECRET struct secret *password = secret_new("s", 1);
	struct client public = {.id = "c1"};
	struct client confidential = {.id = "c1", .secret = password};
	AUTO_BUF struct buf b = {0};

	buf_init_secret(&b, 1024);
	authcode_token_body(a, &public, code, &b);
	is_str(param(buf_cstr(&b), "grant_type"), "authorization_code", "grant_type");
	is_str(param(buf_cstr(&b), "code"), CODE, "code");
	is_str(
	    param(buf_cstr(&b), "redirect_uri"), request.redirect_uri, "SEC-24: same redirect_uri");
	is_str(param(buf_cstr(&b), "client_id"), "c1", "a public client names itself");
	buf_reset(&b);
	authcode_token_body(a, &confidential, code, &b);
	is_str(param(buf_cstr(&b), "client_id"), "", "a confidential one does so in the header");
}

static void a_given_nonce_is_used(void)
{
	struct authcode_request r = request;
	AUTO_AUTHCODE struct authcode *a = NULL;
	AUTO_BUF struct buf b = {0};

	r.nonce = "h1.web1.AAECAwQFBgcICQoLDA0ODw";
	a = start(&r);
	buf_init(&b, 1024);
	authcode_par_body(a, &b);
	is_str(param(buf_cstr(&b), "nonce"), r.nonce, "sent");
	is_str(authcode_nonce(a), r.nonce, "and expected");
}

static void pushed_requests(void)
{
	static const char good[] =
	    "{\"expires_in\":60,\"request_uri\":\"urn:ietf:params:oauth:request_uri:SAE4XpuOl7F\"}";
	static const char *const bad[] = {"", "{}", "[]", "{\"expires_in\":60}",
	    "{\"request_uri\":\"urn:x\"}", "{\"expires_in\":\"60\",\"request_uri\":\"urn:x\"}",
	    "{\"expires_in\":0,\"request_uri\":\"urn:x\"}",
	    "{\"expires_in\":60,\"request_uri\":\"\"}",
	    "{\"expires_in\":60,\"request_uri\":\"a b\"}", "{\"expires_in\":60,\"request_uri\":1}",
	    "{\"error\":\"invalid_client\"}"};
	AUTO_AUTHCODE struct authcode *a = start(&request);
	AUTO_FREE char *uri = NULL;
	uint64_t seconds = 0;
	AUTO_BUF struct buf b = {0};

	buf_init(&b, 1024);
	is_int(par_reply_parse(good, strlen(good), &uri, &seconds), ERR_OK, "a good answer");
	is_int(seconds, 60, "lives a minute");
	authcode_short_address(a, ENDPOINT, uri, &b);
	is_str(buf_cstr(&b),
	    ENDPOINT "?client_id=7FNLjaO5d7Jwl7Nw0LSYnn&request_uri=urn%3Aietf%3Aparams%3Aoauth"
		     "%3Arequest_uri%3ASAE4XpuOl7F",
	    "the short address");
	free(uri);
	uri = NULL;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(par_reply_parse(bad[i], strlen(bad[i]), &uri, &seconds), ERR_PROVIDER_ERROR,
		    "refused: %s", bad[i]);
	buf_reset(&b);
	authcode_short_address(a, ENDPOINT "?x=1", "u", &b);
	ok(strstr(buf_cstr(&b), "?x=1&client_id="), "an endpoint with a query of its own");
}

/* Checks what comes out of a paste; "$S" in it stands for the right state. */
static void check_paste(
    const struct authcode *a, const char *paste, enum err expected, const char *name)
{
	AUTO_BUF struct buf b = {0};
	AUTO_BUF struct buf par = {0};
	AUTO_SECRET struct secret *code = NULL;
	const char *mark = strstr(paste, "$S");
	enum err e;

	buf_init(&b, 64 * 1024);
	buf_init(&par, 1024);
	authcode_par_body(a, &par);
	if (mark)
		buf_printf(&b, "%.*s%s%s", (int)(mark - paste), paste,
		    param(buf_cstr(&par), "state"), mark + 2);
	else
		buf_text(&b, paste);
	e = authcode_paste(a, b.len ? (const char *)b.data : "", b.len, &code);
	is_int(e, expected, "SEC-24: %s", name);
	if (expected == ERR_OK)
		is_str(secret_str(code), CODE, "the code");
	else
		ok(code == NULL, "no code");
}

static void good_pastes(void)
{
	AUTO_AUTHCODE struct authcode *a = start(&request);

	check_paste(a, CODE, ERR_OK, "a bare code");
	check_paste(a, "  " CODE "\r\n", ERR_OK, "a code with blanks around");
	check_paste(a, "\"" CODE "\"", ERR_OK, "a code in quotes");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE "&state=$S" ISS, ERR_OK, "an address");
	check_paste(a, "127.0.0.1/cb?code=" CODE "&state=$S" ISS, ERR_OK, "without scheme");
	check_paste(a, "?state=$S&code=" CODE ISS, ERR_OK, "a query");
	check_paste(a, "code=" CODE "&state=$S" ISS, ERR_OK, "a query without mark");
	check_paste(a, " <https://hosts.example/cb?code=" CODE "&state=$S" ISS ">\n", ERR_OK,
	    "an address in brackets");
	check_paste(
	    a, "http://127.0.0.1/cb?code=" CODE "&state=$S" ISS "#", ERR_OK, "a '#' behind");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE "&state=$S" ISS "#x=?y", ERR_OK,
	    "a fragment behind");
	check_paste(a, "http://127.0.0.1/cb#code=" CODE "&state=$S" ISS, ERR_OK, "as a fragment");
}

static void bad_pastes(void)
{
	AUTO_AUTHCODE struct authcode *a = start(&request);

	check_paste(a, "", ERR_NO_ANSWER, "nothing");
	check_paste(a, " \t\n", ERR_NO_ANSWER, "blanks");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE ISS, ERR_BAD_STATE, "no state");
	check_paste(
	    a, "http://127.0.0.1/cb?code=" CODE "&state=" ISS, ERR_BAD_STATE, "empty state");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE "&state=YLB5GwzUZWLU" ISS, ERR_BAD_STATE,
	    "another sign-in's state");
	check_paste(
	    a, "http://127.0.0.1/cb?code=" CODE "&state=$Sx" ISS, ERR_BAD_STATE, "a longer state");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE "&state=$S&state=$S" ISS, ERR_BAD_STATE,
	    "two states");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE "&state=$S", ERR_WRONG_ISSUER, "no iss");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE "&state=$S&iss=https://evil.example",
	    ERR_WRONG_ISSUER, "another iss");
	check_paste(
	    a, "http://127.0.0.1/cb?code=" CODE "&state=$S" ISS ISS, ERR_WRONG_ISSUER, "two iss");
	check_paste(a, "http://127.0.0.1/cb?code=" CODE "&code=" CODE "&state=$S" ISS, ERR_BAD_CODE,
	    "two codes");
	check_paste(a, "http://127.0.0.1/cb?code=&state=$S" ISS, ERR_BAD_CODE, "an empty code");
	check_paste(
	    a, "http://127.0.0.1/cb?code=a%20b&state=$S" ISS, ERR_BAD_CODE, "a blank in it");
	check_paste(
	    a, "http://127.0.0.1/cb?code=a%0d%0ab&state=$S" ISS, ERR_BAD_CODE, "CR LF in it");
	check_paste(a, "http://127.0.0.1/cb", ERR_BAD_CODE, "an address without a code");
	check_paste(a, ENDPOINT "?client_id=x&state=$S", ERR_BAD_CODE, "the address to open");
	check_paste(a, "two words", ERR_BAD_CODE, "two words");
	check_paste(a, "\x1b[31m" CODE, ERR_BAD_CODE, "an escape sequence");
	check_paste(a, "eyJhbGciOiJSUzI1NiJ9.eyJ9.AAAA", ERR_BAD_CODE, "a token");
}

static void pasted_errors(void)
{
	AUTO_AUTHCODE struct authcode *a = start(&request);

	check_paste(a, "http://127.0.0.1/cb?error=access_denied&state=$S" ISS, ERR_ACCESS_DENIED,
	    "the person declined");
	check_paste(a, "http://127.0.0.1/cb?error=access_denied" ISS, ERR_ACCESS_DENIED,
	    "an error without state");
	check_paste(a, "http://127.0.0.1/cb?error=access_denied&state=x", ERR_BAD_STATE,
	    "an error of another sign-in");
	check_paste(a, "http://127.0.0.1/cb?error=request_not_supported&state=$S",
	    ERR_PROVIDER_ERROR, "another error");
	check_paste(a, "http://127.0.0.1/cb#error=invalid_request&error_description=x",
	    ERR_PROVIDER_ERROR, "an error in the fragment");
	check_paste(a, "http://127.0.0.1/cb?error=unauthorized_client&code=" CODE "&state=$S" ISS,
	    ERR_BAD_CLIENT, "an error beside a code");
	check_paste(a, "?error=%00&state=$S", ERR_PROVIDER_ERROR, "an error with NUL");
}

static void iss_may_be_optional(void)
{
	struct authcode_request r = request;
	AUTO_AUTHCODE struct authcode *a = NULL;

	r.iss_required = false;
	a = start(&r);
	check_paste(a, "?code=" CODE "&state=$S", ERR_OK, "no iss from a provider that sends none");
	check_paste(a, "?code=" CODE "&state=$S&iss=https%3A%2F%2Fevil.example", ERR_WRONG_ISSUER,
	    "a wrong one is refused all the same");
}

static void cut_off_pastes(void)
{
	static const size_t cuts[] = {511, 512, 1022, 1023, 1024, 4094, 4095};
	AUTO_AUTHCODE struct authcode *a = start(&request);
	AUTO_SECRET struct secret *code = NULL;
	AUTO_FREE char *noise = malloc(64 * 1024);

	memset(noise, 'x', 64 * 1024);
	memcpy(noise, "http://127.0.0.1/cb?code=", 25);
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		is_int(authcode_paste(a, noise, cuts[i], &code), ERR_CUT_OFF, "SEC-11: cut at %zu",
		    cuts[i]);
	is_int(authcode_paste(a, noise, 64 * 1024, &code), ERR_CUT_OFF, "SEC-11: 64 KiB");
	is_int(authcode_paste(a, noise, 20000, &code), ERR_BAD_CODE, "long, but not cut");
	ok(!looks_cut_off(513) && !looks_cut_off(0), "other lengths do not look cut off");
}

static void kinds_are_told_apart(void)
{
	static const struct {
		const char *text;
		enum paste_kind kind;
	} cases[] = {{"", PASTE_EMPTY}, {" \n", PASTE_EMPTY}, {CODE, PASTE_CODE},
	    {"4/0AdQt8qh", PASTE_CODE}, {"eyJhbGci", PASTE_CODE},
	    {"eyJhbGciOiJSUzI1NiJ9.eyJ9.AAAA", PASTE_TOKEN}, {"'eyJhbGciOiJS.eyJ9'", PASTE_TOKEN},
	    {"http://127.0.0.1/cb", PASTE_ADDRESS}, {"127.0.0.1/cb?code=x", PASTE_ADDRESS},
	    {"code=x&state=y", PASTE_ADDRESS}, {"error=x", PASTE_ADDRESS}};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		is_int(paste_kind(cases[i].text, strlen(cases[i].text)), cases[i].kind,
		    "kind of \"%s\"", shown(cases[i].text));
}

int main(void)
{
	for (size_t i = 0; i < sizeof(some_bytes); i++)
		some_bytes[i] = (uint8_t)(i * 7 + 1);
	the_address_asks_for_what_it_must();
	max_age_is_never_short();
	requests_are_checked();
	token_requests();
	a_given_nonce_is_used();
	pushed_requests();
	good_pastes();
	bad_pastes();
	pasted_errors();
	iss_may_be_optional();
	cut_off_pastes();
	kinds_are_told_apart();
	the_challenge_is_the_verifiers();
	return tap_done();
}
