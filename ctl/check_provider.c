/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "common/str.h"
#include "ctl/check_client.h"
#include "ctl/probe.h"
#include "encvoyd/online/documents.h"
#include "oidc/json.h"
#include "oidc/jwa.h"
#include "oidc/jwk.h"
#include "oidc/url.h"
#include "sys/clock.h"

#include <string.h>

#define CLOCK_LEEWAY 60

/* Why a request did not bring a document. */
static void tell_failure(
    struct findings *f, const struct probe *p, const char *what, const char *code, enum err e)
{
	const char *detail = p->http ? http_detail(p->http) : "";
	const char *fix =
	    "look at the address, the name service, the proxy setting and the firewall";

	if (e == ERR_TLS)
		fix =
		    "give the file of the CA that signed it as ca_file (--ca-file), or repair the "
		    "certificate: name, validity and TLS 1.2 or newer count, and nothing turns the "
		    "check off";
	else if (e == ERR_PROVIDER_ERROR || e == ERR_BAD_JSON)
		fix = "open the address in a browser: is it really Encvoy ID that answers?";
	found(f, FOUND_FAILURE, code, fix, "%s: %s (%s)%s%s", what, err_text(e), err_word(e),
	    *detail ? ": " : "", detail);
}

static const char *const endpoint_names[] = {"authorization_endpoint", "token_endpoint",
    "introspection_endpoint", "userinfo_endpoint", "jwks_uri",
    "pushed_authorization_request_endpoint", "device_authorization_endpoint"};

/* The document was refused: look into it only to name what is wrong. */
static void tell_refusal(
    struct findings *f, const struct conf *conf, const struct http_answer *answer, enum err e)
{
	AUTO_JSON struct json *j = NULL;
	const char *value = NULL;

	if (json_parse_object(answer->body.data, answer->body.len, DISCOVERY_MAX_LEN, &j) != ERR_OK)
		e = ERR_BAD_JSON;
	if (e == ERR_WRONG_ISSUER && json_get_str(j, "issuer", 512, &value) == ERR_OK) {
		found(f, FOUND_FAILURE, "issuer",
		    "use the address that Encvoy ID has for itself, exactly; if it is wrong there, "
		    "set the domain in Encvoy ID and the Host and X-Forwarded headers in its proxy",
		    "the provider at %s calls itself %s", conf->issuer, value);
		return;
	}
	for (size_t i = 0;
	     e == ERR_FOREIGN_ENDPOINT && i < sizeof(endpoint_names) / sizeof(*endpoint_names);
	     i++) {
		if (json_get_str(j, endpoint_names[i], 2048, &value) != ERR_OK ||
		    url_same_origin(conf->issuer, value) ||
		    url_origin_listed(value, conf->allowed_origins))
			continue;
		found(f, FOUND_FAILURE, "endpoint",
		    "set the Host and X-Forwarded headers in Encvoy ID's proxy; if the other "
		    "address is "
		    "meant, list its origin in allowed_origins",
		    "%s is %s, which is not of %s", endpoint_names[i], value, conf->issuer);
		return;
	}
	found(f, FOUND_FAILURE, e == ERR_FOREIGN_ENDPOINT ? "endpoint" : "discovery",
	    "open ISSUER/.well-known/openid-configuration in a browser: is it really Encvoy ID "
	    "that "
	    "answers?",
	    "the discovery document of %s cannot be used: %s (%s)", conf->issuer, err_text(e),
	    err_word(e));
}

static void check_clock(struct findings *f, const struct http_answer *answer)
{
	int64_t ahead = clock_unix() - answer->date;

	if (!answer->date)
		found(f, FOUND_WARNING, "clock", "compare the clocks by hand",
		    "the provider sends no Date header: the clocks cannot be compared");
	else if (ahead > CLOCK_LEEWAY || ahead < -CLOCK_LEEWAY)
		found(f, FOUND_FAILURE, "clock",
		    "set this machine's clock, best by NTP (timedatectl)",
		    "this machine's clock is %lld seconds %s the provider's: tokens will be "
		    "refused",
		    (long long)(ahead < 0 ? -ahead : ahead), ahead < 0 ? "behind" : "ahead of");
	else
		found_ok(f, "clock", "the clock agrees with the provider's");
}

