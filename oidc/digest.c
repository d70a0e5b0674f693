/* SPDX-License-Identifier: MIT */
#include "oidc/digest.h"

#include <openssl/evp.h>

_Static_assert(DIGEST_MAX_LEN >= EVP_MAX_MD_SIZE, "the longest digest must fit");

enum err digest(const char *name, const void *bytes, size_t len, uint8_t *ret, size_t *ret_len)
{
	if (!EVP_Q_digest(NULL, name, NULL, bytes, len, ret, ret_len))
		return ERR_INTERNAL;
	return ERR_OK;
}

enum err digest_sha256(const void *bytes, size_t len, uint8_t ret[SHA256_LEN])
{
	uint8_t md[DIGEST_MAX_LEN];
	size_t md_len = 0;
	enum err e = digest("SHA256", bytes, len, md, &md_len);

	if (e != ERR_OK)
		return e;
	if (md_len != SHA256_LEN)
		return ERR_INTERNAL;
	for (size_t i = 0; i < SHA256_LEN; i++)
		ret[i] = md[i];
	return ERR_OK;
}
