/* SPDX-License-Identifier: MIT */
#include "oidc/b64url.h"
#include "oidc/digest.h"
#include "oidc/idtoken.h"
#include "oidc/jwa.h"
#include "tests/unit/oidc_recorded.h"
#include "tests/unit/oidc_shown.h"
#include "tests/unit/oidc_sign.h"
#include "tests/unit/tap.h"

#define NOW 1800000000U
#define ISSUER "https://id.example"
#define CLIENT "host-client"

static struct signer signer;
static struct jwks *keys;

static struct idtoken_expect expect(void)
{
	return (struct idtoken_expect){
	    .issuer = ISSUER, .client_id = CLIENT, .nonce = "n1", .now = NOW, .algs = JWA_ALL};
}

static enum err verify(const struct idtoken_expect *x, const char *token)
{
	AUTO_CLAIMS struct claims *c = NULL;
	enum err e = idtoken_verify(keys, x, token, strlen(token), &c);

	if ((e == ERR_OK) != (c != NULL))
		abort();
	return e;
}

/* A payload whose members can be replaced ("" leaves one out) and added to. */
struct payload {
	const char *iss;
	const char *aud;
	const char *sub;
	const char *exp;
	const char *iat;
	const char *nonce;
	const char *more;
};

static const struct payload good = {
    .iss = "\"iss\":\"" ISSUER "\",",
    .aud = "\"aud\":\"" CLIENT "\",",
    .sub = "\"sub\":\"3\",",
    .exp = "\"exp\":1800001800,",
    .iat = "\"iat\":1800000000,",
    .nonce = "\"nonce\":\"n1\",",
    .more = "",
};

static char *text_of(const struct payload *p)
{
	return format(
	    "{%s%s%s%s%s%s%s\"z\":0}", p->iss, p->aud, p->sub, p->exp, p->iat, p->nonce, p->more);
}

static enum err verify_payload(const struct idtoken_expect *x, const struct payload *p)
{
	AUTO_FREE char *text = text_of(p);
	AUTO_FREE char *token = sign_plain(&signer, text);

	return verify(x, token);
}

/* One member changed, checked with the usual expectation. */
#define CHECK(member, value, expected, name)                                        \
	do {                                                                        \
		struct payload p_ = good;                                           \
		struct idtoken_expect x_ = expect();                                \
		p_.member = (value);                                                \
		is_int(verify_payload(&x_, &p_), (expected), "SEC-07: %s", (name)); \
	} while (0)

static void a_good_token_gives_its_claims(void)
{
	struct idtoken_expect x = expect();
	struct payload p = good;
	AUTO_CLAIMS struct claims *c = NULL;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *token = NULL;

	p.more = "\"auth_time\":1799999000,\"nickname\":\"Bob\",\"picture\":null,";
	text = text_of(&p);
	token = sign_plain(&signer, text);
	is_int(idtoken_verify(keys, &x, token, strlen(token), &c), ERR_OK, "a good token");
	if (!c)
		return;
	is_str(claims_issuer(c), ISSUER, "issuer");
	is_str(claims_sub(c), "3", "sub");
	is_str(claims_nonce(c), "n1", "nonce");
	is_int(claims_iat(c), 1800000000, "iat");
	is_int(claims_exp(c), 1800001800, "exp");
	is_int(claims_auth_time(c), 1799999000, "auth_time");
	is_str(claims_str(c, "nickname"), "Bob", "a display claim");
	ok(!claims_str(c, "picture") && !claims_str(c, "login") && !claims_str(c, "exp"),
	    "null, absent and other types are no display claims");
}

