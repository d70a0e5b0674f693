/* SPDX-License-Identifier: MIT */
#include "oidc/jwk_internal.h"

#include <openssl/core_names.h>

#include <string.h>

static void jwk_clear(struct jwk *key)
{
	EVP_PKEY_free(key->pkey);
	BN_free(key->order);
	free(key->kid);
	*key = (struct jwk){0};
}

void jwks_free(struct jwks *keys)
{
	if (!keys)
		return;
	for (size_t i = 0; i < keys->n; i++)
		jwk_clear(&keys->key[i]);
	free(keys);
}

bool jwk_fits(const struct jwk *key, const struct jwa_info *alg)
{
	return strcmp(key->kty, alg->kty) == 0 && strcmp(key->crv, alg->crv) == 0 &&
	       (!key->alg || key->alg == alg);
}

/* What use and key_ops say (RFC 7517, 4.2 and 4.3). */
static bool may_verify(const struct json *j)
{
	const char *use = NULL;
	const struct json *ops = NULL;
	enum err e = json_get_str(j, "use", 16, &use);

	if (e != ERR_NOT_FOUND && (e != ERR_OK || strcmp(use, "sig") != 0))
		return false;
	e = json_get_array(j, "key_ops", &ops);
	return e == ERR_NOT_FOUND || (e == ERR_OK && json_lists(ops, "verify"));
}

/* The key's own algorithm must be one that we know and that fits it (4.4). */
static enum err read_alg(const struct json *j, struct jwk *key)
{
	const char *name = NULL;
	const struct jwa_info *alg;
	enum err e = json_get_str(j, "alg", 32, &name);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	alg = e == ERR_OK ? jwa_by_name(name) : NULL;
	if (!alg || !jwk_fits(key, alg))
		return ERR_BAD_KEY;
	key->alg = alg;
	return ERR_OK;
}

static enum err read_kid(const struct json *j, struct jwk *key)
{
	const char *kid = NULL;
	enum err e = json_get_str(j, "kid", KID_MAX_LEN, &kid);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return ERR_BAD_KEY;
	key->kid = strdup(kid);
	return key->kid ? ERR_OK : ERR_NOMEM;
}

/* Fills an empty slot; on failure the slot is for jwk_clear. */
static enum err read_key(const struct json *j, struct jwk *key)
{
	enum err e;

	if (!may_verify(j))
		return ERR_BAD_KEY;
	e = jwk_load(j, &key->pkey, &key->kty, &key->crv);
	if (e == ERR_OK && strcmp(key->kty, "EC") == 0 &&
	    EVP_PKEY_get_bn_param(key->pkey, OSSL_PKEY_PARAM_EC_ORDER, &key->order) != 1)
		e = ERR_NOMEM;
	if (e == ERR_OK)
		e = read_alg(j, key);
	if (e == ERR_OK)
		e = read_kid(j, key);
	return e;
}

/* A key that is not usable is left out; only a lack of memory or room is an error. */
static enum err add_key(struct jwks *keys, const struct json *j)
{
	struct jwk key = {0};
	enum err e;

	if (keys->n == JWKS_MAX_KEYS)
		return ERR_TOO_LONG;
	e = read_key(j, &key);
	if (e != ERR_OK) {
		jwk_clear(&key);
		return e == ERR_NOMEM ? ERR_NOMEM : ERR_OK;
	}
	keys->key[keys->n++] = key;
	return ERR_OK;
}

static enum err add_set(struct jwks *keys, const struct json *set)
{
	const struct json *list = NULL;

	if (json_get_array(set, "keys", &list) != ERR_OK)
		return ERR_BAD_JSON;
	for (size_t i = 0; i < json_count(list); i++) {
		enum err e = add_key(keys, json_at(list, i));

		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

static enum err parse(const void *bytes, size_t len, bool bare_too, struct jwks **ret)
{
	CRYPTO_SCOPE;
	AUTO_JSON struct json *j = NULL;
	AUTO_JWKS struct jwks *keys = NULL;
	enum err e = json_parse_object(bytes, len, JWKS_MAX_LEN, &j);

	if (e != ERR_OK)
		return e;
	keys = calloc(1, sizeof(*keys));
	if (!keys)
		return ERR_NOMEM;
	e = bare_too && !json_has(j, "keys") ? add_key(keys, j) : add_set(keys, j);
	if (e != ERR_OK)
		return e;
	if (keys->n == 0)
		return ERR_BAD_KEY;
	*ret = TAKE_PTR(keys);
	return ERR_OK;
}

enum err jwks_parse(const void *bytes, size_t len, struct jwks **ret)
{
	return parse(bytes, len, false, ret);
}

enum err jwks_parse_any(const void *bytes, size_t len, struct jwks **ret)
{
	return parse(bytes, len, true, ret);
}

size_t jwks_count(const struct jwks *keys)
{
	return keys->n;
}

bool jwks_has_kid(const struct jwks *keys, const char *kid)
{
	for (size_t i = 0; i < keys->n; i++)
		if (keys->key[i].kid && strcmp(keys->key[i].kid, kid) == 0)
			return true;
	return false;
}
