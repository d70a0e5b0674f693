/* SPDX-License-Identifier: MIT */
#include "oidc/jws_internal.h"

#include <openssl/rsa.h>

#include <string.h>

static bool is_pss(const struct jwa_info *alg)
{
	return alg->alg & (JWA_PS256 | JWA_PS384 | JWA_PS512);
}

/* PKCS #1 v1.5, or PSS with MGF1 of the same hash and a salt as long as it. */
static bool set_padding(EVP_PKEY_CTX *ctx, const struct jwa_info *alg)
{
	if (!is_pss(alg))
		return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PADDING) > 0;
	return EVP_PKEY_CTX_set_rsa_padding(ctx, RSA_PKCS1_PSS_PADDING) > 0 &&
	       EVP_PKEY_CTX_set_rsa_pss_saltlen(ctx, RSA_PSS_SALTLEN_DIGEST) > 0;
}

static enum err verify(const struct jwk *key, const struct jwa_info *alg, struct slice input,
    const uint8_t *signature, size_t len)
{
	AUTO_MD_CTX EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pkey_ctx = NULL; /* ctx's */
	/* Ed25519 hashes by itself and takes no digest */
	const char *hash = alg->alg == JWA_EDDSA ? NULL : alg->hash;

	if (!ctx)
		return ERR_NOMEM;
	if (EVP_DigestVerifyInit_ex(ctx, &pkey_ctx, hash, NULL, NULL, key->pkey, NULL) != 1)
		return ERR_INTERNAL;
	if (strcmp(alg->kty, "RSA") == 0 && !set_padding(pkey_ctx, alg))
		return ERR_INTERNAL;
	if (EVP_DigestVerify(ctx, signature, len, (const uint8_t *)input.p, input.len) != 1)
		return ERR_BAD_SIGNATURE;
	return ERR_OK;
}

/* 0 < v < order */
static bool in_range(const BIGNUM *v, const BIGNUM *order)
{
	return !BN_is_zero(v) && !BN_is_negative(v) && BN_cmp(v, order) < 0;
}

/* r and s as JWS writes them, side by side; libcrypto wants them in DER. */
static enum err ecdsa_to_der(
    const BIGNUM *order, const uint8_t *raw, size_t len, uint8_t **ret, size_t *ret_len)
{
	AUTO_BN BIGNUM *r = BN_bin2bn(raw, (int)(len / 2), NULL);
	AUTO_BN BIGNUM *s = BN_bin2bn(raw + len / 2, (int)(len / 2), NULL);
	AUTO_ECDSA_SIG ECDSA_SIG *sig = ECDSA_SIG_new();
	int der_len;

	if (!r || !s || !sig)
		return ERR_NOMEM;
	if (!in_range(r, order) || !in_range(s, order))
		return ERR_BAD_SIGNATURE;
	if (ECDSA_SIG_set0(sig, r, s) != 1)
		return ERR_INTERNAL;
	r = NULL; /* both are sig's now */
	s = NULL;
	der_len = i2d_ECDSA_SIG(sig, ret);
	if (der_len <= 0)
		return ERR_NOMEM;
	*ret_len = (size_t)der_len;
	return ERR_OK;
}

static void free_der(uint8_t **p)
{
	OPENSSL_free(*p);
}

static enum err verify_ecdsa(const struct jwk *key, const struct jwa_info *alg, struct slice input,
    const uint8_t *signature, size_t len)
{
	CLEANUP(free_der) uint8_t *der = NULL;
	size_t der_len = 0;
	enum err e = ecdsa_to_der(key->order, signature, len, &der, &der_len);

	if (e != ERR_OK)
		return e;
	return verify(key, alg, input, der, der_len);
}

enum err jws_check_signature(const struct jwk *key, const struct jwa_info *alg, struct slice input,
    const uint8_t *signature, size_t len)
{
	CRYPTO_SCOPE;
	size_t expected = alg->sig_len ? alg->sig_len : (size_t)EVP_PKEY_get_size(key->pkey);

	if (len != expected)
		return ERR_BAD_SIGNATURE;
	if (strcmp(alg->kty, "EC") == 0)
		return verify_ecdsa(key, alg, input, signature, len);
	return verify(key, alg, input, signature, len);
}