static void issuer_and_audience(void)
{
	CHECK(iss, "", ERR_BAD_CLAIM, "no iss");
	CHECK(iss, "\"iss\":1,", ERR_BAD_CLAIM, "iss of another type");
	CHECK(iss, "\"iss\":\"https://evil.example\",", ERR_WRONG_ISSUER, "another issuer");
	CHECK(iss, "\"iss\":\"" ISSUER "/\",", ERR_WRONG_ISSUER, "iss with a slash more");
	CHECK(iss, "\"iss\":\"https://ID.example\",", ERR_WRONG_ISSUER, "iss in other case");
	CHECK(aud, "", ERR_BAD_CLAIM, "no aud");
	CHECK(aud, "\"aud\":null,", ERR_BAD_CLAIM, "aud null");
	CHECK(aud, "\"aud\":[],", ERR_BAD_CLAIM, "aud empty");
	CHECK(aud, "\"aud\":[1],", ERR_BAD_CLAIM, "aud of another type");
	CHECK(aud, "\"aud\":{\"" CLIENT "\":1},", ERR_BAD_CLAIM, "aud an object");
	CHECK(aud, "\"aud\":\"other\",", ERR_WRONG_AUDIENCE, "another audience");
	CHECK(aud, "\"aud\":\"" CLIENT "2\",", ERR_WRONG_AUDIENCE, "a longer audience");
	CHECK(aud, "\"aud\":\"host\",", ERR_WRONG_AUDIENCE, "a shorter audience");
	CHECK(aud, "\"aud\":[\"" CLIENT "\"],", ERR_OK, "an array of just us");
	CHECK(aud, "\"aud\":[\"other\"],", ERR_WRONG_AUDIENCE, "an array of another");
	CHECK(aud, "\"aud\":[\"" CLIENT "\",\"other\"],", ERR_WRONG_AUDIENCE, "a further audience");
	CHECK(aud, "\"aud\":[\"other\",\"" CLIENT "\"],", ERR_WRONG_AUDIENCE, "the same, turned");
	CHECK(more, "\"azp\":\"" CLIENT "\",", ERR_OK, "azp ours");
	CHECK(more, "\"azp\":\"other\",", ERR_WRONG_AUDIENCE, "foreign azp");
	CHECK(more, "\"azp\":[\"" CLIENT "\"],", ERR_BAD_CLAIM, "azp of another type");
}

static void subjects(void)
{
	static const char *const bad[] = {
	    "", "a b", "a:b", "../x", "a\\\\b", "a\\nb", "\\u001b[2J", "\xc3\xa4", "\\u202e3"};

	CHECK(sub, "", ERR_BAD_CLAIM, "no sub");
	CHECK(sub, "\"sub\":3,", ERR_BAD_CLAIM, "sub a number");
	CHECK(sub, "\"sub\":null,", ERR_BAD_CLAIM, "sub null");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_FREE char *sub = format("\"sub\":\"%s\",", bad[i]);

		CHECK(sub, sub, ERR_BAD_SUB, "a sub that cannot be one");
	}
	for (int len = 255; len <= 256; len++) {
		AUTO_FREE char *sub = format("\"sub\":\"%0*d\",", len, 7);

		CHECK(sub, sub, len == 255 ? ERR_OK : ERR_BAD_SUB, "sub of 255 or 256 bytes");
	}
}

static void times(void)
{
	CHECK(exp, "", ERR_BAD_CLAIM, "no exp");
	CHECK(exp, "\"exp\":\"1800001800\",", ERR_BAD_CLAIM, "exp a string");
	CHECK(exp, "\"exp\":1800001800.5,", ERR_BAD_CLAIM, "exp a fraction");
	CHECK(exp, "\"exp\":1e300,", ERR_BAD_CLAIM, "exp 1e300");
	CHECK(exp, "\"exp\":9223372036854775807,", ERR_BAD_CLAIM, "exp INT64_MAX");
	CHECK(exp, "\"exp\":99999999999999999999,", ERR_BAD_CLAIM, "exp beyond 64 bits");
	CHECK(exp, "\"exp\":-1,", ERR_BAD_CLAIM, "exp negative");
	CHECK(exp, "\"exp\":null,", ERR_BAD_CLAIM, "exp null");
	CHECK(exp, "\"exp\":1799999941,", ERR_OK, "exp 59 s ago");
	CHECK(exp, "\"exp\":1799999940,", ERR_EXPIRED, "exp 60 s ago");
	CHECK(exp, "\"exp\":0,", ERR_EXPIRED, "exp 0");
	CHECK(iat, "", ERR_BAD_CLAIM, "no iat");
	CHECK(iat, "\"iat\":true,", ERR_BAD_CLAIM, "iat a boolean");
	CHECK(iat, "\"iat\":1800000060,", ERR_OK, "iat 60 s ahead");
	CHECK(iat, "\"iat\":1800000061,", ERR_NOT_YET_VALID, "iat 61 s ahead");
	CHECK(more, "\"nbf\":1800000060,", ERR_OK, "nbf 60 s ahead");
	CHECK(more, "\"nbf\":1800000061,", ERR_NOT_YET_VALID, "nbf 61 s ahead");
	CHECK(more, "\"nbf\":\"0\",", ERR_BAD_CLAIM, "nbf a string");
}

