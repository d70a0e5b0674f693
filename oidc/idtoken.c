/* SPDX-License-Identifier: MIT */
#include "oidc/idtoken.h"

#include "common/name.h"
#include "common/secret.h"
#include "oidc/b64url.h"
#include "oidc/json.h"
#include "oidc/jws.h"

#include <string.h>
#include <strings.h>

#define TEXT_MAX 1024
#define TIME_MAX 253402300799 /* the year 9999: no sum below can overflow */
#define CUT_OFF_LEN (64UL * 1024)

struct claims {
	struct jws *jws;
	struct json *tree;
	const char *issuer; /* these three are the tree's */
	const char *sub;
	const char *nonce;
	uint64_t iat;
	uint64_t exp;
	uint64_t auth_time;
};

bool looks_cut_off(size_t len)
{
	static const size_t cuts[] = {511, 512, 1022, 1023, 1024, 4094, 4095};

	for (size_t i = 0; i < sizeof(cuts) / sizeof(cuts[0]); i++)
		if (len == cuts[i])
			return true;
	return len >= CUT_OFF_LEN;
}

/* ERR_NOT_FOUND, or ERR_BAD_CLAIM for anything but a time. */
static enum err get_time(const struct json *j, const char *name, uint64_t *ret)
{
	int64_t v = 0;
	enum err e = json_get_int(j, name, 0, TIME_MAX, &v);

	if (e == ERR_OK)
		*ret = (uint64_t)v;
	return e == ERR_OK || e == ERR_NOT_FOUND ? e : ERR_BAD_CLAIM;
}

static enum err check_issuer(struct claims *c, const struct idtoken_expect *x)
{
	if (json_get_str(c->tree, "iss", TEXT_MAX, &c->issuer) != ERR_OK)
		return ERR_BAD_CLAIM;
	return strcmp(c->issuer, x->issuer) == 0 ? ERR_OK : ERR_WRONG_ISSUER;
}

/* aud as a string, or as an array of just one: a token for several clients is nobody's. */
static enum err check_audience(const struct claims *c, const struct idtoken_expect *x)
{
	const struct json *list = NULL;
	const char *aud = NULL;
	const char *azp = NULL;
	enum err e;

	if (json_get_array(c->tree, "aud", &list) == ERR_OK) {
		if (json_count(list) > 1)
			return ERR_WRONG_AUDIENCE;
		aud = json_str_at(list, 0);
	} else {
		(void)json_get_str(c->tree, "aud", TEXT_MAX, &aud);
	}
	if (!aud)
		return ERR_BAD_CLAIM;
	e = json_get_str(c->tree, "azp", TEXT_MAX, &azp);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return ERR_BAD_CLAIM;
	if (strcmp(aud, x->client_id) != 0 || (azp && strcmp(azp, x->client_id) != 0))
		return ERR_WRONG_AUDIENCE;
	return ERR_OK;
}

static enum err check_subject(struct claims *c)
{
	if (json_get_str(c->tree, "sub", TEXT_MAX, &c->sub) != ERR_OK)
		return ERR_BAD_CLAIM;
	return sub_ok(c->sub, strlen(c->sub)) ? ERR_OK : ERR_BAD_SUB;
}

static enum err check_times(struct claims *c, const struct idtoken_expect *x)
{
	uint64_t nbf = 0;
	enum err e = get_time(c->tree, "nbf", &nbf);

	if (e == ERR_BAD_CLAIM || get_time(c->tree, "exp", &c->exp) != ERR_OK ||
	    get_time(c->tree, "iat", &c->iat) != ERR_OK)
		return ERR_BAD_CLAIM;
	if (x->now >= c->exp + IDTOKEN_LEEWAY)
		return ERR_EXPIRED;
	if (c->iat > x->now + IDTOKEN_LEEWAY || nbf > x->now + IDTOKEN_LEEWAY)
		return ERR_NOT_YET_VALID;
	if (x->max_iat_age && x->now > c->iat && x->now - c->iat > x->max_iat_age)
		return ERR_TOKEN_TOO_OLD;
	return ERR_OK;
}

static enum err check_auth_time(struct claims *c, const struct idtoken_expect *x)
{
	enum err e = get_time(c->tree, "auth_time", &c->auth_time);

	if (e == ERR_NOT_FOUND)
		return x->auth_max_age ? ERR_BAD_CLAIM : ERR_OK;
	if (e != ERR_OK)
		return e;
	if (c->auth_time > x->now + IDTOKEN_LEEWAY)
		return ERR_NOT_YET_VALID;
	if (x->auth_max_age && x->now > c->auth_time &&
	    x->now - c->auth_time > x->auth_max_age + IDTOKEN_LEEWAY)
		return ERR_AUTH_TOO_OLD;
	return ERR_OK;
}

static enum err check_nonce(struct claims *c, const struct idtoken_expect *x)
{
	enum err e = json_get_str(c->tree, "nonce", TEXT_MAX, &c->nonce);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return ERR_BAD_CLAIM;
	if (!x->nonce)
		return ERR_OK;
	if (!c->nonce || !secret_equal(c->nonce, strlen(c->nonce), x->nonce, strlen(x->nonce)))
		return ERR_WRONG_NONCE;
	return ERR_OK;
}

