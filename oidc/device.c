/* SPDX-License-Identifier: MIT */
#include "oidc/device.h"

#include "oidc/form.h"
#include "oidc/json.h"
#include "oidc/reply.h"
#include "oidc/url.h"

#include <string.h>

#define CODE_MAX_LEN 2048
#define USER_CODE_MAX_LEN 64

void device_request_body(const struct client *client, const char *scope, const char *nonce,
    uint64_t max_age, struct buf *out)
{
	form_put(out, "scope", scope);
	if (nonce)
		form_put(out, "nonce", nonce);
	if (max_age)
		form_put_number(out, "max_age", max_age);
	client_put(out, client);
}

void device_grant_free(struct device_grant *g)
{
	if (!g)
		return;
	secret_free(g->device_code);
	free(g->user_code);
	free(g->verification_uri);
	free(g->verification_uri_complete);
	*g = (struct device_grant){0};
}

static enum err store(const char *text, char **field)
{
	*field = strdup(text);
	return *field ? ERR_OK : ERR_NOMEM;
}

static enum err read_codes(const struct json *j, struct device_grant *g)
{
	const char *code = NULL;
	enum err e = reply_secret(j, "device_code", CODE_MAX_LEN, &g->device_code);

	if (e != ERR_OK)
		return e;
	if (!g->device_code || json_get_str(j, "user_code", USER_CODE_MAX_LEN, &code) != ERR_OK ||
	    !reply_visible(code))
		return ERR_PROVIDER_ERROR;
	return store(code, &g->user_code);
}

/* An address that people are sent to. */
static enum err read_address(const struct json *j, const char *name, bool required, char **ret)
{
	const char *address = NULL;
	enum err e = json_get_str(j, name, URL_MAX_LEN, &address);

	if (e == ERR_NOT_FOUND && !required)
		return ERR_OK;
	if (e != ERR_OK)
		return ERR_PROVIDER_ERROR;
	return url_is_https(address) ? store(address, ret) : ERR_FOREIGN_ENDPOINT;
}

static enum err read_times(const struct json *j, struct device_grant *g)
{
	enum err e;

	g->interval = DEVICE_INTERVAL;
	e = reply_seconds(j, "expires_in", &g->expires_in);
	if (e == ERR_OK)
		e = reply_seconds(j, "interval", &g->interval);
	if (e != ERR_OK)
		return e;
	if (g->expires_in == 0)
		return ERR_PROVIDER_ERROR;
	if (g->expires_in > DEVICE_MAX_LIFE)
		g->expires_in = DEVICE_MAX_LIFE;
	if (g->interval == 0)
		g->interval = 1;
	return ERR_OK;
}

enum err device_reply_parse(const void *bytes, size_t len, struct device_grant *ret)
{
	AUTO_JSON struct json *j = NULL;
	AUTO_DEVICE_GRANT struct device_grant g = {0};
	enum err e = reply_parse(bytes, len, &j);

	if (e == ERR_OK)
		e = read_codes(j, &g);
	if (e == ERR_OK)
		e = read_address(j, "verification_uri", true, &g.verification_uri);
	if (e == ERR_OK)
		e = read_address(
		    j, "verification_uri_complete", false, &g.verification_uri_complete);
	if (e == ERR_OK)
		e = read_times(j, &g);
	if (e != ERR_OK)
		return e;
	*ret = g;
	g = (struct device_grant){0};
	return ERR_OK;
}

void device_token_body(
    const struct client *client, const struct device_grant *grant, struct buf *out)
{
	form_put(out, "grant_type", "urn:ietf:params:oauth:grant-type:device_code");
	form_put(out, "device_code", secret_str(grant->device_code));
	client_put(out, client);
}
