/* SPDX-License-Identifier: MIT */
/* Owned libcrypto objects; private to oidc/. libcrypto's error queue belongs to the thread, and
 * libcurl's TLS code reads it: whoever calls libcrypto on foreign input declares a CRYPTO_SCOPE
 * first. */
#ifndef ENCVOY_OIDC_CRYPTO_H
#define ENCVOY_OIDC_CRYPTO_H

#include "common/cleanup.h"

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#define CRYPTO_CLEANUP(name, type, destroy) \
	static inline void name(type **p)   \
	{                                   \
		destroy(*p);                \
	}

CRYPTO_CLEANUP(crypto_free_bio, BIO, BIO_free_all)
CRYPTO_CLEANUP(crypto_free_bn, BIGNUM, BN_free)
CRYPTO_CLEANUP(crypto_free_pkey, EVP_PKEY, EVP_PKEY_free)
CRYPTO_CLEANUP(crypto_free_pkey_ctx, EVP_PKEY_CTX, EVP_PKEY_CTX_free)
CRYPTO_CLEANUP(crypto_free_md_ctx, EVP_MD_CTX, EVP_MD_CTX_free)
CRYPTO_CLEANUP(crypto_free_param, OSSL_PARAM, OSSL_PARAM_free)
CRYPTO_CLEANUP(crypto_free_param_bld, OSSL_PARAM_BLD, OSSL_PARAM_BLD_free)
CRYPTO_CLEANUP(crypto_free_ecdsa_sig, ECDSA_SIG, ECDSA_SIG_free)

#define AUTO_BIO CLEANUP(crypto_free_bio)
#define AUTO_BN CLEANUP(crypto_free_bn)
#define AUTO_PKEY CLEANUP(crypto_free_pkey)
#define AUTO_PKEY_CTX CLEANUP(crypto_free_pkey_ctx)
#define AUTO_MD_CTX CLEANUP(crypto_free_md_ctx)
#define AUTO_PARAM CLEANUP(crypto_free_param)
#define AUTO_PARAM_BLD CLEANUP(crypto_free_param_bld)
#define AUTO_ECDSA_SIG CLEANUP(crypto_free_ecdsa_sig)

/* For libcrypto's PEM readers, which would ask the terminal: nobody is asked for a passphrase. */
static inline int crypto_no_passphrase(char *to, int size, int writing, void *arg)
{
	(void)to, (void)size, (void)writing, (void)arg;
	return -1;
}

static inline void crypto_leave(const int *marked)
{
	if (*marked)
		ERR_pop_to_mark();
	else
		ERR_clear_error();
}

/* Declares the bracket for the rest of the scope. */
#define CRYPTO_SCOPE \
	__attribute__((unused)) CLEANUP(crypto_leave) const int crypto_marked_ = ERR_set_mark()

#endif
