/* SPDX-License-Identifier: MIT */
#include "oidc/b64url.h"
#include "oidc/crypto.h"
#include "oidc/jws.h"
#include "tests/unit/oidc_sign.h"
#include "tests/unit/tap.h"

#include <openssl/core_names.h>

static const char *const all_algs[] = {
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"};
#define ALL_ALGS (sizeof(all_algs) / sizeof(all_algs[0]))

static enum err verify(const struct jwks *keys, unsigned algs, const char *token)
{
	AUTO_JWS struct jws *j = NULL;
	enum err e = jws_verify(keys, algs, token, strlen(token), &j);

	if ((e == ERR_OK) != (j != NULL))
		abort();
	return e;
}

static unsigned bit(const char *alg)
{
	return (unsigned)jwa_by_name(alg)->alg;
}

static void each_algorithm_verifies(void)
{
	for (size_t i = 0; i < ALL_ALGS; i++) {
		const char *alg = all_algs[i];
		struct signer s = signer_new(alg, "k1");
		AUTO_JWKS struct jwks *keys = signer_keys(&s);
		AUTO_FREE char *token = sign_plain(&s, "{\"a\":1}");
		AUTO_JWS struct jws *j = NULL;
		size_t len = 0;

		is_int(jws_verify(keys, bit(alg), token, strlen(token), &j), ERR_OK, "%s", alg);
		is_str(j ? jws_payload(j, &len) : NULL, "{\"a\":1}", "%s payload", alg);
		ok(j && len == 7 && jws_alg(j) == (enum jwa)bit(alg), "%s named", alg);
		is_str(j ? jws_typ(j) : NULL, "JWT", "%s typ", alg);
		is_int(verify(keys, JWA_ALL & ~bit(alg), token), ERR_BAD_ALG,
		    "SEC-04: %s not in the configuration refused", alg);
		signer_free(&s);
	}
}

/* Every algorithm's name over every other's signature and key. */
static void algorithms_are_not_confused(void)
{
	unsigned accepted = 0;

	for (size_t i = 0; i < ALL_ALGS; i++) {
		struct signer s = signer_new(all_algs[i], "k1");
		AUTO_JWKS struct jwks *keys = signer_keys(&s);

		for (size_t k = 0; k < ALL_ALGS; k++) {
			AUTO_FREE char *header =
			    format("{\"alg\":\"%s\",\"kid\":\"k1\"}", all_algs[k]);
			AUTO_FREE char *token = sign_token(&s, header, "{}");

			accepted += verify(keys, JWA_ALL, token) == ERR_OK;
		}
		signer_free(&s);
	}
	is_int(accepted, ALL_ALGS, "SEC-04: of 10 x 10 pairs only the equal ones are accepted");
}

static void headers_with(const struct signer *s, const struct jwks *keys)
{
	static const struct {
		const char *header;
		enum err e;
	} cases[] = {
	    {"{\"alg\":\"RS256\"}", ERR_OK},
	    {"{\"alg\":\"none\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"None\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"NONE\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"nOnE\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"\"}", ERR_BAD_ALG},
	    {"{}", ERR_BAD_ALG},
	    {"{\"alg\":null}", ERR_BAD_ALG},
	    {"{\"alg\":[\"RS256\"]}", ERR_BAD_ALG},
	    {"{\"alg\":\"rs256\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"RS256 \"}", ERR_BAD_ALG},
	    {"{\"alg\":\"HS256\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"HS384\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"HS512\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"RS1\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"ES256K\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"RSA1_5\"}", ERR_BAD_ALG},
	    {"{\"Alg\":\"RS256\"}", ERR_BAD_ALG},
	    {"{\"alg\":\"none\",\"alg\":\"RS256\"}", ERR_BAD_JSON},
	    {"{\"alg\":\"none\",\"\\u0061lg\":\"RS256\"}", ERR_BAD_JSON},
	    {"{\"alg\":\"RS256\",\"kid\":1}", ERR_BAD_HEADER},
	    {"{\"alg\":\"RS256\",\"kid\":null}", ERR_BAD_HEADER},
	    {"{\"alg\":\"RS256\",\"typ\":[]}", ERR_BAD_HEADER},
	    {"{\"alg\":\"RS256\",\"x5t\":\"AAAA\",\"cty\":\"x\"}", ERR_OK},
	    {"[\"RS256\"]", ERR_BAD_JSON},
	    {"RS256", ERR_BAD_JSON},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		AUTO_FREE char *token = sign_token(s, cases[i].header, "{}");

		is_int(
		    verify(keys, JWA_ALL, token), cases[i].e, "SEC-04: header %s", cases[i].header);
	}
}

static void forbidden_headers(const struct signer *s, const struct jwks *keys)
{
	AUTO_FREE char *jwk = signer_jwk(s, "");
	AUTO_FREE char *embedded = format("\"jwk\":%s", jwk);
	const char *const members[] = {embedded, "\"jwk\":null",
	    "\"jku\":\"https://evil.example/k\"", "\"x5u\":\"https://evil.example/c\"",
	    "\"x5c\":[\"AAAA\"]", "\"crit\":[\"exp\"]", "\"crit\":[]", "\"crit\":[\"b64\"]",
	    "\"b64\":false", "\"b64\":true", "\"crit\":[\"b64\"],\"b64\":false", "\"zip\":\"DEF\"",
	    "\"enc\":\"A128GCM\""};

	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++) {
		AUTO_FREE char *header = format("{\"alg\":\"RS256\",%s}", members[i]);
		AUTO_FREE char *token = sign_token(s, header, "{}");

		is_int(verify(keys, JWA_ALL, token), ERR_BAD_HEADER, "SEC-05: header with %.24s",
		    members[i]);
	}
}