static void check_keys(struct findings *f, struct probe *p, const struct provider *provider)
{
	AUTO_JWKS struct jwks *keys = NULL;
	AUTO_ANSWER struct http_answer answer = {0};
	enum err e = probe_get(p, provider_endpoint(provider, ENDPOINT_JWKS), &answer);

	if (e == ERR_OK)
		e = answer.status == 200 ? jwks_parse(answer.body.data, answer.body.len, &keys)
					 : ERR_PROVIDER_ERROR;
	if (e == ERR_OK)
		found_ok(f, "keys", "the provider has %zu usable signing key%s", jwks_count(keys),
		    jwks_count(keys) == 1 ? "" : "s");
	else if (e == ERR_BAD_KEY)
		found(f, FOUND_FAILURE, "keys",
		    "give Encvoy ID an RSA key of 2048 bits or more for signatures",
		    "the provider publishes no key that can be used");
	else
		tell_failure(f, p, "the provider's keys", "keys", e);
}

static void check_algorithms(
    struct findings *f, const struct conf *conf, const struct provider *provider)
{
	unsigned allowed = 0;

	if (jwa_parse_list(conf->algorithms, &allowed) != ERR_OK)
		found(f, FOUND_FAILURE, "algorithms", "write for example: algorithms = RS256",
		    "algorithms = %s names something that cannot be allowed", conf->algorithms);
	else if (!(provider_algs(provider) & allowed))
		found(f, FOUND_FAILURE, "algorithms",
		    "set algorithms to what the provider signs with (Encvoy ID: RS256)",
		    "the provider signs with none of the allowed algorithms (%s)",
		    conf->algorithms);
}

static void check_methods(
    struct findings *f, const struct conf *conf, const struct provider *provider)
{
	bool device = provider_endpoint(provider, ENDPOINT_DEVICE) &&
		      service_has_method(&conf->service, METHOD_DEVICE);
	bool browser = provider_endpoint(provider, ENDPOINT_AUTHORIZATION) &&
		       service_has_method(&conf->service, METHOD_BROWSER);

	if (!device && !browser && !service_has_method(&conf->service, METHOD_TOKEN))
		found(f, FOUND_FAILURE, "methods", "set methods = browser, which Encvoy ID offers",
		    "the provider offers none of the configured sign-in methods");
	else if (browser && !provider_lists_s256(provider))
		found(f, FOUND_FAILURE, "methods", "switch PKCE with S256 on at the provider",
		    "the provider does not offer PKCE with S256, which browser sign-ins need");
	else
		found_ok(f, "methods", "sign-in by %s%s%s%s", device ? "device code" : "",
		    device && browser ? ", " : "", browser ? "browser and pasted code" : "",
		    device || browser ? "" : "token only");
}

static void tell_status(struct findings *f, const char *address, unsigned status)
{
	if (status >= 500)
		found(f, FOUND_FAILURE, "provider",
		    "wait, or look at Encvoy ID and the proxy in front of it",
		    "%s answers with status %u: Encvoy ID does not work at the moment", address,
		    status);
	else
		found(f, FOUND_FAILURE, "discovery",
		    "give the bare address of Encvoy ID: https://HOST",
		    "%s answers with status %u: there is no OpenID provider", address, status);
}

static void check_document(struct findings *f, struct probe *p, const struct conf *conf,
    const struct client *client, const struct http_answer *answer)
{
	AUTO_PROVIDER struct provider *provider = NULL;
	struct discovery_rules rules;
	enum err e;

	documents_rules(conf, &rules);
	check_clock(f, answer);
	e = provider_parse(answer->body.data, answer->body.len, &rules, &provider);
	if (e != ERR_OK) {
		tell_refusal(f, conf, answer, e);
		return;
	}
	found_ok(
	    f, "discovery", "%s is an OpenID provider and its endpoints are its own", conf->issuer);
	check_algorithms(f, conf, provider);
	check_methods(f, conf, provider);
	check_keys(f, p, provider);
	if (client)
		check_client(f, p, provider, conf, client);
}

void check_provider(struct findings *f, const struct conf *conf, const struct client *client)
{
	AUTO_PROBE struct probe p = {0};
	AUTO_ANSWER struct http_answer answer = {0};
	AUTO_BUF struct buf address = {0};
	enum err e = probe_open(conf, &p);

	buf_init(&address, 4096);
	if (e != ERR_OK) {
		found(f, FOUND_FAILURE, "ca",
		    "ca_file must be a PEM file with the CA's certificate, readable by everybody",
		    "%s cannot be used to check the provider's certificate: %s",
		    conf->ca_file ? conf->ca_file : "the system's CA store", err_text(e));
		return;
	}
	discovery_address(&address, conf->issuer);
	e = buf_cstr(&address) ? probe_get(&p, buf_cstr(&address), &answer) : ERR_TOO_LONG;
	if (e != ERR_OK) {
		tell_failure(f, &p, conf->issuer, e == ERR_TLS ? "tls" : "provider", e);
		return;
	}
	if (answer.status != 200) {
		tell_status(f, buf_cstr(&address), answer.status);
		return;
	}
	check_document(f, &p, conf, client, &answer);
}
