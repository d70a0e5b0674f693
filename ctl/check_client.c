/* SPDX-License-Identifier: MIT */
#include "ctl/check_client.h"

#include "common/str.h"
#include "oidc/authcode.h"
#include "oidc/introspect.h"
#include "oidc/json.h"
#include "oidc/token.h"
#include "sys/clock.h"

#include <string.h>

static void tell_unknown(struct findings *f, const struct client *client)
{
	if (client->secret)
		found(f, FOUND_FAILURE, "client",
		    "copy Client ID and Client secret from the application's page in Encvoy ID "
		    "once "
		    "more; its authentication method must be client_secret_basic",
		    "Encvoy ID does not accept the client id \"%s\" with this secret", client->id);
	else
		found(f, FOUND_FAILURE, "client",
		    "copy the Client ID from the application's page in Encvoy ID; the application "
		    "must be "
		    "native with the authentication method none, or else give --client-secret-file",
		    "Encvoy ID knows no application \"%s\" that needs no secret", client->id);
}

/* What the provider says about the request, in its own words. */
static void tell_refusal(struct findings *f, const struct conf *conf, const struct client *client,
    const struct http_answer *answer)
{
	AUTO_JSON struct json *j = NULL;
	const char *error = "", *text = "";

	if (oauth_error_parse(answer->body.data, answer->body.len) == OAUTH_INVALID_CLIENT) {
		tell_unknown(f, client);
		return;
	}
	if (json_parse_object(answer->body.data, answer->body.len, REPLY_MAX_LEN, &j) == ERR_OK) {
		(void)json_get_str(j, "error", 128, &error);
		(void)json_get_str(j, "error_description", 512, &text);
	}
	if (strstr(error, "redirect") || strstr(text, "redirect_uri")) {
		found(f, FOUND_FAILURE, "redirect",
		    "add exactly this address to the application's redirect URLs in Encvoy ID; for "
		    "a "
		    "native application http://127.0.0.1/cb stands for every port",
		    "Encvoy ID does not know the redirect address %s of \"%s\"",
		    conf->service.redirect_uri, client->id);
		return;
	}
	found(f, FOUND_FAILURE, "client", "look at the application's settings in Encvoy ID",
	    "Encvoy ID refuses a sign-in of \"%s\": status %u, %s: %s", client->id, answer->status,
	    *error ? error : "no error word", *text ? text : "no description");
}

static bool answered(struct findings *f, const struct probe *p, enum err e)
{
	if (e == ERR_OK)
		return true;
	found(f, FOUND_FAILURE, "client", "try again; Encvoy ID's own log says more",
	    "Encvoy ID could not be asked about the application: %s %s", err_text(e),
	    http_detail(p->http));
	return false;
}

static enum err pushed_form(const struct conf *conf, struct buf *form)
{
	const struct authcode_request request = {
	    .client_id = conf->service.client_id,
	    .redirect_uri = conf->service.redirect_uri,
	    .scope = "openid",
	    .issuer = conf->issuer,
	};
	AUTO_AUTHCODE struct authcode *a = NULL;
	uint8_t random[AUTHCODE_RANDOM_LEN];
	enum err e;

	random_bytes(random, sizeof(random));
	e = authcode_new(&request, random, &a);
	explicit_bzero(random, sizeof(random));
	if (e != ERR_OK)
		return e;
	authcode_par_body(a, form);
	return form->err;
}

static void check_by_push(struct findings *f, struct probe *p, const char *endpoint,
    const struct conf *conf, const struct client *client)
{
	AUTO_ANSWER struct http_answer answer = {0};
	AUTO_BUF struct buf form = {0};
	enum err e;

	buf_init_secret(&form, 65536);
	e = pushed_form(conf, &form);
	if (e == ERR_OK)
		e = probe_post(p, endpoint, client, &form, &answer);
	if (!answered(f, p, e))
		return;
	if (answer.status >= 400) {
		tell_refusal(f, conf, client, &answer);
		return;
	}
	found_ok(f, "client", "Encvoy ID knows the application \"%s\"%s", client->id,
	    client->secret ? " and its secret" : "");
	found_ok(f, "redirect", "and its redirect address %s", conf->service.redirect_uri);
}

static void check_by_introspection(struct findings *f, struct probe *p, const char *endpoint,
    const struct conf *conf, const struct client *client)
{
	AUTO_ANSWER struct http_answer answer = {0};
	AUTO_SECRET struct secret *nothing = secret_new("none", 4);
	AUTO_BUF struct buf form = {0};
	enum err e = nothing ? ERR_OK : ERR_NOMEM;

	buf_init_secret(&form, 4096);
	if (e == ERR_OK) {
		introspect_body(client, nothing, &form);
		e = probe_post(p, endpoint, client, &form, &answer);
	}
	if (!answered(f, p, e))
		return;
	if (answer.status >= 400) {
		tell_refusal(f, conf, client, &answer);
		return;
	}
	found_ok(f, "client", "Encvoy ID knows the application \"%s\"%s", client->id,
	    client->secret ? " and its secret" : "");
	found(f, FOUND_WARNING, "redirect",
	    "make sure that it is among the application's redirect URLs",
	    "without pushed requests the redirect address %s cannot be checked",
	    conf->service.redirect_uri);
}

void check_client(struct findings *f, struct probe *p, const struct provider *provider,
    const struct conf *conf, const struct client *client)
{
	const char *push = provider_endpoint(provider, ENDPOINT_PAR);
	const char *introspection = provider_endpoint(provider, ENDPOINT_INTROSPECTION);
	unsigned methods = provider_auth_methods(provider);

	if (client->secret ? !(methods & AUTH_BASIC) : !(methods & AUTH_NONE)) {
		found(f, FOUND_FAILURE, "client",
		    client->secret ? "the provider must offer client_secret_basic"
				   : "give the application a secret and use --client-secret-file",
		    "the provider does not offer this way of naming the application");
		return;
	}
	if (push)
		check_by_push(f, p, push, conf, client);
	else if (introspection)
		check_by_introspection(f, p, introspection, conf, client);
	else
		found(f, FOUND_WARNING, "client", "try encvoyctl login USER",
		    "the provider offers no way to check the application \"%s\"", client->id);
}
