/* SPDX-License-Identifier: MIT */
/* Keys that an administrator names, as files hold them. */
#include "oidc/jwk_internal.h"

#include <openssl/pem.h>

#include <limits.h>

static enum err read_pem(const void *pem, size_t len, EVP_PKEY **ret)
{
	AUTO_BIO BIO *bio = NULL;
	AUTO_PKEY EVP_PKEY *pkey = NULL;
	AUTO_PKEY EVP_PKEY *second = NULL;

	if (len == 0 || len > INT_MAX)
		return ERR_BAD_KEY;
	bio = BIO_new_mem_buf(pem, (int)len);
	if (!bio)
		return ERR_NOMEM;
	pkey = PEM_read_bio_PUBKEY(bio, NULL, crypto_no_passphrase, NULL);
	second = pkey ? PEM_read_bio_PUBKEY(bio, NULL, crypto_no_passphrase, NULL) : NULL;
	if (!pkey || second || !EVP_PKEY_is_a(pkey, "ED25519"))
		return ERR_BAD_KEY;
	*ret = TAKE_PTR(pkey);
	return ERR_OK;
}

enum err jwks_new(struct jwks **ret)
{
	struct jwks *keys = calloc(1, sizeof(*keys));

	if (!keys)
		return ERR_NOMEM;
	*ret = keys;
	return ERR_OK;
}

enum err jwks_add_ed25519_pem(struct jwks *keys, const void *pem, size_t len)
{
	CRYPTO_SCOPE;
	const struct jwa_info *alg = jwa_by_value(JWA_EDDSA);
	EVP_PKEY *pkey = NULL;
	enum err e;

	if (keys->n == JWKS_MAX_KEYS)
		return ERR_TOO_LONG;
	e = read_pem(pem, len, &pkey);
	if (e == ERR_OK)
		keys->key[keys->n++] =
		    (struct jwk){.pkey = pkey, .kty = alg->kty, .crv = alg->crv, .alg = alg};
	return e;
}
