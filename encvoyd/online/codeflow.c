/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/codeflow.h"

#include "oidc/url.h"
#include "sys/clock.h"

#include <string.h>

#define FORM_MAX 16384

/* The short address; anything that goes wrong but a cancelled login leaves *ret_address alone. */
static enum err push(struct idp *p, const struct authcode *a, char **ret_address)
{
	AUTO_BUF struct buf form = {0};
	AUTO_BUF struct buf address = {0};
	AUTO_ANSWER struct http_answer answer = {0};
	AUTO_FREE char *request_uri = NULL;
	uint64_t expires_in = 0;
	enum err e;

	buf_init(&form, FORM_MAX);
	authcode_par_body(a, &form);
	e = idp_post(p, ENDPOINT_PAR, &form, &answer);
	if (e != ERR_OK)
		return e;
	if (answer.status != 200 && answer.status != 201)
		return oauth_error_err(oauth_error_parse(answer.body.data, answer.body.len));
	e = par_reply_parse(answer.body.data, answer.body.len, &request_uri, &expires_in);
	if (e != ERR_OK)
		return e;
	buf_init(&address, URL_MAX_LEN);
	authcode_short_address(
	    a, provider_endpoint(p->provider, ENDPOINT_AUTHORIZATION), request_uri, &address);
	*ret_address = buf_take_str(&address);
	return *ret_address ? ERR_OK : ERR_NOMEM;
}

static enum err plain_address(const struct idp *p, const struct authcode *a, char **ret_address)
{
	AUTO_BUF struct buf address = {0};

	buf_init(&address, URL_MAX_LEN);
	authcode_address(a, provider_endpoint(p->provider, ENDPOINT_AUTHORIZATION), &address);
	*ret_address = buf_take_str(&address);
	return *ret_address ? ERR_OK : ERR_TOO_LONG;
}

static enum err find_address(struct idp *p, struct codeflow *f)
{
	enum err e = ERR_NOT_FOUND;

	if (idp_offers(p, ENDPOINT_PAR))
		e = push(p, f->code, &f->address);
	f->pushed = e == ERR_OK;
	/* a provider whose PAR does not work may still have a page; one that does not know us, or
	 * cannot be reached, has not */
	if (e == ERR_NOT_FOUND || e == ERR_PROVIDER_ERROR)
		e = plain_address(p, f->code, &f->address);
	return e;
}

enum err codeflow_start(
    struct idp *p, const char *redirect_uri, const char *nonce, struct codeflow *ret)
{
	AUTO_CODEFLOW struct codeflow f = {.made = clock_mono_ms()};
	uint8_t random[AUTHCODE_RANDOM_LEN];
	struct authcode_request r = {
	    .client_id = p->client.id,
	    .redirect_uri = redirect_uri ? redirect_uri : p->service->redirect_uri,
	    .scope = p->offline   ? CODEFLOW_SCOPE_OFFLINE
		     : p->profile ? CODEFLOW_SCOPE_PROFILE
				  : CODEFLOW_SCOPE,
	    .consent = p->offline,
	    .nonce = nonce,
	    .issuer = provider_issuer(p->provider),
	    .iss_required = provider_sends_iss(p->provider),
	    .max_age = p->service->auth_max_age,
	};
	enum err e;

	if (!idp_offers(p, ENDPOINT_AUTHORIZATION))
		return ERR_NO_METHOD;
	random_bytes(random, sizeof(random));
	e = authcode_new(&r, random, &f.code);
	explicit_bzero(random, sizeof(random));
	if (e == ERR_OK)
		e = find_address(p, &f);
	if (e != ERR_OK)
		return e;
	*ret = f;
	f = (struct codeflow){0};
	return ERR_OK;
}

void codeflow_free(struct codeflow *f)
{
	authcode_free(f->code);
	free(f->address);
	*f = (struct codeflow){0};
}

static enum err ask_tokens(
    struct idp *p, const struct codeflow *f, const struct secret *code, struct token_reply *ret)
{
	AUTO_BUF struct buf form = {0};
	AUTO_ANSWER struct http_answer answer = {0};
	enum err e;

	buf_init_secret(&form, FORM_MAX);
	authcode_token_body(f->code, &p->client, code, &form);
	e = idp_post(p, ENDPOINT_TOKEN, &form, &answer);
	return e == ERR_OK ? idp_tokens(&answer, ret) : e;
}

enum err codeflow_redeem(struct idp *p, const struct codeflow *f, const struct secret *code,
    struct token_reply *ret_tokens, struct claims **ret_claims)
{
	AUTO_TOKEN_REPLY struct token_reply tokens = {0};
	struct idtoken_expect expect = {
	    .nonce = authcode_nonce(f->code),
	    .auth_max_age = p->service->auth_max_age,
	};
	enum err e = ask_tokens(p, f, code, &tokens);

	if (e == ERR_OK && !tokens.id_token)
		e = ERR_PROVIDER_ERROR;
	if (e != ERR_OK)
		return e;
	expect.access_token = secret_str(tokens.access_token);
	e = idp_verify(p, &expect, tokens.id_token, ret_claims);
	if (e == ERR_OK && ret_tokens) {
		*ret_tokens = tokens;
		tokens = (struct token_reply){0};
	}
	return e;
}
