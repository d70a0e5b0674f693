/* SPDX-License-Identifier: MIT */
#include "oidc/roster.h"

#include "common/str.h"
#include "oidc/json.h"

#include <string.h>

#define TEXT_CLAIM_MAX 2048

void roster_file_name(const uint8_t hash[SHA256_LEN], char ret[ROSTER_FILE_LEN + 1])
{
	static const char digits[] = "0123456789abcdef";

	for (size_t i = 0; i < SHA256_LEN; i++) {
		ret[2 * i] = digits[hash[i] >> 4];
		ret[2 * i + 1] = digits[hash[i] & 15];
	}
	memcpy(ret + 2 * SHA256_LEN, ".lines", sizeof(".lines"));
}

/* Small letters only: a file has one name. */
static bool hex_value(char c, uint8_t *ret)
{
	if (c >= '0' && c <= '9')
		*ret = (uint8_t)(c - '0');
	else if (c >= 'a' && c <= 'f')
		*ret = (uint8_t)(c - 'a' + 10);
	else
		return false;
	return true;
}

static bool parse_hash(const char *text, uint8_t ret[SHA256_LEN])
{
	if (strlen(text) != 2 * (size_t)SHA256_LEN)
		return false;
	for (size_t i = 0; i < SHA256_LEN; i++) {
		uint8_t high = 0, low = 0;

		if (!hex_value(text[2 * i], &high) || !hex_value(text[2 * i + 1], &low))
			return false;
		ret[i] = (uint8_t)(high << 4 | low);
	}
	return true;
}

static enum err check_text(
    const struct json *j, const char *name, const char *expected, enum err otherwise)
{
	const char *text = NULL;

	if (json_get_str(j, name, TEXT_CLAIM_MAX, &text) != ERR_OK)
		return ERR_BAD_CLAIM;
	return strcmp(text, expected) == 0 ? ERR_OK : otherwise;
}

static enum err read_lines(const struct json *j, struct roster_manifest *m)
{
	const struct json *lines = NULL;
	const char *file = NULL, *hash = NULL;
	int64_t size = 0, count = 0;

	if (json_get_object(j, "lines", &lines) != ERR_OK || json_members(lines) != 4 ||
	    json_get_str(lines, "file", ROSTER_FILE_LEN, &file) != ERR_OK ||
	    json_get_str(lines, "sha256", 2 * SHA256_LEN, &hash) != ERR_OK ||
	    json_get_int(lines, "size", 0, ROSTER_SIZE_MAX, &size) != ERR_OK ||
	    json_get_int(lines, "count", 0, ROSTER_SIZE_MAX, &count) != ERR_OK)
		return ERR_BAD_CLAIM;
	if (!parse_hash(hash, m->hash))
		return ERR_BAD_CLAIM;
	roster_file_name(m->hash, m->file);
	m->size = (uint64_t)size;
	m->count = (uint64_t)count;
	return strcmp(file, m->file) == 0 ? ERR_OK : ERR_BAD_CLAIM;
}

static enum err read_payload(const struct json *j, struct roster_manifest *m)
{
	int64_t serial = 0;

	if (json_members(j) != 6 || json_get_int(j, "serial", 1, INT64_MAX, &serial) != ERR_OK ||
	    json_get_int(j, "iat", 0, INT64_MAX, &m->issued) != ERR_OK ||
	    json_get_int(j, "exp", 0, INT64_MAX, &m->expires) != ERR_OK || m->expires <= m->issued)
		return ERR_BAD_CLAIM;
	m->serial = (uint64_t)serial;
	return read_lines(j, m);
}

static enum err check_order(const struct roster_manifest *m, const struct roster_expect *x)
{
	if (m->issued > x->now && m->issued - x->now > ROSTER_LEEWAY)
		return ERR_NOT_YET_VALID;
	if (m->serial < x->serial)
		return ERR_OLD_SERIAL;
	if (m->serial == x->serial && memcmp(m->hash, x->hash, SHA256_LEN) != 0)
		return ERR_OLD_SERIAL;
	return ERR_OK;
}

enum err roster_verify(const struct jwks *keys, const struct roster_expect *expect,
    const char *manifest, size_t len, struct roster_manifest *ret)
{
	AUTO_JWS struct jws *jws = NULL;
	AUTO_JSON struct json *j = NULL;
	struct roster_manifest m = {0};
	const char *payload;
	size_t payload_len = 0;
	enum err e = jws_verify(keys, JWA_EDDSA, manifest, len, &jws);

	if (e != ERR_OK)
		return e;
	if (!jws_typ(jws) || strcmp(jws_typ(jws), ROSTER_TYP) != 0)
		return ERR_BAD_HEADER;
	payload = jws_payload(jws, &payload_len);
	e = json_parse_object(payload, payload_len, ROSTER_MANIFEST_MAX, &j);
	if (e == ERR_OK)
		e = check_text(j, "iss", expect->issuer, ERR_WRONG_ISSUER);
	if (e == ERR_OK)
		e = check_text(j, "fleet", expect->fleet, ERR_WRONG_FLEET);
	if (e == ERR_OK)
		e = read_payload(j, &m);
	if (e == ERR_OK)
		e = check_order(&m, expect);
	if (e == ERR_OK)
		*ret = m;
	return e;
}
