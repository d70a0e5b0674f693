/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/idp.h"

#include "common/str.h"
#include "encvoyd/online/documents.h"
#include "oidc/jwa.h"
#include "oidc/jws.h"
#include "sys/clock.h"
#include "sys/file.h"

#include <string.h>

#define SECRET_MAX 4096

static enum err note(struct idp *p, enum err e, const char *what, const char *more)
{
	struct buf text;

	buf_init_fixed(&text, p->detail, sizeof(p->detail));
	buf_text(&text, what);
	if (*more)
		buf_text(&text, ": ");
	str_printable(&text, more, strlen(more), 150);
	if (!buf_cstr(&text))
		p->detail[0] = 0;
	return e;
}

/* The file's first line. */
static enum err read_secret(struct idp *p)
{
	const char *path = p->service->client_secret_file;
	AUTO_BUF struct buf text = {0};
	const char *nl;
	size_t len;
	enum err e;

	if (!path || p->secret)
		return ERR_OK;
	buf_init_secret(&text, SECRET_MAX);
	e = file_read(path, geteuid(), FILE_SECRET, &text);
	if (e != ERR_OK)
		return note(p, ERR_CONFIG, "client_secret_file", err_text(e));
	nl = text.len ? memchr(text.data, '\n', text.len) : NULL;
	len = nl ? (size_t)(nl - (const char *)text.data) : text.len;
	if (!len || memchr(text.data, 0, len))
		return note(p, ERR_CONFIG, "client_secret_file", "holds no secret");
	p->secret = secret_new(text.data, len);
	return p->secret ? ERR_OK : ERR_NOMEM;
}

static enum err find_provider(struct idp *p)
{
	AUTO_BUF struct buf document = {0};
	struct discovery_rules rules;
	enum err e;

	buf_init(&document, HTTP_BODY_MAX);
	e = p->source.get(p->source.arg, KEYS_DISCOVERY, "", p->deadline, &document);
	if (e != ERR_OK)
		return note(p, e, "discovery", err_text(e));
	documents_rules(p->conf, &rules);
	e = provider_parse(document.data, document.len, &rules, &p->provider);
	return e == ERR_OK ? e : note(p, e, "discovery", err_text(e));
}

enum err idp_find(struct idp *p)
{
	if (p->provider)
		return ERR_OK;
	if (jwa_parse_list(p->conf->algorithms, &p->algs) != ERR_OK)
		return note(p, ERR_CONFIG, "algorithms", p->conf->algorithms);
	p->client.id = p->service->client_id;
	return find_provider(p);
}

enum err idp_open(struct idp *p)
{
	enum err e = read_secret(p);

	if (e != ERR_OK)
		return e;
	p->client = (struct client){p->service->client_id, p->secret};
	if (!p->authorization)
		e = client_authorization(&p->client, &p->authorization);
	return e == ERR_OK ? idp_find(p) : e;
}

void idp_close(struct idp *p)
{
	provider_free(p->provider);
	jwks_free(p->keys);
	secret_free(p->authorization);
	secret_free(p->secret);
	p->provider = NULL;
	p->keys = NULL;
	p->authorization = NULL;
	p->secret = NULL;
	p->client = (struct client){0};
}

bool idp_offers(const struct idp *p, enum endpoint which)
{
	return provider_endpoint(p->provider, which) != NULL;
}

static enum err ask(struct idp *p, enum endpoint which, const struct buf *form,
    const char *authorization, struct http_answer *ret)
{
	static const char *const names[ENDPOINT_COUNT] = {
	    [ENDPOINT_AUTHORIZATION] = "authorization",
	    [ENDPOINT_TOKEN] = "token",
	    [ENDPOINT_INTROSPECTION] = "introspection",
	    [ENDPOINT_USERINFO] = "userinfo",
	    [ENDPOINT_JWKS] = "jwks",
	    [ENDPOINT_PAR] = "par",
	    [ENDPOINT_DEVICE] = "device",
	};
	struct http_request r = {.url = provider_endpoint(p->provider, which),
	    .form = form,
	    .authorization = authorization,
	    .deadline = p->deadline};
	enum err e;

	*ret = (struct http_answer){0};
	if (!r.url)
		return ERR_NOT_FOUND;
	if (form && form->err != ERR_OK)
		return form->err;
	e = p->network.perform(p->network.arg, &r, ret);
	return e == ERR_OK ? e : note(p, e, names[which], p->network.detail(p->network.arg));
}

enum err idp_post(
    struct idp *p, enum endpoint which, const struct buf *form, struct http_answer *ret)
{
	return ask(p, which, form, p->authorization ? secret_str(p->authorization) : NULL, ret);
}

enum err idp_get(
    struct idp *p, enum endpoint which, const struct secret *token, struct http_answer *ret)
{
	AUTO_BUF struct buf value = {0};
	enum err e;

	buf_init_secret(&value, HTTP_HEADERS_MAX);
	buf_printf(&value, "Bearer %s", secret_str(token));
	if (!buf_cstr(&value))
		return ERR_TOO_LONG;
	e = ask(p, which, NULL, buf_cstr(&value), ret);
	if (e != ERR_OK || ret->status == 200)
		return e;
	return ret->status == 401 ? ERR_TOKEN_INACTIVE : ERR_PROVIDER_ERROR;
}

enum err idp_tokens(const struct http_answer *a, struct token_reply *ret)
{
	*ret = (struct token_reply){0};
	if (a->status == 200)
		return token_reply_parse(a->body.data, a->body.len, ret);
	return oauth_error_err(oauth_error_parse(a->body.data, a->body.len));
}

static enum err get_keys(struct idp *p, const char *kid)
{
	AUTO_BUF struct buf document = {0};
	AUTO_JWKS struct jwks *keys = NULL;
	enum err e;

	buf_init(&document, HTTP_BODY_MAX);
	e = p->source.get(p->source.arg, KEYS_JWKS, kid, p->deadline, &document);
	if (e == ERR_OK)
		e = jwks_parse(document.data, document.len, &keys);
	if (e != ERR_OK)
		return note(p, e, "keys", err_text(e));
	jwks_free(p->keys);
	p->keys = TAKE_PTR(keys);
	return ERR_OK;
}

/* Whether the keys at hand lack the one that this token names. */
static bool key_is_missing(const struct idp *p, const struct secret *token, char *kid)
{
	return jws_peek_kid(secret_str(token), secret_len(token), kid) == ERR_OK && *kid &&
	       !jwks_has_kid(p->keys, kid);
}

enum err idp_verify(
    struct idp *p, struct idtoken_expect *expect, const struct secret *token, struct claims **ret)
{
	char kid[KID_MAX_LEN + 1] = "";
	enum err e = p->keys ? ERR_OK : get_keys(p, "");

	if (e == ERR_OK && key_is_missing(p, token, kid))
		e = get_keys(p, kid);
	if (e != ERR_OK)
		return e;
	expect->issuer = provider_issuer(p->provider);
	expect->client_id = p->client.id;
	expect->algs = p->algs;
	expect->now = (uint64_t)clock_unix();
	return idtoken_verify(p->keys, expect, secret_str(token), secret_len(token), ret);
}
