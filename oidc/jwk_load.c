/* SPDX-License-Identifier: MIT */
/* From the members of a JWK to an EVP_PKEY (RFC 7518, 6.2 and 6.3; RFC 8037, 2). Private members
 * are never looked at. */
#include "oidc/b64url.h"
#include "oidc/jwk_internal.h"

#include <openssl/core_names.h>

#include <string.h>

#define RSA_MIN_BITS 2048
#define RSA_MAX_BITS 8192
#define RSA_MAX_EXPONENT_BITS 64 /* a long one makes every verification slow */

/* A base64url member as bytes. */
static enum err get_bytes_of(const struct json *j, const char *name, struct buf *ret)
{
	const char *text = NULL;

	if (json_get_str(j, name, B64URL_LEN(ret->max), &text) != ERR_OK)
		return ERR_BAD_KEY;
	if (b64url_decode(ret, text, strlen(text)) != ERR_OK)
		return ret->err == ERR_NOMEM ? ERR_NOMEM : ERR_BAD_KEY;
	return ERR_OK;
}

/* An unsigned number without leading zero bytes (RFC 7518, 2: Base64urlUInt). */
static enum err get_number(const struct json *j, const char *name, BIGNUM **ret)
{
	AUTO_BUF struct buf bytes = {0};
	enum err e;

	buf_init(&bytes, RSA_MAX_BITS / 8);
	e = get_bytes_of(j, name, &bytes);
	if (e != ERR_OK)
		return e;
	if (bytes.len == 0 || bytes.data[0] == 0)
		return ERR_BAD_KEY;
	*ret = BN_bin2bn(bytes.data, (int)bytes.len, NULL);
	return *ret ? ERR_OK : ERR_NOMEM;
}

static bool rsa_numbers_ok(const BIGNUM *n, const BIGNUM *e)
{
	int bits = BN_num_bits(n);

	return bits >= RSA_MIN_BITS && bits <= RSA_MAX_BITS && BN_is_odd(n) && BN_is_odd(e) &&
	       !BN_is_one(e) && BN_num_bits(e) <= RSA_MAX_EXPONENT_BITS;
}

static enum err from_params(const char *type, OSSL_PARAM *params, EVP_PKEY **ret)
{
	AUTO_PKEY_CTX EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, type, NULL);

	if (!ctx || !params)
		return ERR_NOMEM;
	if (EVP_PKEY_fromdata_init(ctx) != 1 ||
	    EVP_PKEY_fromdata(ctx, ret, EVP_PKEY_PUBLIC_KEY, params) != 1)
		return ERR_BAD_KEY;
	return ERR_OK;
}

static enum err load_rsa(const struct json *j, EVP_PKEY **ret)
{
	AUTO_BN BIGNUM *n = NULL;
	AUTO_BN BIGNUM *e = NULL;
	AUTO_PARAM_BLD OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	AUTO_PARAM OSSL_PARAM *params = NULL;
	enum err error = get_number(j, "n", &n);

	if (error == ERR_OK)
		error = get_number(j, "e", &e);
	if (error != ERR_OK)
		return error;
	if (!rsa_numbers_ok(n, e))
		return ERR_BAD_KEY;
	if (!bld || !OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_N, n) ||
	    !OSSL_PARAM_BLD_push_BN(bld, OSSL_PKEY_PARAM_RSA_E, e))
		return ERR_NOMEM;
	params = OSSL_PARAM_BLD_to_param(bld);
	return from_params("RSA", params, ret);
}

struct curve {
	const char *crv;
	const char *group;
	size_t len; /* of a coordinate */
};

static const struct curve curves[] = {
    {"P-256", "prime256v1", 32},
    {"P-384", "secp384r1", 48},
    {"P-521", "secp521r1", 66},
};
#define CURVE_MAX_LEN 66

static const struct curve *curve_of(const char *crv)
{
	for (size_t i = 0; i < sizeof(curves) / sizeof(curves[0]); i++)
		if (strcmp(curves[i].crv, crv) == 0)
			return &curves[i];
	return NULL;
}

