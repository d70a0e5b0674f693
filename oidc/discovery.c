/* SPDX-License-Identifier: MIT */
#include "oidc/discovery.h"

#include "oidc/json.h"
#include "oidc/jwa.h"
#include "oidc/url.h"

#include <string.h>

struct provider {
	char *issuer;
	char *endpoint[ENDPOINT_COUNT];
	unsigned auth_methods;
	unsigned algs;
	bool lists_s256;
	bool sends_iss;
};

static const char *const endpoint_members[ENDPOINT_COUNT] = {
    [ENDPOINT_AUTHORIZATION] = "authorization_endpoint",
    [ENDPOINT_TOKEN] = "token_endpoint",
    [ENDPOINT_INTROSPECTION] = "introspection_endpoint",
    [ENDPOINT_USERINFO] = "userinfo_endpoint",
    [ENDPOINT_JWKS] = "jwks_uri",
    [ENDPOINT_PAR] = "pushed_authorization_request_endpoint",
    [ENDPOINT_DEVICE] = "device_authorization_endpoint",
};

void discovery_address(struct buf *out, const char *issuer)
{
	size_t len = strlen(issuer);

	/* Discovery 4.1: a trailing slash of the issuer is dropped first */
	if (len && issuer[len - 1] == '/')
		len--;
	buf_put(out, issuer, len);
	buf_text(out, "/.well-known/openid-configuration");
}

static enum err store(const char *text, char **field)
{
	*field = strdup(text);
	return *field ? ERR_OK : ERR_NOMEM;
}

static bool rules_ok(const struct discovery_rules *rules)
{
	if (!url_is_https(rules->issuer) || strchr(rules->issuer, '?'))
		return false;
	for (size_t i = 0; i < ENDPOINT_COUNT; i++)
		if (rules->endpoint[i] && !url_is_https(rules->endpoint[i]))
			return false;
	return true;
}

static enum err read_issuer(
    const struct json *j, const struct discovery_rules *rules, struct provider *p)
{
	const char *issuer = NULL;
	enum err e = json_get_str(j, "issuer", URL_MAX_LEN, &issuer);

	if (e != ERR_OK)
		return ERR_PROVIDER_ERROR;
	if (strcmp(issuer, rules->issuer) != 0)
		return ERR_WRONG_ISSUER;
	return store(issuer, &p->issuer);
}

static bool trusted_origin(const char *address, const struct discovery_rules *rules)
{
	return url_same_origin(address, rules->issuer) ||
	       (rules->allowed_origins && url_origin_listed(address, rules->allowed_origins));
}

static enum err read_endpoint(const struct json *j, const struct discovery_rules *rules,
    enum endpoint which, struct provider *p)
{
	const char *address = NULL;
	enum err e;

	if (rules->endpoint[which])
		return store(rules->endpoint[which], &p->endpoint[which]);
	e = json_get_str(j, endpoint_members[which], URL_MAX_LEN, &address);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e != ERR_OK)
		return ERR_PROVIDER_ERROR;
	if (!trusted_origin(address, rules))
		return ERR_FOREIGN_ENDPOINT;
	return store(address, &p->endpoint[which]);
}

static enum err read_endpoints(
    const struct json *j, const struct discovery_rules *rules, struct provider *p)
{
	for (unsigned i = 0; i < ENDPOINT_COUNT; i++) {
		enum err e = read_endpoint(j, rules, (enum endpoint)i, p);

		if (e != ERR_OK)
			return e;
	}
	return p->endpoint[ENDPOINT_TOKEN] && p->endpoint[ENDPOINT_JWKS] ? ERR_OK
									 : ERR_PROVIDER_ERROR;
}

/* An optional list; *ret stays NULL when it is absent. */
static enum err get_list(const struct json *j, const char *name, const struct json **ret)
{
	enum err e = json_get_array(j, name, ret);

	return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_OK : ERR_PROVIDER_ERROR;
}

static enum err read_auth_methods(const struct json *j, struct provider *p)
{
	const struct json *list = NULL;
	enum err e = get_list(j, "token_endpoint_auth_methods_supported", &list);

	if (!list) {
		p->auth_methods = AUTH_BASIC;
		return e;
	}
	if (json_lists(list, "client_secret_basic"))
		p->auth_methods |= AUTH_BASIC;
	if (json_lists(list, "client_secret_post"))
		p->auth_methods |= AUTH_POST;
	if (json_lists(list, "none"))
		p->auth_methods |= AUTH_NONE;
	return e;
}

static enum err read_algs(const struct json *j, struct provider *p)
{
	const struct json *list = NULL;
	enum err e = get_list(j, "id_token_signing_alg_values_supported", &list);

	for (size_t i = 0; i < json_count(list); i++) {
		const char *name = json_str_at(list, i);
		const struct jwa_info *info = name ? jwa_by_name(name) : NULL;

		if (info)
			p->algs |= (unsigned)info->alg;
	}
	return e;
}

static enum err read_flags(const struct json *j, struct provider *p)
{
	const struct json *list = NULL;
	enum err e = get_list(j, "code_challenge_methods_supported", &list);

	if (e != ERR_OK)
		return e;
	p->lists_s256 = json_lists(list, "S256");
	e = json_get_bool(j, "authorization_response_iss_parameter_supported", &p->sends_iss);
	return e == ERR_OK || e == ERR_NOT_FOUND ? ERR_OK : ERR_PROVIDER_ERROR;
}

static enum err read_all(
    const struct json *j, const struct discovery_rules *rules, struct provider *p)
{
	enum err e = read_issuer(j, rules, p);

	if (e == ERR_OK)
		e = read_endpoints(j, rules, p);
	if (e == ERR_OK)
		e = read_auth_methods(j, p);
	if (e == ERR_OK)
		e = read_algs(j, p);
	if (e == ERR_OK)
		e = read_flags(j, p);
	return e;
}

enum err provider_parse(
    const void *bytes, size_t len, const struct discovery_rules *rules, struct provider **ret)
{
	AUTO_JSON struct json *j = NULL;
	AUTO_PROVIDER struct provider *p = NULL;
	enum err e;

	if (!rules_ok(rules))
		return ERR_CONFIG;
	e = json_parse_object(bytes, len, DISCOVERY_MAX_LEN, &j);
	if (e != ERR_OK)
		return e;
	p = calloc(1, sizeof(*p));
	if (!p)
		return ERR_NOMEM;
	e = read_all(j, rules, p);
	if (e == ERR_OK)
		*ret = TAKE_PTR(p);
	return e;
}

void provider_free(struct provider *p)
{
	if (!p)
		return;
	for (size_t i = 0; i < ENDPOINT_COUNT; i++)
		free(p->endpoint[i]);
	free(p->issuer);
	free(p);
}

const char *provider_endpoint(const struct provider *p, enum endpoint which)
{
	return p->endpoint[which];
}

const char *provider_issuer(const struct provider *p)
{
	return p->issuer;
}

unsigned provider_auth_methods(const struct provider *p)
{
	return p->auth_methods;
}

bool provider_lists_s256(const struct provider *p)
{
	return p->lists_s256;
}

bool provider_sends_iss(const struct provider *p)
{
	return p->sends_iss;
}

unsigned provider_algs(const struct provider *p)
{
	return p->algs;
}