/* The left half of the access token's hash, by the hash of the ID token's algorithm (OIDC Core
 * 3.1.3.6). */
static enum err at_hash_of(const char *access_token, enum jwa alg, struct buf *ret)
{
	uint8_t md[DIGEST_MAX_LEN];
	size_t len = 0;
	const struct jwa_info *info = jwa_by_value(alg);
	enum err e;

	if (!info)
		return ERR_INTERNAL;
	e = digest(info->hash, access_token, strlen(access_token), md, &len);
	if (e != ERR_OK)
		return e;
	b64url_encode(ret, md, len / 2);
	return ret->err;
}

static enum err check_at_hash(const struct claims *c, const struct idtoken_expect *x)
{
	char text[B64URL_LEN(DIGEST_MAX_LEN / 2)];
	struct buf right;
	const char *at_hash = NULL;
	enum err e = json_get_str(c->tree, "at_hash", TEXT_MAX, &at_hash);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return ERR_BAD_CLAIM;
	if (!at_hash || !x->access_token)
		return x->at_hash_required ? ERR_BAD_AT_HASH : ERR_OK;
	buf_init_fixed(&right, text, sizeof(text));
	e = at_hash_of(x->access_token, jws_alg(c->jws), &right);
	if (e != ERR_OK)
		return e;
	if (!secret_equal(at_hash, strlen(at_hash), right.data, right.len))
		return ERR_BAD_AT_HASH;
	return ERR_OK;
}

/* Explicit typing (RFC 8725, 3.11): at+jwt, logout+jwt and their like are no ID tokens. */
static enum err check_typ(const struct jws *j)
{
	return !jws_typ(j) || strcasecmp(jws_typ(j), "JWT") == 0 ? ERR_OK : ERR_BAD_HEADER;
}

static enum err check_all(struct claims *c, const struct idtoken_expect *x)
{
	enum err e = check_issuer(c, x);

	if (e == ERR_OK)
		e = check_audience(c, x);
	if (e == ERR_OK)
		e = check_subject(c);
	if (e == ERR_OK)
		e = check_times(c, x);
	if (e == ERR_OK)
		e = check_auth_time(c, x);
	if (e == ERR_OK)
		e = check_nonce(c, x);
	if (e == ERR_OK)
		e = check_at_hash(c, x);
	return e;
}

/* Takes the verified statement over. */
static enum err claims_new(struct jws *jws, const struct idtoken_expect *x, struct claims **ret)
{
	AUTO_CLAIMS struct claims *c = calloc(1, sizeof(*c));
	size_t len = 0;
	const char *payload = jws_payload(jws, &len);
	enum err e;

	if (!c) {
		jws_free(jws);
		return ERR_NOMEM;
	}
	c->jws = jws;
	e = json_parse_object(payload, len, JWS_MAX_LEN, &c->tree);
	if (e == ERR_OK)
		e = check_all(c, x);
	if (e == ERR_OK)
		*ret = TAKE_PTR(c);
	return e;
}

static enum err verify(const struct jwks *keys, const struct idtoken_expect *x, const char *token,
    size_t len, struct claims **ret)
{
	AUTO_JWS struct jws *jws = NULL;
	enum err e = jws_verify(keys, x->algs, token, len, &jws);

	if (e == ERR_OK)
		e = check_typ(jws);
	if (e == ERR_OK)
		e = claims_new(TAKE_PTR(jws), x, ret);
	return e;
}

/* What a cut can look like: the end is missing, so parts, base64 or signature are wrong. */
static bool may_be_a_cut(enum err e)
{
	return e == ERR_BAD_TOKEN || e == ERR_BAD_BASE64 || e == ERR_BAD_JSON ||
	       e == ERR_BAD_SIGNATURE;
}

enum err idtoken_verify(const struct jwks *keys, const struct idtoken_expect *expect,
    const char *token, size_t len, struct claims **ret)
{
	enum err e;

	if (len >= CUT_OFF_LEN)
		return ERR_CUT_OFF;
	if (!*expect->issuer || !*expect->client_id)
		return ERR_CONFIG;
	e = verify(keys, expect, token, len, ret);
	return may_be_a_cut(e) && looks_cut_off(len) ? ERR_CUT_OFF : e;
}

void claims_free(struct claims *c)
{
	if (!c)
		return;
	jws_free(c->jws);
	json_free(c->tree);
	free(c);
}

const char *claims_issuer(const struct claims *c)
{
	return c->issuer;
}

const char *claims_sub(const struct claims *c)
{
	return c->sub;
}

const char *claims_nonce(const struct claims *c)
{
	return c->nonce;
}

uint64_t claims_iat(const struct claims *c)
{
	return c->iat;
}

uint64_t claims_exp(const struct claims *c)
{
	return c->exp;
}

uint64_t claims_auth_time(const struct claims *c)
{
	return c->auth_time;
}

const char *claims_str(const struct claims *c, const char *name)
{
	const char *text = NULL;

	(void)json_get_str(c->tree, name, TEXT_MAX, &text);
	return text;
}

const uint8_t *claims_hash(const struct claims *c)
{
	return jws_hash(c->jws);
}

enum err claims_write(const struct claims *c, struct buf *out)
{
	size_t len = 0;
	const char *payload = jws_payload(c->jws, &len);

	return json_to_ascii(out, payload, len);
}