static void ages(void)
{
	struct idtoken_expect x = expect();
	struct payload p = good;

	x.max_iat_age = 300;
	p.iat = "\"iat\":1799999700,";
	is_int(verify_payload(&x, &p), ERR_OK, "SEC-10: iat 300 s ago");
	p.iat = "\"iat\":1799999699,";
	is_int(verify_payload(&x, &p), ERR_TOKEN_TOO_OLD, "SEC-10: iat 301 s ago");
	x.max_iat_age = 0;
	is_int(verify_payload(&x, &p), ERR_OK, "iat of any age when that is not asked");
	x.auth_max_age = 600;
	is_int(verify_payload(&x, &p), ERR_BAD_CLAIM, "SEC-07: auth_time asked, not there");
	p.more = "\"auth_time\":1799999340,";
	is_int(verify_payload(&x, &p), ERR_OK, "SEC-07: auth_time 660 s ago, 600 and 60 allowed");
	p.more = "\"auth_time\":1799999339,";
	is_int(verify_payload(&x, &p), ERR_AUTH_TOO_OLD, "SEC-07: auth_time 661 s ago");
	p.more = "\"auth_time\":1800000061,";
	is_int(verify_payload(&x, &p), ERR_NOT_YET_VALID, "SEC-07: auth_time ahead");
	p.more = "\"auth_time\":\"1799999999\",";
	is_int(verify_payload(&x, &p), ERR_BAD_CLAIM, "SEC-07: auth_time a string");
	x.auth_max_age = 0;
	is_int(verify_payload(&x, &p), ERR_BAD_CLAIM, "SEC-07: also when not asked");
}

static void nonces(void)
{
	struct idtoken_expect x = expect();
	struct payload p = good;
	AUTO_CLAIMS struct claims *c = NULL;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *token = NULL;

	CHECK(nonce, "", ERR_WRONG_NONCE, "no nonce");
	CHECK(nonce, "\"nonce\":\"n2\",", ERR_WRONG_NONCE, "another nonce");
	CHECK(nonce, "\"nonce\":\"n\",", ERR_WRONG_NONCE, "a shorter nonce");
	CHECK(nonce, "\"nonce\":\"n11\",", ERR_WRONG_NONCE, "a longer nonce");
	CHECK(nonce, "\"nonce\":\"\",", ERR_WRONG_NONCE, "an empty nonce");
	CHECK(nonce, "\"nonce\":1,", ERR_BAD_CLAIM, "nonce a number");
	x.nonce = NULL;
	is_int(verify_payload(&x, &p), ERR_OK, "any nonce when none is expected");
	p.nonce = "\"nonce\":null,";
	is_int(verify_payload(&x, &p), ERR_BAD_CLAIM, "SEC-07: nonce null");
	p.nonce = "";
	text = text_of(&p);
	token = sign_plain(&signer, text);
	is_int(idtoken_verify(keys, &x, token, strlen(token), &c), ERR_OK, "or none at all");
	ok(c && !claims_nonce(c) && claims_auth_time(c) == 0, "which then reads as NULL");
}