static void other_serialisations(const struct signer *s, const struct jwks *keys)
{
	AUTO_FREE char *token = sign_plain(s, "{}");
	AUTO_FREE char *h = strndup(token, strcspn(token, "."));
	const char *p = token + strlen(h) + 1;
	AUTO_FREE char *payload = strndup(p, strcspn(p, "."));
	const char *sig = p + strlen(payload) + 1;
	AUTO_FREE char *flat = format(
	    "{\"payload\":\"%s\",\"protected\":\"%s\",\"signature\":\"%s\"}", payload, h, sig);
	AUTO_FREE char *detached = format("%s..%s", h, sig);
	AUTO_FREE char *jwe = format("%s.%s.%s.%s.%s", h, payload, payload, payload, sig);
	AUTO_FREE char *four = format("%s.", token);
	AUTO_FREE char *two = format("%s.%s", h, payload);
	AUTO_FREE char *unsecured = format("%s.%s.", h, payload);
	AUTO_FREE char *no_header = format(".%s.%s", payload, sig);
	AUTO_FREE char *detached_input = format("%s.", h);
	AUTO_FREE char *detached_sig = sign_raw(s, detached_input);
	AUTO_FREE char *signed_detached = format("%s.%s", detached_input, detached_sig);

	is_int(verify(keys, JWA_ALL, flat), ERR_BAD_TOKEN, "SEC-05: JSON serialisation");
	is_int(verify(keys, JWA_ALL, detached), ERR_BAD_TOKEN, "SEC-05: detached payload");
	is_int(verify(keys, JWA_ALL, signed_detached), ERR_BAD_TOKEN, "SEC-05: empty payload");
	is_int(verify(keys, JWA_ALL, jwe), ERR_BAD_TOKEN, "SEC-05: five parts (JWE)");
	is_int(verify(keys, JWA_ALL, four), ERR_BAD_TOKEN, "four parts");
	is_int(verify(keys, JWA_ALL, two), ERR_BAD_TOKEN, "two parts");
	is_int(verify(keys, JWA_ALL, no_header), ERR_BAD_TOKEN, "no header");
	is_int(verify(keys, JWA_ALL, ""), ERR_BAD_TOKEN, "nothing");
	is_int(verify(keys, JWA_ALL, "."), ERR_BAD_TOKEN, "a dot");
	is_int(verify(keys, JWA_ALL, ".."), ERR_BAD_TOKEN, "two dots");
	is_int(verify(keys, JWA_ALL, unsecured), ERR_BAD_SIGNATURE, "SEC-04: no signature");
}

