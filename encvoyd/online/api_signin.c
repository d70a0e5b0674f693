/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/api_signin.h"

#include "common/str.h"
#include "encvoyd/online/documents.h"
#include "oidc/authcode.h"
#include "oidc/form.h"
#include "oidc/token.h"
#include "oidc/url.h"
#include "sys/clock.h"

#include <string.h>

#define SCOPE "openid offline_access"
#define FORM_MAX 16384
#define PAUSE_MS 60000  /* between sign-ins by password that fail */
#define MARGIN_MS 60000 /* a token this near to its end is renewed */
#define UNTOLD_S 300    /* the life of a token of which it is not told */

enum err signin_note(struct signin *s, enum err e, const char *what, const char *more)
{
	struct buf text;

	buf_init_fixed(&text, s->detail, sizeof(s->detail));
	buf_printf(&text, "sign-in of the service account: %s", what);
	if (*more)
		buf_text(&text, ": ");
	str_printable(&text, more, strlen(more), 20);
	if (!buf_cstr(&text))
		s->detail[0] = 0;
	return e;
}

void signin_close(struct signin *s)
{
	provider_free(s->provider);
	secret_free(s->access);
	secret_free(s->refresh);
	s->provider = NULL;
	s->access = s->refresh = NULL;
}

void signin_refused(struct signin *s)
{
	s->access_until = 0;
}

static enum err find_provider(struct signin *s, int64_t deadline)
{
	struct network net = network_over_http(s->http);
	struct documents documents = {.conf = s->conf, .net = &net};
	struct source source = documents_source(&documents);
	AUTO_BUF struct buf document = {0};
	struct discovery_rules rules;
	struct provider *p = NULL;
	enum err e;

	buf_init(&document, HTTP_BODY_MAX);
	e = source.get(source.arg, KEYS_DISCOVERY, "", deadline, &document);
	if (e != ERR_OK)
		return signin_note(s, e, "discovery", http_detail(s->http));
	documents_rules(s->conf, &rules);
	e = provider_parse(document.data, document.len, &rules, &p);
	if (e != ERR_OK)
		return signin_note(s, e, "discovery", err_text(e));
	provider_free(s->provider);
	s->provider = p;
	return ERR_OK;
}

static void keep(struct signin *s, struct token_reply *r)
{
	int64_t life = (int64_t)(r->expires_in ? r->expires_in : UNTOLD_S) * 1000;

	secret_free(s->access);
	s->access = TAKE_PTR(r->access_token);
	s->generation++;
	s->access_until = clock_mono_ms() + life - (life < 2 * MARGIN_MS ? life / 2 : MARGIN_MS);
	/* a public client's is another one each time */
	if (r->refresh_token) {
		secret_free(s->refresh);
		s->refresh = TAKE_PTR(r->refresh_token);
	}
}

static enum err ask_tokens(struct signin *s, const struct buf *form, int64_t deadline)
{
	AUTO_TOKEN_REPLY struct token_reply reply = {0};
	AUTO_ANSWER struct http_answer answer = {0};
	struct http_request r = {.url = provider_endpoint(s->provider, ENDPOINT_TOKEN),
	    .form = form,
	    .deadline = deadline};
	enum err e = form->err == ERR_OK ? http_perform(s->http, &r, &answer) : form->err;

	if (e != ERR_OK)
		return signin_note(s, e, "token endpoint", http_detail(s->http));
	if (answer.status != 200)
		e = oauth_error_err(oauth_error_parse(answer.body.data, answer.body.len));
	else
		e = token_reply_parse(answer.body.data, answer.body.len, &reply);
	if (e != ERR_OK)
		return signin_note(s, e, "token endpoint", err_text(e));
	keep(s, &reply);
	return ERR_OK;
}

/* Any answer but a token ends the refresh token; no answer at all does not. */
static enum err renew(struct signin *s, int64_t deadline)
{
	AUTO_BUF struct buf form = {0};
	enum err e;

