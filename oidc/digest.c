/* SPDX-License-Identifier: MIT */
#include "oidc/digest.h"

#include "oidc/crypto.h"

#include <stdbool.h>
#include <string.h>

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

struct sha256 {
	EVP_MD_CTX *ctx;
	bool failed;
};

enum err sha256_new(struct sha256 **ret)
{
	AUTO_SHA256 struct sha256 *s = calloc(1, sizeof(*s));

	if (!s)
		return ERR_NOMEM;
	s->ctx = EVP_MD_CTX_new();
	if (!s->ctx)
		return ERR_NOMEM;
	if (EVP_DigestInit_ex(s->ctx, EVP_sha256(), NULL) != 1)
		return ERR_INTERNAL;
	*ret = TAKE_PTR(s);
	return ERR_OK;
}

void sha256_put(struct sha256 *s, const void *bytes, size_t len)
{
	s->failed |= EVP_DigestUpdate(s->ctx, bytes, len) != 1;
}

enum err sha256_end(struct sha256 *s, uint8_t ret[SHA256_LEN])
{
	uint8_t md[EVP_MAX_MD_SIZE];
	unsigned len = 0;

	if (s->failed || EVP_DigestFinal_ex(s->ctx, md, &len) != 1 || len != SHA256_LEN)
		return ERR_INTERNAL;
	memcpy(ret, md, SHA256_LEN);
	return ERR_OK;
}

void sha256_free(struct sha256 *s)
{
	if (!s)
		return;
	EVP_MD_CTX_free(s->ctx);
	free(s);
}
