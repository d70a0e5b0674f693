/* SPDX-License-Identifier: MIT */
/* Other people's signatures: RFC 7515, 7520 and 8037, and the JOSE cookbook. Those under an
 * algorithm that the project knows must verify, everything else must be refused. */
#include "oidc/json.h"
#include "oidc/jws.h"
#include "tests/unit/oidc_vectors.h"
#include "tests/unit/tap.h"

#define MAX_LEN (1024 * 1024)

static bool read_vector(const char *dir, const char *name, struct buf *ret)
{
	char relative[256];
	AUTO_FREE char *path = NULL;

	snprintf(relative, sizeof(relative), "%s/%s", dir, name);
	path = vector_path(relative);
	buf_reset(ret);
	return path && vector_read(path, ret);
}

/* Some key files hold only the name of another one: links that were flattened. */
static bool read_key(const char *name, struct buf *ret)
{
	const char *text;
	char target[64];

	if (!read_vector("rfc-jose", name, ret))
		return false;
	text = buf_cstr(ret);
	if (!text || text[0] == '{' || strlen(text) >= sizeof(target))
		return text != NULL;
	memcpy(target, text, strlen(text) + 1);
	return read_vector("rfc-jose", target, ret);
}

static enum err verify(const struct buf *key, const char *token, size_t len, struct jws **ret)
{
	AUTO_JWKS struct jwks *keys = NULL;
	enum err e = jwks_parse_any(key->data, key->len, &keys);

	return e == ERR_OK ? jws_verify(keys, JWA_ALL, token, len, ret) : e;
}

static void rfc_signature(const char *key_name, const char *token_name, const char *payload)
{
	AUTO_BUF struct buf key = {0};
	AUTO_BUF struct buf token = {0};
	AUTO_JWS struct jws *jws = NULL;
	size_t len = 0;

	buf_init(&key, MAX_LEN);
	buf_init(&token, MAX_LEN);
	if (!read_key(key_name, &key) || !read_vector("rfc-jose", token_name, &token)) {
		tap_skip(token_name, "the RFC vectors are not here");
		return;
	}
	is_int(verify(&key, (const char *)token.data, token.len, &jws), ERR_OK, "%s verifies",
	    token_name);
	ok(jws && strncmp(jws_payload(jws, &len), payload, strlen(payload)) == 0, "its payload");
}

static void rfc_refused(const char *key_name, const char *token_name, enum err expected)
{
	AUTO_BUF struct buf key = {0};
	AUTO_BUF struct buf token = {0};
	AUTO_JWS struct jws *jws = NULL;

	buf_init(&key, MAX_LEN);
	buf_init(&token, MAX_LEN);
	if (!read_key(key_name, &key) || !read_vector("rfc-jose", token_name, &token)) {
		tap_skip(token_name, "the RFC vectors are not here");
		return;
	}
	is_int(verify(&key, (const char *)token.data, token.len, &jws), expected,
	    "SEC-04 SEC-05: %s refused", token_name);
}

static void rfc_vectors(void)
{
	static const char hobbit[] = "It\xe2\x80\x99s a dangerous business, Frodo";
	static const char joe[] = "{\"iss\":\"joe\",";
	static const char *const json_forms[] = {"rfc7515_A.7.jwsf", "rfc7520_4.1.jwsf",
	    "rfc7520_4.1.jwsg", "rfc7520_4.2.jwsf", "rfc7520_4.2.jwsg", "rfc7520_4.3.jwsf",
	    "rfc7520_4.3.jwsg", "rfc7520_4.8.jwsg", "rfc7515_A.6.jwsg"};

	rfc_signature("rfc7515_A.2.jwk", "rfc7515_A.2.jwsc", joe);
	rfc_signature("rfc7515_A.3.jwk", "rfc7515_A.3.jwsc", joe);
	rfc_signature("rfc7515_A.4.jwk", "rfc7515_A.4.jwsc", "Payload");
	rfc_signature("rfc7520_4.1.jwk", "rfc7520_4.1.jwsc", hobbit);
	rfc_signature("rfc7520_4.2.jwk", "rfc7520_4.2.jwsc", hobbit);
	rfc_signature("rfc7520_4.3.jwk", "rfc7520_4.3.jwsc", hobbit);
	rfc_signature("rfc7520_4.8.jwkset", "rfc7520_4.3.jwsc", hobbit);
	rfc_refused("rfc7515_A.1.jwk", "rfc7515_A.1.jwsc", ERR_BAD_KEY);
	rfc_refused("rfc7515_A.2.jwk", "rfc7515_A.1.jwsc", ERR_BAD_ALG);
	rfc_refused("rfc7515_A.2.jwk", "rfc7515_A.5.jwsc", ERR_BAD_ALG);
	rfc_refused("rfc7520_4.4.jwk", "rfc7520_4.4.jwsc", ERR_BAD_KEY);
	rfc_refused("rfc7520_4.8.jwkset", "rfc7520_4.4.jwsc", ERR_BAD_ALG);
	rfc_refused("rfc7520_4.1.jwk", "rfc7520_4.5.jwsc", ERR_BAD_TOKEN);
	rfc_refused("rfc7520_4.8.jwkset", "rfc7520_5.1.jwec", ERR_BAD_TOKEN);
	for (size_t i = 0; i < sizeof(json_forms) / sizeof(json_forms[0]); i++)
		rfc_refused("rfc7520_4.8.jwkset", json_forms[i], ERR_BAD_TOKEN);
}