/* 04 x y, both coordinates at their full length (RFC 7518, 6.2.1.2). */
static enum err get_point(const struct json *j, const struct curve *curve, struct buf *ret)
{
	static const char *const names[] = {"x", "y"};

	buf_put_u8(ret, 4);
	for (size_t i = 0; i < 2; i++) {
		AUTO_BUF struct buf coordinate = {0};
		enum err e;

		buf_init(&coordinate, CURVE_MAX_LEN);
		e = get_bytes_of(j, names[i], &coordinate);
		if (e != ERR_OK)
			return e;
		if (coordinate.len != curve->len)
			return ERR_BAD_KEY;
		buf_put(ret, coordinate.data, coordinate.len);
	}
	return ret->err;
}

/* On the curve, and not the point at infinity. */
static enum err check_point(EVP_PKEY *pkey)
{
	AUTO_PKEY_CTX EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pkey, NULL);

	if (!ctx)
		return ERR_NOMEM;
	return EVP_PKEY_public_check(ctx) == 1 ? ERR_OK : ERR_BAD_KEY;
}

static enum err load_ec(const struct json *j, const struct curve *curve, EVP_PKEY **ret)
{
	AUTO_BUF struct buf point = {0};
	AUTO_PKEY EVP_PKEY *pkey = NULL;
	AUTO_PARAM_BLD OSSL_PARAM_BLD *bld = OSSL_PARAM_BLD_new();
	AUTO_PARAM OSSL_PARAM *params = NULL;
	enum err e;

	buf_init(&point, 1 + 2 * CURVE_MAX_LEN);
	e = get_point(j, curve, &point);
	if (e != ERR_OK)
		return e;
	if (!bld ||
	    !OSSL_PARAM_BLD_push_utf8_string(bld, OSSL_PKEY_PARAM_GROUP_NAME, curve->group, 0) ||
	    !OSSL_PARAM_BLD_push_octet_string(bld, OSSL_PKEY_PARAM_PUB_KEY, point.data, point.len))
		return ERR_NOMEM;
	params = OSSL_PARAM_BLD_to_param(bld);
	e = from_params("EC", params, &pkey);
	if (e == ERR_OK)
		e = check_point(pkey);
	if (e == ERR_OK)
		*ret = TAKE_PTR(pkey);
	return e;
}

static enum err load_ed25519(const struct json *j, EVP_PKEY **ret)
{
	AUTO_BUF struct buf x = {0};
	enum err e;

	buf_init(&x, 32);
	e = get_bytes_of(j, "x", &x);
	if (e != ERR_OK)
		return e;
	if (x.len != 32)
		return ERR_BAD_KEY;
	*ret = EVP_PKEY_new_raw_public_key_ex(NULL, "ED25519", NULL, x.data, x.len);
	return *ret ? ERR_OK : ERR_BAD_KEY;
}

enum err jwk_load(const struct json *j, EVP_PKEY **ret, const char **ret_kty, const char **ret_crv)
{
	const char *kty = NULL;
	const char *crv = NULL;
	const struct curve *curve;

	if (json_get_str(j, "kty", 16, &kty) != ERR_OK)
		return ERR_BAD_KEY;
	if (strcmp(kty, "RSA") == 0) {
		*ret_kty = "RSA";
		*ret_crv = "";
		return load_rsa(j, ret);
	}
	if (json_get_str(j, "crv", 16, &crv) != ERR_OK)
		return ERR_BAD_KEY;
	curve = curve_of(crv);
	if (strcmp(kty, "EC") == 0 && curve) {
		*ret_kty = "EC";
		*ret_crv = curve->crv;
		return load_ec(j, curve, ret);
	}
	if (strcmp(kty, "OKP") == 0 && strcmp(crv, "Ed25519") == 0) {
		*ret_kty = "OKP";
		*ret_crv = "Ed25519";
		return load_ed25519(j, ret);
	}
	return ERR_BAD_KEY;
}