static void not_canonical(const struct signer *s, const struct jwks *keys)
{
	AUTO_FREE char *token = sign_plain(s, "{}");
	AUTO_FREE char *padded = format("%s==", token);
	AUTO_FREE char *newline = format("%s\n", token);
	AUTO_FREE char *blank = format(" %s", token);
	AUTO_FREE char *spare = format("%s", token);
	char *last = spare + strlen(spare) - 1;

	is_int(verify(keys, JWA_ALL, padded), ERR_BAD_BASE64, "SEC-08: padding");
	is_int(verify(keys, JWA_ALL, newline), ERR_BAD_BASE64, "SEC-08: a line break");
	is_int(verify(keys, JWA_ALL, blank), ERR_BAD_BASE64, "SEC-08: a blank");
	/* 256 bytes leave four spare bits, so the last character is A, Q, g or w */
	*last = (char)(*last + 1);
	is_int(verify(keys, JWA_ALL, spare), ERR_BAD_BASE64, "SEC-08: spare bits");
}

static void rsa_header_cases(void)
{
	struct signer s = signer_new("RS256", NULL);
	AUTO_JWKS struct jwks *keys = signer_keys(&s);

	headers_with(&s, keys);
	forbidden_headers(&s, keys);
	other_serialisations(&s, keys);
	not_canonical(&s, keys);
	signer_free(&s);
}

/* The classic: the public key's own text as an HMAC key. */
static void public_keys_are_no_secrets(void)
{
	struct signer s = signer_new("RS256", "k1");
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *jwk = signer_jwk(&s, "");
	AUTO_FREE char *hs =
	    sign_hmac(jwk, strlen(jwk), "{\"alg\":\"HS256\",\"kid\":\"k1\"}", "{}");
	AUTO_FREE char *rs =
	    sign_hmac(jwk, strlen(jwk), "{\"alg\":\"RS256\",\"kid\":\"k1\"}", "{}");

	is_int(verify(keys, JWA_ALL, hs), ERR_BAD_ALG, "SEC-04: HS256 with the public key");
	is_int(verify(keys, JWA_ALL, rs), ERR_BAD_SIGNATURE, "SEC-04: the same called RS256");
	signer_free(&s);
}

static void kid_selects(void)
{
	struct signer a = signer_new("ES256", "a");
	struct signer b = signer_new("ES256", "b");
	struct signer anonymous = {.pkey = a.pkey, .alg = "ES256", .kid = NULL};
	struct signer foreign = signer_new("ES256", NULL);
	struct signer liar = {.pkey = foreign.pkey, .alg = "ES256", .kid = "a"};
	struct signer prefix = {.pkey = a.pkey, .alg = "ES256", .kid = "a2"};
	AUTO_FREE char *jwk_a = signer_jwk(&a, "");
	AUTO_FREE char *jwk_b = signer_jwk(&b, "");
	const char *const list[] = {jwk_b, jwk_a};
	AUTO_JWKS struct jwks *keys = keys_of(list, 2);
	AUTO_JWKS struct jwks *only_b = keys_of(list, 1);
	AUTO_FREE char *by_a = sign_plain(&a, "{}");
	AUTO_FREE char *by_anonymous = sign_plain(&anonymous, "{}");
	AUTO_FREE char *by_foreign = sign_plain(&foreign, "{}");
	AUTO_FREE char *by_liar = sign_plain(&liar, "{}");
	AUTO_FREE char *by_prefix = sign_plain(&prefix, "{}");
	char kid[KID_MAX_LEN + 1] = "?";

	is_int(verify(keys, JWA_ALL, by_a), ERR_OK, "the named key");
	is_int(verify(only_b, JWA_ALL, by_a), ERR_UNKNOWN_KEY, "a key that is not there");
	is_int(verify(keys, JWA_ALL, by_prefix), ERR_UNKNOWN_KEY, "kid is compared as a whole");
	is_int(verify(keys, JWA_ALL, by_anonymous), ERR_OK, "no kid: each key is tried");
	is_int(verify(keys, JWA_ALL, by_foreign), ERR_BAD_SIGNATURE, "no kid, no key of ours");
	is_int(verify(keys, JWA_ALL, by_liar), ERR_BAD_SIGNATURE, "a kid of ours, another key");
	is_int(jws_peek_kid(by_a, strlen(by_a), kid), ERR_OK, "jws_peek_kid");
	is_str(kid, "a", "says the kid");
	is_int(jws_peek_kid(by_anonymous, strlen(by_anonymous), kid), ERR_OK, "without one");
	is_str(kid, "", "it is empty");
	is_int(jws_peek_kid("x.y", 3, kid), ERR_BAD_TOKEN, "no token, no kid");
	signer_free(&a);
	signer_free(&b);
	signer_free(&foreign);
}

