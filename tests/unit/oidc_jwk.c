/* SPDX-License-Identifier: MIT */
#include "common/buf.h"
#include "oidc/jwk.h"
#include "tests/unit/oidc_sign.h"
#include "tests/unit/tap.h"

static enum err check(const char *jwk)
{
	AUTO_JWKS struct jwks *keys = NULL;

	return jwks_parse_any(jwk, strlen(jwk), &keys);
}

/* An RSA JWK of a modulus with that many bits; only its form is looked at. */
static char *rsa_jwk(unsigned bits, const char *e)
{
	uint8_t n[2048];
	size_t len = (bits + 7) / 8;
	AUTO_FREE char *text = NULL;

	memset(n, 0xa5, sizeof(n));
	n[0] = (uint8_t)(1U << ((bits - 1) % 8));
	text = to_b64(n, len);
	return format("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"}", text, e);
}

static void check_rsa(unsigned bits, const char *e, enum err expected, const char *what)
{
	AUTO_FREE char *jwk = rsa_jwk(bits, e);

	is_int(check(jwk), expected, "SEC-08: RSA, %s", what);
}

static void rsa_sizes_and_exponents(void)
{
	check_rsa(1024, "AQAB", ERR_BAD_KEY, "1024 bits refused");
	check_rsa(2047, "AQAB", ERR_BAD_KEY, "2047 bits refused");
	check_rsa(2048, "AQAB", ERR_OK, "2048 bits accepted");
	check_rsa(4096, "AQAB", ERR_OK, "4096 bits accepted");
	check_rsa(8192, "AQAB", ERR_OK, "8192 bits accepted");
	check_rsa(8193, "AQAB", ERR_BAD_KEY, "8193 bits refused");
	check_rsa(16384, "AQAB", ERR_BAD_KEY, "16384 bits refused");
	check_rsa(2048, "Aw", ERR_OK, "e = 3 accepted");
	check_rsa(2048, "AQ", ERR_BAD_KEY, "e = 1 refused");
	check_rsa(2048, "Ag", ERR_BAD_KEY, "e = 2 refused");
	check_rsa(2048, "AQAA", ERR_BAD_KEY, "e = 65536 refused");
	check_rsa(2048, "AA", ERR_BAD_KEY, "e = 0 refused");
	check_rsa(2048, "", ERR_BAD_KEY, "e empty refused");
	check_rsa(2048, "AAEAAQ", ERR_BAD_KEY, "e with a leading zero refused");
	check_rsa(2048, "AQAB=", ERR_BAD_KEY, "e with padding refused");
	check_rsa(2048, "AQAAAAAAAAAAAAAB", ERR_BAD_KEY, "e of 89 bits refused");
	is_int(check("{\"kty\":\"RSA\",\"e\":\"AQAB\"}"), ERR_BAD_KEY, "SEC-08: RSA without n");
	is_int(check("{\"kty\":\"RSA\",\"n\":5,\"e\":\"AQAB\"}"), ERR_BAD_KEY,
	    "SEC-06: RSA with a number as n");
}

static void even_modulus(void)
{
	uint8_t n[256];
	AUTO_FREE char *text = NULL;
	AUTO_FREE char *jwk = NULL;

	memset(n, 0xa4, sizeof(n));
	text = to_b64(n, sizeof(n));
	jwk = format("{\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"AQAB\"}", text);
	is_int(check(jwk), ERR_BAD_KEY, "SEC-08: RSA, even modulus refused");
}

static void curve_points(void)
{
	static const char *const algs[] = {"ES256", "ES384", "ES512"};

	for (size_t i = 0; i < 3; i++) {
		struct signer s = signer_new(algs[i], NULL);
		AUTO_FREE char *good = signer_jwk(&s, "");
		AUTO_FREE char *bad = format("%s", good);
		char *x = strstr(bad, "\"x\":\"") + 8;

		is_int(check(good), ERR_OK, "%s key accepted", algs[i]);
		*x = *x == 'A' ? 'B' : 'A';
		is_int(check(bad), ERR_BAD_KEY, "SEC-08: %s point off the curve refused", algs[i]);
		signer_free(&s);
	}
}

static void wrong_curve_members(void)
{
	struct signer s = signer_new("ES256", NULL);
	struct signer ed = signer_new("EdDSA", NULL);
	AUTO_FREE char *jwk = signer_jwk(&s, "");
	AUTO_FREE char *ed_jwk = signer_jwk(&ed, "");
	AUTO_FREE char *other = format("%s", jwk);
	AUTO_FREE char *padded =
	    format("{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA%s", strstr(jwk, "\"x\":\"") + 5);

	is_int(check(padded), ERR_BAD_KEY, "SEC-08: a longer coordinate refused");
	memcpy(strstr(other, "P-256"), "P-384", 5);
	is_int(check(other), ERR_BAD_KEY, "SEC-04: another curve's name refused");
	is_int(check("{\"kty\":\"EC\",\"crv\":\"secp256k1\",\"x\":\"AA\",\"y\":\"AA\"}"),
	    ERR_BAD_KEY, "SEC-04: secp256k1 refused");
	is_int(check(ed_jwk), ERR_OK, "Ed25519 accepted");
	memcpy(strstr(ed_jwk, "Ed25519"), "X25519 ", 7);
	is_int(check(ed_jwk), ERR_BAD_KEY, "SEC-04: X25519 refused");
	is_int(check("{\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"AAAA\"}"), ERR_BAD_KEY,
	    "SEC-08: a short Ed25519 key refused");
	is_int(check("{\"kty\":\"oct\",\"k\":\"AAAA\",\"alg\":\"HS256\"}"), ERR_BAD_KEY,
	    "SEC-04: a symmetric key refused");
	is_int(
	    check("{\"kty\":\"ec\",\"crv\":\"P-256\"}"), ERR_BAD_KEY, "SEC-04: kty in other case");
	is_int(check("{\"n\":\"AQAB\"}"), ERR_BAD_KEY, "SEC-04: no kty");
	signer_free(&s);
	signer_free(&ed);
}