static char *at_hash_member(const char *access_token, const char *hash)
{
	uint8_t md[DIGEST_MAX_LEN];
	size_t len = 0;
	AUTO_FREE char *text = NULL;

	if (digest(hash, access_token, strlen(access_token), md, &len) != ERR_OK)
		abort();
	text = to_b64(md, len / 2);
	return format("\"at_hash\":\"%s\",", text);
}

static void at_hashes(void)
{
	struct idtoken_expect x = expect();
	struct payload p = good;
	AUTO_FREE char *right = at_hash_member("token", "SHA256");
	AUTO_FREE char *longer = at_hash_member("token", "SHA512");

	x.access_token = "token";
	is_int(verify_payload(&x, &p), ERR_OK, "at_hash may be absent");
	x.at_hash_required = true;
	is_int(verify_payload(&x, &p), ERR_BAD_AT_HASH, "SEC-07: unless it is required");
	p.more = right;
	is_int(verify_payload(&x, &p), ERR_OK, "at_hash fits");
	x.access_token = "token2";
	is_int(verify_payload(&x, &p), ERR_BAD_AT_HASH, "SEC-07: another access token");
	x.access_token = NULL;
	is_int(verify_payload(&x, &p), ERR_BAD_AT_HASH, "SEC-07: required, but nothing to compare");
	x.at_hash_required = false;
	is_int(verify_payload(&x, &p), ERR_OK, "nothing to compare");
	x.access_token = "token";
	p.more = longer;
	is_int(verify_payload(&x, &p), ERR_BAD_AT_HASH, "SEC-07: by another hash");
	p.more = "\"at_hash\":\"\",";
	is_int(verify_payload(&x, &p), ERR_BAD_AT_HASH, "SEC-07: empty");
	p.more = "\"at_hash\":false,";
	is_int(verify_payload(&x, &p), ERR_BAD_CLAIM, "SEC-07: of another type");
}

static void at_hash_follows_the_algorithm(void)
{
	static const struct {
		const char *alg;
		const char *hash;
	} pairs[] = {
	    {"RS384", "SHA384"}, {"ES512", "SHA512"}, {"PS256", "SHA256"}, {"EdDSA", "SHA512"}};

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		struct signer s = signer_new(pairs[i].alg, NULL);
		AUTO_JWKS struct jwks *own = signer_keys(&s);
		AUTO_FREE char *member = at_hash_member("token", pairs[i].hash);
		AUTO_FREE char *text = NULL;
		AUTO_FREE char *token = NULL;
		AUTO_CLAIMS struct claims *c = NULL;
		struct idtoken_expect x = expect();
		struct payload p = good;

		x.access_token = "token";
		p.more = member;
		text = text_of(&p);
		token = sign_plain(&s, text);
		is_int(idtoken_verify(own, &x, token, strlen(token), &c), ERR_OK,
		    "at_hash by %s for %s", pairs[i].hash, pairs[i].alg);
		signer_free(&s);
	}
}

static void typ(void)
{
	static const struct {
		const char *member;
		enum err e;
	} cases[] = {{"", ERR_OK}, {",\"typ\":\"JWT\"", ERR_OK}, {",\"typ\":\"jwt\"", ERR_OK},
	    {",\"typ\":\"at+jwt\"", ERR_BAD_HEADER},
	    {",\"typ\":\"application/at+jwt\"", ERR_BAD_HEADER},
	    {",\"typ\":\"logout+jwt\"", ERR_BAD_HEADER}, {",\"typ\":\"dpop+jwt\"", ERR_BAD_HEADER},
	    {",\"typ\":\"JOSE\"", ERR_BAD_HEADER}, {",\"typ\":\"\"", ERR_BAD_HEADER},
	    {",\"typ\":\"token-introspection+jwt\"", ERR_BAD_HEADER}};
	struct idtoken_expect x = expect();
	AUTO_FREE char *text = text_of(&good);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FREE char *header = format("{\"alg\":\"RS256\"%s}", cases[i].member);
		AUTO_FREE char *token = sign_token(&signer, header, text);

		is_int(verify(&x, token), cases[i].e, "SEC-07: header with %s", cases[i].member);
	}
}

