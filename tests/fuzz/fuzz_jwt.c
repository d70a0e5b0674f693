/* SPDX-License-Identifier: MIT */
/* Input that begins with '{' is signed as a payload first, so that the claims are reached; anything
 * else is taken as a token. */
#include "oidc/idtoken.h"
#include "oidc/jws.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/oidc_recorded.h"
#include "tests/unit/oidc_sign.h"

#include <string.h>

#define OWN_ISSUER "https://id.example"
#define OWN_NOW 1800000000U

static void as_token(const char *token, size_t len)
{
	static struct jwks *keys;
	static const struct idtoken_expect expect = {
	    .issuer = REC_ISSUER, .client_id = REC_CLIENT, .now = REC_IAT, .algs = JWA_ALL};
	AUTO_CLAIMS struct claims *c = NULL;
	char kid[KID_MAX_LEN + 1];

	if (!keys)
		MUST(jwks_parse(rec_jwks, strlen(rec_jwks), &keys) == ERR_OK);
	(void)jws_peek_kid(token, len, kid);
	if (idtoken_verify(keys, &expect, token, len, &c) != ERR_OK)
		return;
	MUST((len == strlen(rec_id_token) && memcmp(token, rec_id_token, len) == 0) ||
	     (len == strlen(rec_auth_time_token) && memcmp(token, rec_auth_time_token, len) == 0));
}

static struct signer own_signer(void)
{
	static const uint8_t secret[32] = {1, 2, 3};

	return (struct signer){.alg = "EdDSA",
	    .pkey = EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, NULL, secret, 32)};
}

static void check_claims(const struct claims *c)
{
	AUTO_BUF struct buf out = {0};

	buf_init(&out, 128 * 1024);
	MUST(strcmp(claims_issuer(c), OWN_ISSUER) == 0);
	MUST(strlen(claims_sub(c)) >= 1 && strlen(claims_sub(c)) <= 255);
	MUST(claims_nonce(c) && strcmp(claims_nonce(c), "n1") == 0);
	MUST(claims_exp(c) > OWN_NOW - 60 && claims_iat(c) <= OWN_NOW + 60);
	MUST(claims_auth_time(c) + 660 >= OWN_NOW);
	(void)claims_str(c, "nickname");
	MUST(claims_write(c, &out) == ERR_OK);
}

static void as_payload(const char *payload)
{
	static struct signer signer;
	static struct jwks *keys;
	static const struct idtoken_expect expect = {.issuer = OWN_ISSUER,
	    .client_id = "c1",
	    .nonce = "n1",
	    .access_token = "at",
	    .auth_max_age = 600,
	    .now = OWN_NOW,
	    .algs = JWA_EDDSA};
	AUTO_FREE char *token = NULL;
	AUTO_CLAIMS struct claims *c = NULL;

	if (!keys) {
		signer = own_signer();
		keys = signer_keys(&signer);
	}
	token = sign_plain(&signer, payload);
	if (idtoken_verify(keys, &expect, token, strlen(token), &c) == ERR_OK)
		check_claims(c);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_FREE char *text = strndup(size ? (const char *)data : "", size);

	if (!text || size > 16384)
		return 0;
	if (text[0] == '{')
		as_payload(text);
	else
		as_token(size ? (const char *)data : "", size);
	return 0;
}