/* How many keys of a document are usable. */
static void rfc_keys(const char *name, size_t usable)
{
	AUTO_BUF struct buf key = {0};
	AUTO_JWKS struct jwks *keys = NULL;
	enum err e;

	buf_init(&key, MAX_LEN);
	if (!read_key(name, &key)) {
		tap_skip(name, "the RFC vectors are not here");
		return;
	}
	e = jwks_parse_any(key.data, key.len, &keys);
	is_int(e, usable ? ERR_OK : ERR_BAD_KEY, "%s parsed", name);
	is_int(keys ? jwks_count(keys) : 0, usable, "%s: usable keys", name);
}

static void rfc_key_documents(void)
{
	rfc_keys("rfc7517_A.1.jwkset", 1); /* an EC key for encryption, an RSA key */
	rfc_keys("rfc7517_A.2.jwkset", 1);
	rfc_keys("rfc7517_A.3.jwkset", 0); /* symmetric ones */
	rfc_keys("rfc7517_B.jwk", 1);
	rfc_keys("rfc7515_A.6.jwkset", 2);
	rfc_keys("rfc7520_3.1.jwk", 1);
	rfc_keys("rfc7520_3.2.jwk", 1);
	rfc_keys("rfc7520_3.3.jwk", 1);
	rfc_keys("rfc7520_3.4.jwk", 1);
	rfc_keys("rfc7520_3.5.jwk", 0);
	rfc_keys("rfc7520_3.6.jwk", 0);
}

/* A cookbook file: input.key, output.compact and so on. Its keys come as a tree; as text they are
 * in the file, too. */
static const char *key_text(const struct buf *file, size_t *ret_len)
{
	const char *text = (const char *)file->data;
	const char *from = memmem(text, file->len, "\"key\":", 6);
	const char *end;

	from = from ? strchr(from, '{') : NULL;
	end = from ? strchr(from, '}') : NULL;
	*ret_len = end ? (size_t)(end - from) + 1 : 0;
	return from;
}

static void cookbook(const char *dir, const char *name, enum err expected)
{
	AUTO_BUF struct buf file = {0};
	AUTO_BUF struct buf key = {0};
	AUTO_JSON struct json *j = NULL;
	AUTO_JWS struct jws *jws = NULL;
	const struct json *part = NULL;
	const char *compact = NULL;
	const char *payload = NULL;
	const char *text;
	size_t len = 0;
	enum err e;

	buf_init(&file, MAX_LEN);
	buf_init(&key, MAX_LEN);
	if (!read_vector(dir, name, &file) || !buf_cstr(&file)) {
		tap_skip(name, "the cookbook is not here");
		return;
	}
	text = key_text(&file, &len);
	buf_put(&key, text, len);
	if (json_parse_object(file.data, file.len, MAX_LEN, &j) != ERR_OK ||
	    json_get_object(j, "output", &part) != ERR_OK)
		abort();
	if (json_get_str(part, "compact", MAX_LEN, &compact) != ERR_OK) {
		ok(true, "%s has no compact form", name);
		return;
	}
	e = verify(&key, compact, strlen(compact), &jws);
	is_int(e, expected, "%s%s", expected == ERR_OK ? "" : "SEC-04 SEC-05: ", name);
	if (e != ERR_OK || json_get_object(j, "input", &part) != ERR_OK ||
	    json_get_str(part, "payload", MAX_LEN, &payload) != ERR_OK)
		return;
	is_str(jws_payload(jws, &len), payload, "its payload");
}

static void cookbook_vectors(void)
{
	cookbook("jose-cookbook/jws", "4_1.rsa_v15_signature.json", ERR_OK);
	cookbook("jose-cookbook/jws", "4_2.rsa-pss_signature.json", ERR_OK);
	cookbook("jose-cookbook/jws", "4_3.ecdsa_signature.json", ERR_OK);
	cookbook("jose-cookbook/curve25519", "jws.json", ERR_OK);
	cookbook("jose-cookbook/jws", "4_4.hmac-sha2_integrity_protection.json", ERR_BAD_KEY);
	cookbook("jose-cookbook/jws", "4_5.signature_with_detached_content.json", ERR_BAD_KEY);
	cookbook("jose-cookbook/jws", "4_6.protecting_specific_header_fields.json", ERR_BAD_KEY);
	cookbook("jose-cookbook/jws", "4_7.protecting_content_only.json", ERR_BAD_KEY);
	cookbook("jose-cookbook/jws", "4_8.multiple_signatures.json", ERR_BAD_KEY);
	cookbook("jose-cookbook/rfc7797", "hmac-sha2_b64_false.json", ERR_BAD_KEY);
	cookbook("jose-cookbook/rfc7797", "4.2.hmac-sha2_b64_false.json", ERR_BAD_KEY);
}

int main(void)
{
	rfc_vectors();
	rfc_key_documents();
	cookbook_vectors();
	return tap_done();
}
