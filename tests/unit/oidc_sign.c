/* SPDX-License-Identifier: MIT */
#include "tests/unit/oidc_sign.h"

#include "oidc/b64url.h"
#include "oidc/crypto.h"
#include "oidc/jwa.h"

#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

static void must(bool ok)
{
	if (!ok)
		abort();
}

char *format(const char *fmt, ...)
{
	char *text = NULL;
	va_list ap;

	va_start(ap, fmt);
	must(vasprintf(&text, fmt, ap) >= 0);
	va_end(ap);
	return text;
}

char *to_b64(const void *bytes, size_t len)
{
	AUTO_BUF struct buf b = {0};
	char *text;

	buf_init(&b, 64 * 1024);
	b64url_encode(&b, bytes, len);
	text = buf_take_str(&b);
	must(text);
	return text;
}

struct signer signer_new(const char *alg, const char *kid)
{
	const struct jwa_info *info = jwa_by_name(alg);
	struct signer s = {.alg = alg, .kid = kid};

	must(info);
	if (strcmp(info->kty, "RSA") == 0)
		s.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "RSA", (size_t)2048);
	else if (strcmp(info->kty, "EC") == 0)
		s.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "EC", info->crv);
	else
		s.pkey = EVP_PKEY_Q_keygen(NULL, NULL, "ED25519");
	must(s.pkey);
	return s;
}

void signer_free(struct signer *s)
{
	EVP_PKEY_free(s->pkey);
	s->pkey = NULL;
}

/* A big number parameter as base64url, padded to len bytes when len is not 0. */
static char *number(const struct signer *s, const char *name, size_t len)
{
	uint8_t bytes[1024];
	AUTO_BN BIGNUM *n = NULL;

	must(EVP_PKEY_get_bn_param(s->pkey, name, &n) == 1);
	if (len == 0)
		len = (size_t)BN_num_bytes(n);
	must(BN_bn2binpad(n, bytes, (int)len) == (int)len);
	return to_b64(bytes, len);
}

static char *rsa_members(const struct signer *s)
{
	AUTO_FREE char *n = number(s, OSSL_PKEY_PARAM_RSA_N, 0);
	AUTO_FREE char *e = number(s, OSSL_PKEY_PARAM_RSA_E, 0);

	return format("\"kty\":\"RSA\",\"n\":\"%s\",\"e\":\"%s\"", n, e);
}

static char *ec_members(const struct signer *s, const struct jwa_info *info)
{
	AUTO_FREE char *x = number(s, OSSL_PKEY_PARAM_EC_PUB_X, info->sig_len / 2);
	AUTO_FREE char *y = number(s, OSSL_PKEY_PARAM_EC_PUB_Y, info->sig_len / 2);

	return format("\"kty\":\"EC\",\"crv\":\"%s\",\"x\":\"%s\",\"y\":\"%s\"", info->crv, x, y);
}

static char *okp_members(const struct signer *s)
{
	uint8_t raw[32];
	size_t len = sizeof(raw);
	AUTO_FREE char *x = NULL;

	must(EVP_PKEY_get_raw_public_key(s->pkey, raw, &len) == 1);
	x = to_b64(raw, len);
	return format("\"kty\":\"OKP\",\"crv\":\"Ed25519\",\"x\":\"%s\"", x);
}

char *signer_jwk(const struct signer *s, const char *extra)
{
	const struct jwa_info *info = jwa_by_name(s->alg);
	AUTO_FREE char *members = NULL;
	AUTO_FREE char *kid = s->kid ? format(",\"kid\":\"%s\"", s->kid) : format("%s", "");

	if (strcmp(info->kty, "RSA") == 0)
		members = rsa_members(s);
	else if (strcmp(info->kty, "EC") == 0)
		members = ec_members(s, info);
	else
		members = okp_members(s);
	return format("{%s%s%s%s}", members, kid, *extra ? "," : "", extra);
}