static void payloads_that_are_no_claims(void)
{
	static const char *const bad[] = {
	    " ", "[]", "null", "\"x\"", "{", "{}x", "\xff", "{\"iss\":\"a\",\"iss\":\"b\"}"};
	struct idtoken_expect x = expect();

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_FREE char *token = sign_plain(&signer, bad[i]);

		is_int(verify(&x, token), ERR_BAD_JSON, "SEC-06: payload %s", shown(bad[i]));
	}
	CHECK(more, "\"sub\":\"1\",", ERR_BAD_JSON, "two subs");
	CHECK(more, "\"\\u0073ub\":\"1\",", ERR_BAD_JSON, "two subs, one escaped");
	CHECK(sub, "\"sub\":\"3\\u0000\",", ERR_BAD_JSON, "NUL in sub");
	x.issuer = "";
	is_int(verify_payload(&x, &good), ERR_CONFIG, "an empty issuer cannot be expected");
}

static void nothing_unverified_counts(void)
{
	struct signer foreign = signer_new("RS256", "k1");
	struct idtoken_expect x = expect();
	AUTO_FREE char *text = text_of(&good);
	AUTO_FREE char *token = sign_plain(&foreign, text);
	AUTO_FREE char *hmac = sign_hmac("", 0, "{\"alg\":\"HS256\"}", text);
	AUTO_FREE char *none = format("%.*s.", (int)(strrchr(hmac, '.') - hmac), hmac);

	is_int(verify(&x, token), ERR_BAD_SIGNATURE, "SEC-09: a stranger's key under our kid");
	is_int(verify(&x, hmac), ERR_BAD_ALG, "SEC-04: HS256 with an empty key");
	is_int(verify(&x, none), ERR_BAD_ALG, "SEC-04: without a signature");
	x.algs = JWA_ES256 | JWA_PS256;
	is_int(verify_payload(&x, &good), ERR_BAD_ALG, "SEC-04: RS256 not configured");
	signer_free(&foreign);
}

static void cut_off_answers(void)
{
	static const size_t cuts[] = {511, 512, 1022, 1023, 1024, 4094, 4095};
	struct idtoken_expect x = expect();
	struct payload p = good;
	AUTO_FREE char *filler = format("\"filler\":\"%06000d\",", 0);
	AUTO_FREE char *noise = malloc(128 * 1024);
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *token = NULL;
	AUTO_CLAIMS struct claims *c = NULL;

	p.more = filler;
	text = text_of(&p);
	token = sign_plain(&signer, text);
	memset(noise, 'x', 128 * 1024);
	ok(strlen(token) > 8192, "a token above 8 KiB");
	is_int(verify(&x, token), ERR_OK, "SEC-11: works");
	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++) {
		is_int(idtoken_verify(keys, &x, token, cuts[i], &c), ERR_CUT_OFF,
		    "SEC-11: cut at %zu", cuts[i]);
		is_int(idtoken_verify(keys, &x, noise, cuts[i], &c), ERR_CUT_OFF,
		    "SEC-11: %zu bytes of noise", cuts[i]);
	}
	is_int(idtoken_verify(keys, &x, token, 513, &c), ERR_BAD_TOKEN, "cut elsewhere");
	is_int(idtoken_verify(keys, &x, noise, 64 * 1024, &c), ERR_CUT_OFF, "SEC-11: 64 KiB");
	is_int(idtoken_verify(keys, &x, noise, 128 * 1024, &c), ERR_CUT_OFF, "SEC-11: 128 KiB");
	is_int(idtoken_verify(keys, &x, noise, 65535, &c), ERR_BAD_TOKEN, "one byte less");
	is_int(idtoken_verify(keys, &x, "", 0, &c), ERR_BAD_TOKEN, "nothing");
}