static void keys_keep_to_their_algorithm(void)
{
	struct signer s = signer_new("RS256", "k1");
	struct signer pss = {.pkey = s.pkey, .alg = "PS256", .kid = "k1"};
	struct signer es = signer_new("ES256", "k1");
	AUTO_FREE char *jwk = signer_jwk(&s, "\"alg\":\"RS256\"");
	AUTO_FREE char *es_jwk = signer_jwk(&es, "");
	const char *const list[] = {jwk, es_jwk};
	AUTO_JWKS struct jwks *keys = keys_of(list, 1);
	AUTO_JWKS struct jwks *both = keys_of(list, 2);
	AUTO_FREE char *by_pss = sign_plain(&pss, "{}");
	AUTO_FREE char *by_es = sign_plain(&es, "{}");

	is_int(verify(keys, JWA_ALL, by_pss), ERR_BAD_ALG, "SEC-04: PS256 with a key for RS256");
	is_int(verify(keys, JWA_ALL, by_es), ERR_BAD_ALG, "SEC-04: ES256 with an RSA key");
	is_int(verify(both, JWA_ALL, by_es), ERR_OK, "two keys of one kid: the fitting one");
	signer_free(&s);
	signer_free(&es);
}

/* Puts these bytes in place of the signature. */
static char *with_signature(const char *token, const void *sig, size_t len)
{
	size_t n = (size_t)(strrchr(token, '.') - token);
	AUTO_FREE char *text = to_b64(sig, len);

	return format("%.*s.%s", (int)n, token, text);
}

static enum err ecdsa_case(
    const struct jwks *keys, const char *token, const BIGNUM *r, const BIGNUM *s, int half)
{
	uint8_t raw[256] = {0};
	AUTO_FREE char *forged = NULL;

	BN_bn2binpad(r, raw, half);
	BN_bn2binpad(s, raw + half, half);
	forged = with_signature(token, raw, 2 * (size_t)half);
	return verify(keys, JWA_ALL, forged);
}

