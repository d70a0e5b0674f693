/* SPDX-License-Identifier: MIT */
/* jws [ROUNDS]: an ID token checked as a whole (header, signature, claims) beside the bare
 * EVP_DigestVerify over the same bytes, in turns:  jws ALG BARE_NS WHOLE_NS  (medians). */
#include "bench/people.h"
#include "oidc/idtoken.h"
#include "oidc/jwa.h"
#include "tests/unit/oidc_sign.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ROUNDS_MAX 100000U
#define NOW 1800000000U

static const char payload[] =
    "{\"iss\":\"https://id.example.org\",\"sub\":\"12345\",\"aud\":\"host\",\"exp\":1800000600,"
    "\"iat\":1799999990,\"auth_time\":1799999980,\"nonce\":\"n-0S6_WzA2Mj-n-0S6_WzA2Mj\","
    "\"sid\":\"0123456789abcdef\",\"acr\":\"urn:example:pwd\"}";

struct bare {
	EVP_PKEY *key;
	const EVP_MD *md;
	const char *text;
	size_t text_len;
	unsigned char sig[1024];
	size_t sig_len;
};

static void sign_bare(struct bare *b)
{
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	b->sig_len = sizeof(b->sig);
	if (!c || EVP_DigestSignInit(c, NULL, b->md, NULL, b->key) != 1 ||
	    EVP_DigestSign(c, b->sig, &b->sig_len, (const unsigned char *)b->text, b->text_len) !=
		1)
		give_up("sign");
	EVP_MD_CTX_free(c);
}

static uint64_t time_bare(const struct bare *b)
{
	uint64_t start = now_ns();
	EVP_MD_CTX *c = EVP_MD_CTX_new();

	if (!c || EVP_DigestVerifyInit(c, NULL, b->md, NULL, b->key) != 1 ||
	    EVP_DigestVerify(c, b->sig, b->sig_len, (const unsigned char *)b->text, b->text_len) !=
		1)
		give_up("verify");
	EVP_MD_CTX_free(c);
	return now_ns() - start;
}

static uint64_t time_whole(const struct jwks *keys, const char *token, size_t len)
{
	const struct idtoken_expect expect = {.issuer = "https://id.example.org",
	    .client_id = "host",
	    .nonce = "n-0S6_WzA2Mj-n-0S6_WzA2Mj",
	    .auth_max_age = 43200,
	    .now = NOW,
	    .algs = JWA_ALL};
	uint64_t start = now_ns();
	struct claims *claims = NULL;
	enum err e = idtoken_verify(keys, &expect, token, len, &claims);

	claims_free(claims);
	if (e != ERR_OK) {
		fprintf(stderr, "jws: %s\n", err_text(e));
		exit(1);
	}
	return now_ns() - start;
}

static void compare(const char *alg, unsigned rounds)
{
	struct signer s = signer_new(alg, "key-1");
	struct jwks *keys = signer_keys(&s);
	char *token = sign_plain(&s, payload);
	uint64_t *bare = calloc(rounds, sizeof(*bare)), *whole = calloc(rounds, sizeof(*whole));
	struct bare b = {.key = s.pkey,
	    .md = strcmp(alg, "EdDSA") == 0 ? NULL : EVP_sha256(),
	    .text = token,
	    .text_len = (size_t)(strrchr(token, '.') - token)};

	if (!bare || !whole)
		give_up("memory");
	sign_bare(&b);
	for (unsigned i = 0; i < rounds; i++) {
		bare[i] = time_bare(&b);
		whole[i] = time_whole(keys, token, strlen(token));
	}
	sort_ns(bare, rounds);
	sort_ns(whole, rounds);
	printf("jws %s %ju %ju\n", alg, (uintmax_t)bare[rounds / 2], (uintmax_t)whole[rounds / 2]);
	free(whole);
	free(bare);
	free(token);
	jwks_free(keys);
	signer_free(&s);
}

int main(int argc, char **argv)
{
	unsigned rounds = argc > 1 ? number_arg(argv[1], ROUNDS_MAX) : 5000;

	compare("RS256", rounds);
	compare("ES256", rounds);
	compare("EdDSA", rounds);
	return 0;
}
