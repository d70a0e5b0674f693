/* SPDX-License-Identifier: MIT */
#include "encvoyd/passcrypt.h"

#include <crypt.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>
#include <sys/random.h>

#define NONCE_LEN 12
#define TAG_LEN 16
#define YESCRYPT "$y$"

/* The words tell the two uses apart: neither value says anything about the other. */
static const char use_check[] = "encvoy passphrase check 1";
static const char use_key[] = "encvoy refresh token key 1";

enum err passcrypt_setting(unsigned cost, char setting[PASS_SETTING_MAX])
{
	_Static_assert(PASS_SETTING_MAX >= CRYPT_GENSALT_OUTPUT_SIZE, "room for any setting");

	if (cost < 1 || cost > 11)
		return ERR_RANGE;
	return crypt_gensalt_rn(YESCRYPT, cost, NULL, 0, setting, PASS_SETTING_MAX) ? ERR_OK
										    : ERR_IO;
}

static enum err mac(const char *output, const char *use, void *dst)
{
	unsigned len = 0;

	if (!HMAC(EVP_sha256(), output, (int)strlen(output), (const unsigned char *)use,
		strlen(use), dst, &len) ||
	    len != PASS_KEY_LEN)
		return ERR_INTERNAL;
	return ERR_OK;
}

static enum err split(const char *output, uint8_t check[PASS_CHECK_LEN], struct secret **ret_key)
{
	AUTO_SECRET struct secret *key = secret_alloc(PASS_KEY_LEN);
	enum err e = key ? mac(output, use_check, check) : ERR_NOMEM;

	if (e == ERR_OK)
		e = mac(output, use_key, secret_data(key));
	if (e == ERR_OK)
		*ret_key = TAKE_PTR(key);
	return e;
}

enum err passcrypt_derive(const struct secret *passphrase, const char *setting,
    uint8_t check[PASS_CHECK_LEN], struct secret **ret_key)
{
	AUTO_SECRET struct secret *room = NULL;
	const char *text = secret_str(passphrase), *output;

	if (!secret_len(passphrase) || secret_len(passphrase) > PASS_MAX ||
	    strlen(text) != secret_len(passphrase))
		return ERR_TOO_LONG;
	if (strncmp(setting, YESCRYPT, strlen(YESCRYPT)) != 0)
		return ERR_SYNTAX;
	room = secret_alloc(sizeof(struct crypt_data));
	if (!room)
		return ERR_NOMEM;
	output = crypt_rn(text, setting, secret_data(room), (int)sizeof(struct crypt_data));
	/* longer than the setting, or nothing was derived */
	if (!output || strlen(output) <= strlen(setting) || *output == '*')
		return ERR_SYNTAX;
	return split(output, check, ret_key);
}

static void cipher_freep(EVP_CIPHER_CTX **c)
{
	EVP_CIPHER_CTX_free(*c);
}
#define AUTO_CIPHER CLEANUP(cipher_freep)

static bool seal_into(const struct secret *key, const char *about, const struct secret *token,
    uint8_t *out /* NONCE_LEN + length + TAG_LEN */)
{
	AUTO_CIPHER EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const uint8_t *k = (const uint8_t *)secret_str(key);
	int len = (int)secret_len(token), n = 0;

	return c && EVP_EncryptInit_ex(c, EVP_aes_256_gcm(), NULL, k, out) &&
	       EVP_EncryptUpdate(c, NULL, &n, (const uint8_t *)about, (int)strlen(about)) &&
	       EVP_EncryptUpdate(c, out + NONCE_LEN, &n, (const uint8_t *)secret_str(token), len) &&
	       n == len && EVP_EncryptFinal_ex(c, out + NONCE_LEN + n, &n) &&
	       EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_GET_TAG, TAG_LEN, out + NONCE_LEN + len);
}

enum err passcrypt_seal(
    const struct secret *key, const char *about, const struct secret *token, struct buf *out)
{
	uint8_t sealed[PASS_SEALED_MAX];
	size_t len = secret_len(token);

	if (!len || len > PASS_TOKEN_MAX)
		return ERR_TOO_LONG;
	if (secret_len(key) != PASS_KEY_LEN || getrandom(sealed, NONCE_LEN, 0) != NONCE_LEN ||
	    !seal_into(key, about, token, sealed))
		return ERR_INTERNAL;
	buf_put(out, sealed, NONCE_LEN + len + TAG_LEN);
	return out->err;
}

static bool open_into(const struct secret *key, const char *about, const uint8_t *sealed, int len,
    struct secret *token)
{
	AUTO_CIPHER EVP_CIPHER_CTX *c = EVP_CIPHER_CTX_new();
	const uint8_t *k = (const uint8_t *)secret_str(key);
	uint8_t tag[TAG_LEN], none[16];
	int n = 0;

	memcpy(tag, sealed + NONCE_LEN + len, sizeof(tag));
	return c && EVP_DecryptInit_ex(c, EVP_aes_256_gcm(), NULL, k, sealed) &&
	       EVP_DecryptUpdate(c, NULL, &n, (const uint8_t *)about, (int)strlen(about)) &&
	       EVP_DecryptUpdate(c, (uint8_t *)secret_data(token), &n, sealed + NONCE_LEN, len) &&
	       n == len && EVP_CIPHER_CTX_ctrl(c, EVP_CTRL_GCM_SET_TAG, TAG_LEN, tag) &&
	       EVP_DecryptFinal_ex(c, none, &n) > 0;
}

enum err passcrypt_open(const struct secret *key, const char *about, const void *sealed, size_t len,
    struct secret **ret)
{
	AUTO_SECRET struct secret *token = NULL;

	if (secret_len(key) != PASS_KEY_LEN || len <= NONCE_LEN + TAG_LEN || len > PASS_SEALED_MAX)
		return ERR_BAD_KEY;
	len -= NONCE_LEN + TAG_LEN;
	token = secret_alloc(len);
	if (!token)
		return ERR_NOMEM;
	if (!open_into(key, about, sealed, (int)len, token))
		return ERR_BAD_KEY;
	*ret = TAKE_PTR(token);
	return ERR_OK;
}
