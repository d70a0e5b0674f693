/* SPDX-License-Identifier: MIT */
#include "oidc/roster_sign.h"

#include "oidc/b64url.h"
#include "oidc/crypto.h"
#include "oidc/json.h"

#include <openssl/pem.h>

#include <inttypes.h>
#include <limits.h>
#include <string.h>

#define SIGNATURE_LEN 64

struct roster_key {
	EVP_PKEY *pkey;
};

static enum err wrap(EVP_PKEY *pkey, struct roster_key **ret)
{
	struct roster_key *k = calloc(1, sizeof(*k));

	if (!k) {
		EVP_PKEY_free(pkey);
		return ERR_NOMEM;
	}
	k->pkey = pkey;
	*ret = k;
	return ERR_OK;
}

enum err roster_key_new(const uint8_t seed[ROSTER_SEED_LEN], struct roster_key **ret)
{
	CRYPTO_SCOPE;
	EVP_PKEY *pkey =
	    EVP_PKEY_new_raw_private_key_ex(NULL, "ED25519", NULL, seed, ROSTER_SEED_LEN);

	return pkey ? wrap(pkey, ret) : ERR_INTERNAL;
}

enum err roster_key_load(const void *pem, size_t len, struct roster_key **ret)
{
	CRYPTO_SCOPE;
	AUTO_BIO BIO *bio = NULL;
	AUTO_PKEY EVP_PKEY *pkey = NULL;

	if (len == 0 || len > INT_MAX)
		return ERR_BAD_KEY;
	bio = BIO_new_mem_buf(pem, (int)len);
	if (!bio)
		return ERR_NOMEM;
	pkey = PEM_read_bio_PrivateKey(bio, NULL, crypto_no_passphrase, NULL);
	if (!pkey || !EVP_PKEY_is_a(pkey, "ED25519"))
		return ERR_BAD_KEY;
	return wrap(TAKE_PTR(pkey), ret);
}

static enum err take_bio(BIO *bio, struct buf *out)
{
	char *data = NULL;
	long len = BIO_get_mem_data(bio, &data);

	if (len <= 0)
		return ERR_INTERNAL;
	buf_put(out, data, (size_t)len);
	return out->err;
}

enum err roster_key_private_pem(const struct roster_key *k, struct buf *out)
{
	CRYPTO_SCOPE;
	AUTO_BIO BIO *bio = BIO_new(BIO_s_secmem());

	if (!bio || PEM_write_bio_PKCS8PrivateKey(bio, k->pkey, NULL, NULL, 0, NULL, NULL) != 1)
		return ERR_NOMEM;
	return take_bio(bio, out);
}

enum err roster_key_public_pem(const struct roster_key *k, struct buf *out)
{
	CRYPTO_SCOPE;
	AUTO_BIO BIO *bio = BIO_new(BIO_s_mem());

	if (!bio || PEM_write_bio_PUBKEY(bio, k->pkey) != 1)
		return ERR_NOMEM;
	return take_bio(bio, out);
}

void roster_key_free(struct roster_key *k)
{
	if (!k)
		return;
	EVP_PKEY_free(k->pkey);
	free(k);
}

static void put_payload(
    struct buf *out, const char *issuer, const char *fleet, const struct roster_manifest *m)
{
	char file[ROSTER_FILE_LEN + 1];

	roster_file_name(m->hash, file);
	buf_text(out, "{\"iss\":");
	json_put_str(out, issuer);
	buf_text(out, ",\"fleet\":");
	json_put_str(out, fleet);
	buf_printf(out, ",\"serial\":%" PRIu64 ",\"iat\":%" PRId64 ",\"exp\":%" PRId64, m->serial,
	    m->issued, m->expires);
	buf_printf(out,
	    ",\"lines\":{\"file\":\"%s\",\"size\":%" PRIu64 ",\"count\":%" PRIu64
	    ",\"sha256\":\"%.*s\"}}",
	    file, m->size, m->count, 2 * SHA256_LEN, file);
}

static enum err put_signature(const struct roster_key *k, const struct buf *input, struct buf *out)
{
	CRYPTO_SCOPE;
	AUTO_MD_CTX EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	uint8_t signature[SIGNATURE_LEN];
	size_t len = sizeof(signature);

	if (!ctx)
		return ERR_NOMEM;
	if (EVP_DigestSignInit_ex(ctx, NULL, NULL, NULL, NULL, k->pkey, NULL) != 1 ||
	    EVP_DigestSign(ctx, signature, &len, input->data, input->len) != 1 ||
	    len != sizeof(signature))
		return ERR_INTERNAL;
	b64url_encode(out, signature, len);
	return out->err;
}

enum err roster_sign(const struct roster_key *k, const char *issuer, const char *fleet,
    const struct roster_manifest *m, struct buf *out)
{
	static const char header[] = "{\"alg\":\"EdDSA\",\"typ\":\"" ROSTER_TYP "\"}";
	AUTO_BUF struct buf payload = {0};
	AUTO_BUF struct buf input = {0};

	if (m->serial < 1 || m->serial > INT64_MAX || m->issued < 0 || m->expires <= m->issued ||
	    m->size > ROSTER_SIZE_MAX || m->count > ROSTER_SIZE_MAX)
		return ERR_RANGE;
	buf_init(&payload, ROSTER_MANIFEST_MAX);
	put_payload(&payload, issuer, fleet, m);
	if (payload.err != ERR_OK)
		return payload.err;
	buf_init(&input, ROSTER_MANIFEST_MAX - B64URL_LEN(SIGNATURE_LEN) - 1);
	b64url_encode(&input, header, strlen(header));
	buf_text(&input, ".");
	b64url_encode(&input, payload.data, payload.len);
	if (input.err != ERR_OK)
		return input.err;
	buf_put(out, input.data, input.len);
	buf_text(out, ".");
	return put_signature(k, &input, out);
}