static void ecdsa_ranges(const char *alg)
{
	struct signer s = signer_new(alg, "k1");
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *token = sign_plain(&s, "{}");
	int half = (int)jwa_by_name(alg)->sig_len / 2;
	AUTO_BUF struct buf sig = {0};
	AUTO_BN BIGNUM *n = NULL;
	AUTO_BN BIGNUM *zero = BN_new();
	AUTO_BN BIGNUM *r = NULL;
	AUTO_BN BIGNUM *v = NULL;
	AUTO_BN BIGNUM *over = BN_new();
	const char *text = strrchr(token, '.') + 1;

	buf_init(&sig, 256);
	if (b64url_decode(&sig, text, strlen(text)) != ERR_OK ||
	    !EVP_PKEY_get_bn_param(s.pkey, OSSL_PKEY_PARAM_EC_ORDER, &n))
		abort();
	r = BN_bin2bn(sig.data, half, NULL);
	v = BN_bin2bn(sig.data + half, half, NULL);
	is_int(ecdsa_case(keys, token, r, v, half), ERR_OK, "%s as signed", alg);
	is_int(ecdsa_case(keys, token, zero, v, half), ERR_BAD_SIGNATURE, "SEC-08: %s r = 0", alg);
	is_int(ecdsa_case(keys, token, r, zero, half), ERR_BAD_SIGNATURE, "SEC-08: %s s = 0", alg);
	is_int(
	    ecdsa_case(keys, token, zero, zero, half), ERR_BAD_SIGNATURE, "SEC-08: %s 0, 0", alg);
	is_int(ecdsa_case(keys, token, n, v, half), ERR_BAD_SIGNATURE, "SEC-08: %s r = n", alg);
	is_int(ecdsa_case(keys, token, r, n, half), ERR_BAD_SIGNATURE, "SEC-08: %s s = n", alg);
	BN_add(over, v, n);
	if (BN_num_bytes(over) <= half)
		is_int(ecdsa_case(keys, token, r, over, half), ERR_BAD_SIGNATURE,
		    "SEC-08: %s s + n", alg);
	signer_free(&s);
}

static void ecdsa_forms(void)
{
	struct signer s = signer_new("ES256", "k1");
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *token = sign_plain(&s, "{}");
	uint8_t der[256];
	size_t len = sizeof(der);
	size_t input = (size_t)(strrchr(token, '.') - token);
	AUTO_MD_CTX EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	AUTO_FREE char *forged = NULL;
	AUTO_FREE char *shorter = NULL;
	AUTO_FREE char *longer = NULL;

	if (!EVP_DigestSignInit_ex(ctx, NULL, "SHA256", NULL, NULL, s.pkey, NULL) ||
	    !EVP_DigestSign(ctx, der, &len, (const uint8_t *)token, input))
		abort();
	forged = with_signature(token, der, len);
	is_int(verify(keys, JWA_ALL, forged), ERR_BAD_SIGNATURE, "SEC-08: ECDSA in DER");
	shorter = with_signature(token, der, 63);
	is_int(verify(keys, JWA_ALL, shorter), ERR_BAD_SIGNATURE, "SEC-08: 63 bytes");
	longer = with_signature(token, der, 65);
	is_int(verify(keys, JWA_ALL, longer), ERR_BAD_SIGNATURE, "SEC-08: 65 bytes");
	signer_free(&s);
}

/* Bleichenbacher's shapes: a signature must be as long as the modulus, zeros do not fill it up. */
static void rsa_lengths(void)
{
	struct signer s = signer_new("RS256", "k1");
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *token = sign_plain(&s, "{}");
	const char *text = strrchr(token, '.') + 1;
	uint8_t raw[1200] = {0};
	struct buf sig;

	buf_init_fixed(&sig, raw + 1, sizeof(raw) - 1);
	if (b64url_decode(&sig, text, strlen(text)) != ERR_OK)
		abort();
	for (int shift = -1; shift <= 1; shift++) {
		size_t from = shift < 0 ? 0 : 1;
		AUTO_FREE char *forged = with_signature(token, raw + from,
		    shift > 0   ? 257
		    : shift < 0 ? 257
				: 255);

		is_int(verify(keys, JWA_ALL, forged), ERR_BAD_SIGNATURE, "SEC-08: RSA %s",
		    shift < 0   ? "with a zero in front"
		    : shift > 0 ? "with a zero behind"
				: "a byte short");
	}
	signer_free(&s);
}