static void what_a_key_is_for(void)
{
	static const struct {
		const char *extra;
		enum err e;
	} cases[] = {{"\"use\":\"sig\"", ERR_OK}, {"\"use\":\"enc\"", ERR_BAD_KEY},
	    {"\"use\":\"SIG\"", ERR_BAD_KEY}, {"\"use\":null", ERR_BAD_KEY},
	    {"\"use\":[\"sig\"]", ERR_BAD_KEY}, {"\"key_ops\":[\"verify\"]", ERR_OK},
	    {"\"key_ops\":[\"sign\",\"verify\"]", ERR_OK},
	    {"\"key_ops\":[\"encrypt\"]", ERR_BAD_KEY}, {"\"key_ops\":[]", ERR_BAD_KEY},
	    {"\"key_ops\":\"verify\"", ERR_BAD_KEY}, {"\"alg\":\"RS256\"", ERR_OK},
	    {"\"alg\":\"PS512\"", ERR_OK}, {"\"alg\":\"ES256\"", ERR_BAD_KEY},
	    {"\"alg\":\"RSA-OAEP\"", ERR_BAD_KEY}, {"\"alg\":\"HS256\"", ERR_BAD_KEY},
	    {"\"alg\":\"none\"", ERR_BAD_KEY}, {"\"alg\":\"rs256\"", ERR_BAD_KEY},
	    {"\"alg\":1", ERR_BAD_KEY}, {"\"kid\":1", ERR_BAD_KEY}, {"\"kid\":\"\"", ERR_OK},
	    {"\"x5c\":[\"AAAA\"]", ERR_OK}};
	struct signer s = signer_new("RS256", NULL);

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FREE char *jwk = signer_jwk(&s, cases[i].extra);

		is_int(check(jwk), cases[i].e, "SEC-04: key with %s", cases[i].extra);
	}
	signer_free(&s);
}

static void bad_keys_in_a_set_are_left_out(void)
{
	struct signer s = signer_new("EdDSA", "good");
	AUTO_FREE char *good = signer_jwk(&s, "");
	AUTO_FREE char *set = format("{\"keys\":[5,null,{},[],{\"kty\":\"RSA\"},"
				     "{\"kty\":\"oct\",\"kid\":\"mac\",\"k\":\"AAAA\"},%s]}",
	    good);
	AUTO_JWKS struct jwks *keys = NULL;

	is_int(jwks_parse(set, strlen(set), &keys), ERR_OK, "one good key among bad ones");
	is_int(jwks_count(keys), 1, "is the only one");
	ok(jwks_has_kid(keys, "good"), "under its kid");
	ok(!jwks_has_kid(keys, "goo") && !jwks_has_kid(keys, "good2") && !jwks_has_kid(keys, ""),
	    "under no other");
	ok(!jwks_has_kid(keys, "mac"), "SEC-04: the symmetric key is not there");
	signer_free(&s);
}

static enum err set_of(unsigned n)
{
	struct signer s = signer_new("EdDSA", NULL);
	AUTO_FREE char *jwk = signer_jwk(&s, "");
	AUTO_BUF struct buf b = {0};
	AUTO_JWKS struct jwks *keys = NULL;

	buf_init(&b, JWKS_MAX_LEN);
	buf_text(&b, "{\"keys\":[");
	for (unsigned i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? "," : "", jwk);
	buf_text(&b, "]}");
	signer_free(&s);
	return jwks_parse(b.data, b.len, &keys);
}

static void documents(void)
{
	AUTO_JWKS struct jwks *keys = NULL;
	AUTO_FREE char *large = calloc(1, JWKS_MAX_LEN + 1);

	is_int(set_of(JWKS_MAX_KEYS), ERR_OK, "as many keys as allowed");
	is_int(set_of(JWKS_MAX_KEYS + 1), ERR_TOO_LONG, "one key too many");
	is_int(jwks_parse("{\"keys\":[]}", 11, &keys), ERR_BAD_KEY, "no key");
	is_int(jwks_parse("{}", 2, &keys), ERR_BAD_JSON, "no set");
	is_int(jwks_parse("{\"keys\":{}}", 11, &keys), ERR_BAD_JSON, "keys is no array");
	is_int(jwks_parse("<html>", 6, &keys), ERR_BAD_JSON, "no JSON");
	is_int(jwks_parse("[]", 2, &keys), ERR_BAD_JSON, "SEC-06: an array on top");
	is_int(jwks_parse(large, JWKS_MAX_LEN + 1, &keys), ERR_TOO_LONG, "too long");
	ok(keys == NULL, "nothing written by a failure");
	jwks_free(NULL);
}

int main(void)
{
	rsa_sizes_and_exponents();
	even_modulus();
	curve_points();
	wrong_curve_members();
	what_a_key_is_for();
	bad_keys_in_a_set_are_left_out();
	documents();
	return tap_done();
}
