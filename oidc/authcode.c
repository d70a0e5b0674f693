/* SPDX-License-Identifier: MIT */
#include "oidc/authcode.h"

#include "oidc/authcode_internal.h"
#include "oidc/b64url.h"
#include "oidc/digest.h"
#include "oidc/form.h"
#include "oidc/reply.h"

#include <string.h>

#define PART_LEN (AUTHCODE_RANDOM_LEN / 3)
#define REQUEST_URI_MAX 1024

_Static_assert(B64URL_LEN(PART_LEN) == AUTHCODE_TEXT_LEN, "256 bits each");
_Static_assert(B64URL_LEN(SHA256_LEN) == AUTHCODE_TEXT_LEN, "the challenge is as long");

static bool has_openid(const char *scope)
{
	struct slice rest = slice_of(scope);
	struct slice one;

	while (slice_next(&rest, " ", &one))
		if (slice_is(one, "openid"))
			return true;
	return false;
}

static enum err check_request(const struct authcode_request *r)
{
	if (!*r->client_id || !*r->redirect_uri || !*r->issuer || !has_openid(r->scope))
		return ERR_CONFIG;
	if (r->max_age && r->max_age < AUTHCODE_MIN_MAX_AGE)
		return ERR_RANGE;
	return ERR_OK;
}

/* 32 bytes as text with a terminator. */
static enum err encode(const uint8_t *bytes, char ret[AUTHCODE_TEXT_LEN + 1])
{
	struct buf b;

	buf_init_fixed(&b, ret, AUTHCODE_TEXT_LEN + 1);
	b64url_encode(&b, bytes, PART_LEN);
	return buf_cstr(&b) ? ERR_OK : ERR_INTERNAL;
}

static enum err make_verifier(struct authcode *a, const uint8_t *random)
{
	uint8_t hash[SHA256_LEN];
	enum err e;

	a->verifier = secret_alloc(AUTHCODE_TEXT_LEN);
	if (!a->verifier)
		return ERR_NOMEM;
	e = encode(random, secret_data(a->verifier));
	if (e == ERR_OK)
		e = digest_sha256(secret_data(a->verifier), AUTHCODE_TEXT_LEN, hash);
	if (e == ERR_OK)
		e = encode(hash, a->challenge);
	return e;
}

static enum err copy_request(
    struct authcode *a, const struct authcode_request *r, const char *nonce)
{
	a->client_id = strdup(r->client_id);
	a->redirect_uri = strdup(r->redirect_uri);
	a->scope = strdup(r->scope);
	a->issuer = strdup(r->issuer);
	a->nonce = strdup(r->nonce ? r->nonce : nonce);
	a->iss_required = r->iss_required;
	a->max_age = r->max_age;
	a->consent = r->consent;
	if (!a->client_id || !a->redirect_uri || !a->scope || !a->issuer || !a->nonce)
		return ERR_NOMEM;
	return ERR_OK;
}

enum err authcode_new(const struct authcode_request *request,
    const uint8_t random[AUTHCODE_RANDOM_LEN], struct authcode **ret)
{
	AUTO_AUTHCODE struct authcode *a = NULL;
	char nonce[AUTHCODE_TEXT_LEN + 1];
	enum err e = check_request(request);

	if (e != ERR_OK)
		return e;
	a = calloc(1, sizeof(*a));
	if (!a)
		return ERR_NOMEM;
	e = make_verifier(a, random);
	if (e == ERR_OK)
		e = encode(random + PART_LEN, a->state);
	if (e == ERR_OK)
		e = encode(random + 2 * PART_LEN, nonce);
	if (e == ERR_OK)
		e = copy_request(a, request, nonce);
	if (e == ERR_OK)
		*ret = TAKE_PTR(a);
	return e;
}

void authcode_free(struct authcode *a)
{
	if (!a)
		return;
	secret_free(a->verifier);
	free(a->client_id);
	free(a->redirect_uri);
	free(a->scope);
	free(a->issuer);
	free(a->nonce);
	explicit_bzero(a, sizeof(*a));
	free(a);
}

const char *authcode_nonce(const struct authcode *a)
{
	return a->nonce;
}

void authcode_par_body(const struct authcode *a, struct buf *out)
{
	form_put(out, "client_id", a->client_id);
	form_put(out, "response_type", "code");
	form_put(out, "redirect_uri", a->redirect_uri);
	form_put(out, "scope", a->scope);
	form_put(out, "state", a->state);
	form_put(out, "nonce", a->nonce);
	form_put(out, "code_challenge", a->challenge);
	form_put(out, "code_challenge_method", "S256");
	if (a->max_age)
		form_put_number(out, "max_age", a->max_age);
	if (a->consent)
		form_put(out, "prompt", "consent");
}

/* An endpoint may have a query of its own (RFC 6749, 3.1). */
static void begin_query(const char *endpoint, struct buf *out)
{
	buf_text(out, endpoint);
	buf_text(out, strchr(endpoint, '?') ? "&" : "?");
}

void authcode_address(const struct authcode *a, const char *endpoint, struct buf *out)
{
	begin_query(endpoint, out);
	authcode_par_body(a, out);
}

void authcode_short_address(
    const struct authcode *a, const char *endpoint, const char *request_uri, struct buf *out)
{
	begin_query(endpoint, out);
	form_put(out, "client_id", a->client_id);
	form_put(out, "request_uri", request_uri);
}

enum err par_reply_parse(
    const void *bytes, size_t len, char **ret_request_uri, uint64_t *ret_expires_in)
{
	AUTO_JSON struct json *j = NULL;
	const char *uri = NULL;
	uint64_t expires_in = 0;
	char *copy;
	enum err e = reply_parse(bytes, len, &j);

	if (e == ERR_OK)
		e = reply_seconds(j, "expires_in", &expires_in);
	if (e != ERR_OK)
		return e;
	if (expires_in == 0 || json_get_str(j, "request_uri", REQUEST_URI_MAX, &uri) != ERR_OK ||
	    !reply_visible(uri))
		return ERR_PROVIDER_ERROR;
	copy = strdup(uri);
	if (!copy)
		return ERR_NOMEM;
	*ret_request_uri = copy;
	*ret_expires_in = expires_in;
	return ERR_OK;
}

void authcode_token_body(const struct authcode *a, const struct client *client,
    const struct secret *code, struct buf *out)
{
	form_put(out, "grant_type", "authorization_code");
	form_put(out, "code", secret_str(code));
	form_put(out, "redirect_uri", a->redirect_uri);
	form_put(out, "code_verifier", secret_str(a->verifier));
	client_put(out, client);
}