struct jwks *keys_of(const char *const *jwks, size_t n)
{
	AUTO_BUF struct buf b = {0};
	struct jwks *keys = NULL;

	buf_init(&b, 256 * 1024);
	buf_text(&b, "{\"keys\":[");
	for (size_t i = 0; i < n; i++)
		buf_printf(&b, "%s%s", i ? "," : "", jwks[i]);
	buf_text(&b, "]}");
	must(jwks_parse(b.data, b.len, &keys) == ERR_OK);
	return keys;
}

struct jwks *signer_keys(const struct signer *s)
{
	AUTO_FREE char *jwk = signer_jwk(s, "");
	const char *const list[] = {jwk};

	return keys_of(list, 1);
}

/* DER to r and s side by side. */
static size_t ecdsa_raw(const uint8_t *der, size_t len, const struct jwa_info *info, uint8_t *ret)
{
	AUTO_ECDSA_SIG ECDSA_SIG *sig = d2i_ECDSA_SIG(NULL, &der, (long)len);
	int half = (int)(info->sig_len / 2);

	must(sig);
	must(BN_bn2binpad(ECDSA_SIG_get0_r(sig), ret, half) == half);
	must(BN_bn2binpad(ECDSA_SIG_get0_s(sig), ret + half, half) == half);
	return info->sig_len;
}

char *sign_raw(const struct signer *s, const char *text)
{
	const struct jwa_info *info = jwa_by_name(s->alg);
	AUTO_MD_CTX EVP_MD_CTX *ctx = EVP_MD_CTX_new();
	EVP_PKEY_CTX *pctx = NULL;
	uint8_t sig[1024];
	uint8_t raw[256];
	size_t len = sizeof(sig);
	bool ed = info->alg == JWA_EDDSA;

	must(EVP_DigestSignInit_ex(ctx, &pctx, ed ? NULL : info->hash, NULL, NULL, s->pkey, NULL));
	if (s->alg[0] == 'P') {
		must(EVP_PKEY_CTX_set_rsa_padding(pctx, RSA_PKCS1_PSS_PADDING) > 0);
		must(EVP_PKEY_CTX_set_rsa_pss_saltlen(pctx, RSA_PSS_SALTLEN_DIGEST) > 0);
	}
	must(EVP_DigestSign(ctx, sig, &len, (const uint8_t *)text, strlen(text)) == 1);
	if (strcmp(info->kty, "EC") != 0)
		return to_b64(sig, len);
	len = ecdsa_raw(sig, len, info, raw);
	return to_b64(raw, len);
}

static char *signing_input(const char *header, const char *payload)
{
	AUTO_FREE char *h = to_b64(header, strlen(header));
	AUTO_FREE char *p = to_b64(payload, strlen(payload));

	return format("%s.%s", h, p);
}

char *sign_token(const struct signer *s, const char *header, const char *payload)
{
	AUTO_FREE char *input = signing_input(header, payload);
	AUTO_FREE char *sig = sign_raw(s, input);

	return format("%s.%s", input, sig);
}

char *sign_plain(const struct signer *s, const char *payload)
{
	AUTO_FREE char *header =
	    s->kid ? format("{\"alg\":\"%s\",\"typ\":\"JWT\",\"kid\":\"%s\"}", s->alg, s->kid)
		   : format("{\"alg\":\"%s\",\"typ\":\"JWT\"}", s->alg);

	return sign_token(s, header, payload);
}

char *sign_hmac(const void *key, size_t len, const char *header, const char *payload)
{
	AUTO_FREE char *input = signing_input(header, payload);
	AUTO_FREE char *sig = NULL;
	uint8_t mac[64];
	size_t mac_len = 0;

	must(EVP_Q_mac(NULL, "HMAC", NULL, "SHA256", NULL, key, len, (const uint8_t *)input,
		 strlen(input), mac, sizeof(mac), &mac_len) != NULL);
	sig = to_b64(mac, mac_len);
	return format("%s.%s", input, sig);
}
