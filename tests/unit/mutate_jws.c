/* SPDX-License-Identifier: MIT */
/* mutate_jws [N]: N mutations (10^6 when not said) of one valid ID token per algorithm, none of
 * which may be accepted: first each other value of each byte, then random changes of one to four
 * characters, mostly within the alphabet, so that they reach the signature. */
#include "common/num.h"
#include "oidc/idtoken.h"
#include "oidc/jwa.h"
#include "tests/unit/oidc_sign.h"
#include "tests/unit/tap.h"

#define ISSUER "https://id.example"
#define NOW 1800000000U
#define DEFAULT_RUNS 1000000U
#define TOKEN_MAX 4096

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";

struct target {
	struct jwks *keys;
	const char *good;
	size_t len;
	uint64_t accepted;
};

/* xorshift64: the same mutations in every run */
static uint64_t seed = 0x9e3779b97f4a7c15;

static size_t below(size_t n)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (size_t)(seed % n);
}

static bool accepts(const struct target *t, const char *token, size_t len)
{
	static const struct idtoken_expect expect = {
	    .issuer = ISSUER, .client_id = "c1", .nonce = "n1", .now = NOW, .algs = JWA_ALL};
	AUTO_CLAIMS struct claims *c = NULL;

	return idtoken_verify(t->keys, &expect, token, len, &c) == ERR_OK;
}

static void try_mutation(struct target *t, const char *token, size_t len)
{
	if (len == t->len && memcmp(token, t->good, len) == 0)
		return;
	if (!accepts(t, token, len))
		return;
	t->accepted++;
	printf("# accepted: %.*s\n", (int)len, token);
}

/* The i-th single-byte mutation. */
static void replace_one(struct target *t, uint64_t i)
{
	char token[TOKEN_MAX];
	size_t at = (size_t)(i / 255);

	memcpy(token, t->good, t->len);
	token[at] = (char)((uint8_t)token[at] + 1 + i % 255);
	try_mutation(t, token, t->len);
}

/* Replaces, inserts, removes or swaps one character; returns the new length. */
static size_t change(char *token, size_t len)
{
	size_t at = below(len);
	size_t other = below(len);
	char c = below(16) ? alphabet[below(sizeof(alphabet) - 1)] : (char)below(256);
	char kept = token[at];

	switch (below(8)) {
	case 0:
		memmove(token + at + 1, token + at, len - at);
		token[at] = c;
		return len + 1;
	case 1:
		memmove(token + at, token + at + 1, len - at - 1);
		return len - 1;
	case 2:
		token[at] = token[other];
		token[other] = kept;
		return len;
	default:
		token[at] = c;
		return len;
	}
}

static void change_some(struct target *t)
{
	char token[TOKEN_MAX];
	size_t len = t->len;

	memcpy(token, t->good, len);
	for (size_t n = 1 + below(4); n > 0; n--)
		len = change(token, len);
	try_mutation(t, token, len);
}

static void run(const char *alg, uint64_t runs)
{
	struct signer s = signer_new(alg, "k1");
	AUTO_JWKS struct jwks *keys = signer_keys(&s);
	AUTO_FREE char *good =
	    sign_plain(&s, "{\"sub\":\"3\",\"nonce\":\"n1\",\"at_hash\":\"9gRf3JPfa3SEUVkuOShdXA\","
			   "\"aud\":\"c1\",\"exp\":1800001800,\"iat\":1800000000,"
			   "\"iss\":\"" ISSUER "\"}");
	struct target t = {.keys = keys, .good = good, .len = strlen(good)};

	ok(t.len + 4 < TOKEN_MAX && accepts(&t, good, t.len), "%s: the token is good", alg);
	for (uint64_t i = 0; i < runs; i++) {
		if (i < 255 * (uint64_t)t.len)
			replace_one(&t, i);
		else
			change_some(&t);
	}
	is_int(t.accepted, 0, "SEC-04 SEC-08: %s: %llu mutations, none accepted", alg,
	    (unsigned long long)runs);
	signer_free(&s);
}

int main(int argc, char **argv)
{
	uint64_t runs = DEFAULT_RUNS;

	if (argc > 2 ||
	    (argc == 2 && num_parse(argv[1], strlen(argv[1]), UINT32_MAX, &runs) != ERR_OK)) {
		fprintf(stderr, "usage: mutate_jws [N]\n");
		return 2;
	}
	run("RS256", runs);
	run("PS256", runs);
	run("ES256", runs);
	run("EdDSA", runs);
	return tap_done();
}