/* Cut inside the signature there are still three parts. */
static void cut_in_the_signature(void)
{
	struct idtoken_expect x = expect();
	struct payload p = good;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *token = NULL;
	AUTO_CLAIMS struct claims *c = NULL;
	AUTO_FREE char *filler = format("\"filler\":\"%0400d\",", 0);

	p.more = filler;
	text = text_of(&p);
	token = sign_plain(&signer, text);
	ok(strlen(token) > 1024 && strrchr(token, '.') - token < 1022,
	    "a token around 1,024 bytes");
	is_int(idtoken_verify(keys, &x, token, 1022, &c), ERR_CUT_OFF, "SEC-11: cut at 1,022");
	is_int(idtoken_verify(keys, &x, token, 1023, &c), ERR_CUT_OFF, "SEC-11: cut at 1,023");
	is_int(idtoken_verify(keys, &x, token, 1024, &c), ERR_CUT_OFF, "SEC-11: cut at 1,024");
}

static void recorded_tokens(void)
{
	AUTO_JWKS struct jwks *rec = NULL;
	AUTO_CLAIMS struct claims *c = NULL;
	AUTO_CLAIMS struct claims *c2 = NULL;
	struct idtoken_expect x = {.issuer = REC_ISSUER,
	    .client_id = REC_CLIENT,
	    .nonce = REC_NONCE,
	    .access_token = REC_ACCESS_TOKEN,
	    .at_hash_required = true,
	    .now = REC_IAT + 1,
	    .algs = JWA_RS256};

	is_int(jwks_parse(rec_jwks, strlen(rec_jwks), &rec), ERR_OK, "Encvoy ID's keys");
	is_int(idtoken_verify(rec, &x, rec_id_token, strlen(rec_id_token), &c), ERR_OK,
	    "Encvoy ID's token");
	is_str(c ? claims_sub(c) : NULL, "3", "is bob's");
	is_str(c ? claims_str(c, "nickname") : NULL, "BobBright1", "who is called so");
	x.now = REC_EXP + IDTOKEN_LEEWAY;
	is_int(idtoken_verify(rec, &x, rec_id_token, strlen(rec_id_token), &c2), ERR_EXPIRED,
	    "SEC-07: and has expired later");
	x.now = REC_AUTH_TIME;
	x.nonce = REC_AUTH_NONCE;
	x.access_token = NULL;
	x.at_hash_required = false;
	x.auth_max_age = 100;
	is_int(idtoken_verify(rec, &x, rec_auth_time_token, strlen(rec_auth_time_token), &c2),
	    ERR_OK, "a token asked for with max_age");
	is_int(c2 ? claims_auth_time(c2) : 0, REC_AUTH_TIME, "has auth_time");
}

static void claims_are_written_harmlessly(void)
{
	struct idtoken_expect x = expect();
	struct payload p = good;
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *token = NULL;
	AUTO_CLAIMS struct claims *c = NULL;
	AUTO_BUF struct buf out = {0};
	bool printable = true;

	p.more = "\"nickname\":\"\xe2\x80\xae\xc2\x9b\x7f\",";
	text = text_of(&p);
	token = sign_plain(&signer, text);
	buf_init(&out, 4096);
	is_int(idtoken_verify(keys, &x, token, strlen(token), &c), ERR_OK, "odd display claims");
	is_int(claims_write(c, &out), ERR_OK, "are written");
	for (size_t i = 0; i < out.len; i++)
		printable = printable && out.data[i] >= 0x20 && out.data[i] < 0x7f;
	ok(printable && out.len > 0, "SEC-25: in printable ASCII");
}

int main(void)
{
	signer = signer_new("RS256", "k1");
	keys = signer_keys(&signer);
	a_good_token_gives_its_claims();
	issuer_and_audience();
	subjects();
	times();
	ages();
	nonces();
	at_hashes();
	at_hash_follows_the_algorithm();
	typ();
	payloads_that_are_no_claims();
	nothing_unverified_counts();
	cut_off_answers();
	cut_in_the_signature();
	recorded_tokens();
	claims_are_written_harmlessly();
	jwks_free(keys);
	signer_free(&signer);
	return tap_done();
}
