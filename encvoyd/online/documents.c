/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/documents.h"

#include "oidc/url.h"

void documents_rules(const struct conf *conf, struct discovery_rules *ret)
{
	*ret = (struct discovery_rules){
	    .issuer = conf->issuer,
	    .allowed_origins = conf->allowed_origins,
	    .endpoint =
		{
		    [ENDPOINT_AUTHORIZATION] = conf->endpoint_authorization,
		    [ENDPOINT_TOKEN] = conf->endpoint_token,
		    [ENDPOINT_INTROSPECTION] = conf->endpoint_introspection,
		    [ENDPOINT_USERINFO] = conf->endpoint_userinfo,
		    [ENDPOINT_JWKS] = conf->endpoint_jwks,
		    [ENDPOINT_PAR] = conf->endpoint_par,
		    [ENDPOINT_DEVICE] = conf->endpoint_device,
		},
	};
}

enum err documents_get(
    const struct network *net, const char *url, int64_t deadline, struct buf *ret)
{
	struct http_request r = {.url = url, .deadline = deadline};
	AUTO_ANSWER struct http_answer a = {0};
	enum err e = net->perform(net->arg, &r, &a);

	if (e != ERR_OK)
		return e;
	if (a.status != 200)
		return ERR_PROVIDER_ERROR;
	buf_put(ret, a.body.data, a.body.len);
	return ret->err;
}

static enum err get_discovery(const struct documents *d, int64_t deadline, struct buf *ret)
{
	AUTO_BUF struct buf url = {0};

	buf_init(&url, URL_MAX_LEN);
	discovery_address(&url, d->conf->issuer);
	if (!buf_cstr(&url))
		return ERR_CONFIG;
	return documents_get(d->net, buf_cstr(&url), deadline, ret);
}

static enum err get_keys(const struct documents *d, int64_t deadline, struct buf *ret)
{
	AUTO_BUF struct buf document = {0};
	AUTO_PROVIDER struct provider *p = NULL;
	struct discovery_rules rules;
	enum err e;

	buf_init(&document, HTTP_BODY_MAX);
	e = get_discovery(d, deadline, &document);
	if (e != ERR_OK)
		return e;
	documents_rules(d->conf, &rules);
	e = provider_parse(document.data, document.len, &rules, &p);
	if (e != ERR_OK)
		return e;
	return documents_get(d->net, provider_endpoint(p, ENDPOINT_JWKS), deadline, ret);
}

static enum err get(
    void *arg, enum keys_what what, const char *kid, int64_t deadline, struct buf *ret)
{
	const struct documents *d = arg;

	(void)kid;
	return what == KEYS_DISCOVERY ? get_discovery(d, deadline, ret)
				      : get_keys(d, deadline, ret);
}

struct source documents_source(struct documents *d)
{
	return (struct source){get, d};
}