static void sizes(void)
{
	struct signer s = signer_new("EdDSA", NULL);
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *text = calloc(1, 20000);
	AUTO_FREE char *good = NULL;
	AUTO_FREE char *large = NULL;

	memset(text, ' ', 11900);
	good = sign_plain(&s, text);
	ok(strlen(good) > 15000 && strlen(good) <= JWS_MAX_LEN, "a token near the limit");
	is_int(verify(keys, JWA_ALL, good), ERR_OK, "verifies");
	memset(text, ' ', 12800);
	large = sign_plain(&s, text);
	is_int(verify(keys, JWA_ALL, large), ERR_TOO_LONG, "one above does not");
	signer_free(&s);
}

static void hashes_name_the_statement(void)
{
	struct signer s = signer_new("ES256", "k1");
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *one = sign_plain(&s, "{}");
	AUTO_FREE char *two = sign_plain(&s, "{}");
	AUTO_FREE char *other = sign_plain(&s, "{ }");
	AUTO_JWS struct jws *a = NULL;
	AUTO_JWS struct jws *b = NULL;
	AUTO_JWS struct jws *c = NULL;

	if (jws_verify(keys, JWA_ALL, one, strlen(one), &a) != ERR_OK ||
	    jws_verify(keys, JWA_ALL, two, strlen(two), &b) != ERR_OK ||
	    jws_verify(keys, JWA_ALL, other, strlen(other), &c) != ERR_OK)
		abort();
	ok(strcmp(one, two) != 0 && memcmp(jws_hash(a), jws_hash(b), SHA256_LEN) == 0,
	    "SEC-10: two signatures of one statement have one hash");
	ok(memcmp(jws_hash(a), jws_hash(c), SHA256_LEN) != 0, "another statement has another");
	signer_free(&s);
}

static void the_callers_error_queue_stays(void)
{
	struct signer s = signer_new("ES256", "k1");
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *token = sign_plain(&s, "{}");
	uint8_t ones[64];
	AUTO_FREE char *forged = NULL;

	memset(ones, 1, sizeof(ones));
	forged = with_signature(token, ones, sizeof(ones));
	ERR_clear_error();
	is_int(verify(keys, JWA_ALL, forged), ERR_BAD_SIGNATURE, "a bad signature");
	is_int(ERR_peek_error(), 0, "leaves nothing in libcrypto's error queue");
	ERR_raise(ERR_LIB_USER, 1);
	is_int(verify(keys, JWA_ALL, forged), ERR_BAD_SIGNATURE, "another one");
	ok(ERR_peek_error() != 0, "does not take what is there");
	ERR_clear_error();
	signer_free(&s);
}

static void algorithm_lists(void)
{
	unsigned set = 0;

	is_int(jwa_parse_list("RS256", &set), ERR_OK, "one name");
	is_int(set, JWA_RS256, "one bit");
	is_int(jwa_parse_list("RS256, PS256 EdDSA", &set), ERR_OK, "several");
	is_int(set, JWA_RS256 | JWA_PS256 | JWA_EDDSA, "several bits");
	is_int(jwa_parse_list("", &set), ERR_CONFIG, "none is an error");
	is_int(jwa_parse_list("RS256 HS256", &set), ERR_CONFIG, "SEC-04: HS256 cannot be allowed");
	is_int(jwa_parse_list("none", &set), ERR_CONFIG, "SEC-04: none cannot be allowed");
	is_int(jwa_parse_list("rs256", &set), ERR_CONFIG, "names are case-sensitive");
	is_int(set, JWA_RS256 | JWA_PS256 | JWA_EDDSA, "a failure leaves the result alone");
}

int main(void)
{
	each_algorithm_verifies();
	algorithms_are_not_confused();
	rsa_header_cases();
	public_keys_are_no_secrets();
	kid_selects();
	keys_keep_to_their_algorithm();
	ecdsa_ranges("ES256");
	ecdsa_ranges("ES384");
	ecdsa_ranges("ES512");
	ecdsa_forms();
	rsa_lengths();
	sizes();
	hashes_name_the_statement();
	the_callers_error_queue_stays();
	algorithm_lists();
	return tap_done();
}