	buf_init_secret(&form, FORM_MAX);
	form_put(&form, "grant_type", "refresh_token");
	form_put(&form, "refresh_token", secret_str(s->refresh));
	form_put(&form, "client_id", s->conf->api_client_id);
	e = ask_tokens(s, &form, deadline);
	if (e == ERR_BAD_CODE || e == ERR_BAD_CLIENT || e == ERR_ACCESS_DENIED) {
		secret_free(s->refresh);
		s->refresh = NULL;
	}
	return e;
}

static enum err start(
    struct signin *s, const char *redirect_uri, struct authcode **ret, struct buf *address)
{
	uint8_t random[AUTHCODE_RANDOM_LEN];
	struct authcode_request r = {
	    .client_id = s->conf->api_client_id,
	    .redirect_uri = redirect_uri,
	    .scope = SCOPE,
	    .issuer = provider_issuer(s->provider),
	    .iss_required = provider_sends_iss(s->provider),
	};
	const char *endpoint = provider_endpoint(s->provider, ENDPOINT_AUTHORIZATION);
	enum err e;

	if (!endpoint)
		return ERR_NO_METHOD;
	random_bytes(random, sizeof(random));
	e = authcode_new(&r, random, ret);
	explicit_bzero(random, sizeof(random));
	if (e != ERR_OK)
		return e;
	authcode_address(*ret, endpoint, address);
	/* without it there is no refresh token */
	form_put(address, "prompt", "consent");
	return buf_cstr(address) ? ERR_OK : ERR_TOO_LONG;
}

static enum err redeem(
    struct signin *s, const struct authcode *a, const struct secret *code, int64_t deadline)
{
	struct client client = {.id = s->conf->api_client_id};
	AUTO_BUF struct buf form = {0};

	buf_init_secret(&form, FORM_MAX);
	authcode_token_body(a, &client, code, &form);
	return ask_tokens(s, &form, deadline);
}

static enum err full(struct signin *s, int64_t deadline)
{
	AUTO_AUTHCODE struct authcode *a = NULL;
	AUTO_SECRET struct secret *landed = NULL;
	AUTO_SECRET struct secret *code = NULL;
	AUTO_BUF struct buf address = {0};
	AUTO_BUF struct buf redirect = {0};
	enum err e = find_provider(s, deadline);

	if (e != ERR_OK)
		return e;
	buf_init(&address, URL_MAX_LEN);
	buf_init(&redirect, URL_MAX_LEN);
	buf_text(
	    &redirect, s->conf->api_redirect_uri ? s->conf->api_redirect_uri : s->conf->issuer);
	if (!s->conf->api_redirect_uri)
		buf_text(&redirect, "/code");
	if (!buf_cstr(&redirect))
		return ERR_TOO_LONG;
	e = start(s, buf_cstr(&redirect), &a, &address);
	if (e != ERR_OK)
		return signin_note(s, e, "authorization address", err_text(e));
	e = pages_walk(s, buf_cstr(&address), buf_cstr(&redirect), deadline, &landed);
	if (e != ERR_OK)
		return e;
	e = authcode_paste(a, secret_str(landed), secret_len(landed), &code);
	if (e != ERR_OK)
		return signin_note(s, e, "authorization answer", err_text(e));
	return redeem(s, a, code, deadline);
}

static enum err full_at_times(struct signin *s, int64_t deadline)
{
	if (clock_mono_ms() < s->retry_at)
		return s->last;
	s->last = full(s, deadline);
	s->retry_at = s->last == ERR_OK ? 0 : clock_mono_ms() + PAUSE_MS;
	return s->last;
}

enum err signin_token(struct signin *s, int64_t deadline)
{
	enum err e;

	if (s->access && clock_mono_ms() < s->access_until)
		return ERR_OK;
	if (s->refresh && s->provider) {
		e = renew(s, deadline);
		if (e == ERR_OK || s->refresh)
			return e;
	}
	return full_at_times(s, deadline);
}
