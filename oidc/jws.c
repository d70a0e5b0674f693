/* SPDX-License-Identifier: MIT */
#include "oidc/jws.h"

#include "oidc/b64url.h"
#include "oidc/json.h"
#include "oidc/jws_internal.h"

#include <string.h>

#define HEADER_MAX_LEN 4096
#define SIGNATURE_MAX_LEN 1024 /* RSA of 8192 bits */
#define TYP_MAX_LEN 64

struct jws {
	enum jwa alg;
	char *typ;
	uint8_t hash[SHA256_LEN];
	struct buf payload; /* with a NUL behind it that does not count */
};

/* The text of a token, not decoded. */
struct parts {
	struct slice header;
	struct slice payload;
	struct slice signature;
	struct slice input; /* what is signed: header "." payload */
};

/* Borrowed from the header's tree; kid and typ may be NULL. */
struct header {
	const char *alg;
	const char *kid;
	const char *typ;
};

static enum err split(const char *token, size_t len, struct parts *ret)
{
	const char *end = token + len;
	const char *first = len ? memchr(token, '.', len) : NULL;
	const char *second = first ? memchr(first + 1, '.', (size_t)(end - first - 1)) : NULL;

	/* an empty payload would be a detached one (RFC 7515, appendix F) */
	if (!second || first == token || second == first + 1 ||
	    memchr(second + 1, '.', (size_t)(end - second - 1)))
		return ERR_BAD_TOKEN;
	if (len > JWS_MAX_LEN)
		return ERR_TOO_LONG;
	ret->header = (struct slice){token, (size_t)(first - token)};
	ret->payload = (struct slice){first + 1, (size_t)(second - first - 1)};
	ret->signature = (struct slice){second + 1, (size_t)(end - second - 1)};
	ret->input = (struct slice){token, (size_t)(second - token)};
	return ERR_OK;
}

/* Members that would change what is signed or bring a key along, and those of a JWE. */
static bool has_forbidden(const struct json *j)
{
	static const char *const names[] = {
	    "crit", "b64", "zip", "enc", "jwk", "jku", "x5u", "x5c"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (json_has(j, names[i]))
			return true;
	return false;
}

/* An optional string; stays NULL when absent. */
static enum err get_optional(const struct json *j, const char *name, size_t max, const char **ret)
{
	enum err e = json_get_str(j, name, max, ret);

	return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_OK : ERR_BAD_HEADER;
}

/* The caller frees *ret_tree, which *ret borrows from. */
static enum err read_header(struct slice text, struct json **ret_tree, struct header *ret)
{
	AUTO_BUF struct buf bytes = {0};
	AUTO_JSON struct json *j = NULL;
	struct header h = {NULL, NULL, NULL};
	enum err e;

	buf_init(&bytes, HEADER_MAX_LEN);
	e = b64url_decode(&bytes, text.p, text.len);
	if (e == ERR_OK)
		e = json_parse_object(bytes.data, bytes.len, HEADER_MAX_LEN, &j);
	if (e != ERR_OK)
		return e;
	if (has_forbidden(j))
		return ERR_BAD_HEADER;
	if (json_get_str(j, "alg", 32, &h.alg) != ERR_OK)
		return ERR_BAD_ALG;
	e = get_optional(j, "kid", KID_MAX_LEN, &h.kid);
	if (e == ERR_OK)
		e = get_optional(j, "typ", TYP_MAX_LEN, &h.typ);
	if (e != ERR_OK)
		return e;
	*ret_tree = TAKE_PTR(j);
	*ret = h;
	return ERR_OK;
}

/* Tries the keys that the token may mean. */
static enum err check_keys(const struct jwks *keys, const struct jwa_info *alg, const char *kid,
    struct slice input, const struct buf *signature)
{
	enum err result = ERR_UNKNOWN_KEY;

	for (size_t i = 0; i < keys->n; i++) {
		const struct jwk *key = &keys->key[i];
		enum err e;

		if (kid && (!key->kid || strcmp(key->kid, kid) != 0))
			continue;
		if (!jwk_fits(key, alg)) {
			if (kid && result == ERR_UNKNOWN_KEY)
				result = ERR_BAD_ALG;
			continue;
		}
		e = jws_check_signature(key, alg, input, signature->data, signature->len);
		if (e != ERR_BAD_SIGNATURE)
			return e;
		result = ERR_BAD_SIGNATURE;
	}
	return result;
}

static enum err check_signature(const struct jwks *keys, unsigned algs, const struct header *h,
    const struct parts *parts, enum jwa *ret)
{
	AUTO_BUF struct buf signature = {0};
	const struct jwa_info *alg = jwa_by_name(h->alg);
	enum err e;

	if (!alg || !(algs & (unsigned)alg->alg))
		return ERR_BAD_ALG;
	buf_init(&signature, SIGNATURE_MAX_LEN);
	e = b64url_decode(&signature, parts->signature.p, parts->signature.len);
	if (e == ERR_TOO_LONG || (e == ERR_OK && signature.len == 0))
		return ERR_BAD_SIGNATURE;
	if (e == ERR_OK)
		e = check_keys(keys, alg, h->kid, parts->input, &signature);
	if (e == ERR_OK)
		*ret = alg->alg;
	return e;
}

/* Only called behind check_signature. */
static enum err fill(struct jws *j, const struct header *h, const struct parts *parts)
{
	enum err e;

	buf_init_secret(&j->payload, JWS_MAX_LEN);
	e = b64url_decode(&j->payload, parts->payload.p, parts->payload.len);
	if (e == ERR_OK)
		e = digest_sha256(parts->input.p, parts->input.len, j->hash);
	if (e != ERR_OK)
		return e;
	buf_put_u8(&j->payload, 0);
	j->typ = h->typ ? strdup(h->typ) : NULL;
	return h->typ && !j->typ ? ERR_NOMEM : j->payload.err;
}

enum err jws_verify(
    const struct jwks *keys, unsigned algs, const char *token, size_t len, struct jws **ret)
{
	AUTO_JSON struct json *tree = NULL;
	AUTO_JWS struct jws *j = NULL;
	struct parts parts;
	struct header header;
	enum jwa alg;
	enum err e = split(token, len, &parts);

	if (e == ERR_OK)
		e = read_header(parts.header, &tree, &header);
	if (e == ERR_OK)
		e = check_signature(keys, algs, &header, &parts, &alg);
	if (e != ERR_OK)
		return e;
	j = calloc(1, sizeof(*j));
	if (!j)
		return ERR_NOMEM;
	j->alg = alg;
	e = fill(j, &header, &parts);
	if (e == ERR_OK)
		*ret = TAKE_PTR(j);
	return e;
}

void jws_free(struct jws *j)
{
	if (!j)
		return;
	buf_free(&j->payload);
	free(j->typ);
	free(j);
}

const char *jws_payload(const struct jws *j, size_t *ret_len)
{
	*ret_len = j->payload.len - 1;
	return (const char *)j->payload.data;
}

const char *jws_typ(const struct jws *j)
{
	return j->typ;
}

enum jwa jws_alg(const struct jws *j)
{
	return j->alg;
}

const uint8_t *jws_hash(const struct jws *j)
{
	return j->hash;
}

enum err jws_peek_kid(const char *token, size_t len, char *dst)
{
	AUTO_JSON struct json *tree = NULL;
	struct parts parts;
	struct header header;
	enum err e = split(token, len, &parts);

	if (e == ERR_OK)
		e = read_header(parts.header, &tree, &header);
	if (e == ERR_OK)
		str_copy(dst, KID_MAX_LEN + 1, header.kid ? header.kid : "");
	return e;
}
