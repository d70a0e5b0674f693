/* SPDX-License-Identifier: MIT */
/* One login's dealings with the provider: its endpoints, its keys, and who we are there. Used by
 * the login children and by encvoyctl. */
#ifndef ENCVOY_ONLINE_IDP_H
#define ENCVOY_ONLINE_IDP_H

#include "common/conf.h"
#include "encvoyd/online/network.h"
#include "oidc/client.h"
#include "oidc/discovery.h"
#include "oidc/idtoken.h"
#include "oidc/token.h"

struct idp {
	/* set by the caller, borrowed */
	const struct conf *conf;
	const struct service_conf *service;
	struct network network;
	struct source source;
	int64_t deadline; /* clock_mono_ms() */
	bool offline;     /* sign-ins ask for a refresh token, too */
	bool profile;     /* or for the person's names */

	/* from idp_find; the client's secret from idp_open */
	struct client client;
	struct provider *provider;
	unsigned algs;

	struct secret *secret;
	struct secret *authorization;
	struct jwks *keys;
	char detail[256]; /* what the log should know about the last failure, printable */
};

/* Fetches and checks the discovery document: all that idp_verify needs. Nothing when that was done
 * before. ERR_CONFIG, or the source's and provider_parse's errors. */
enum err idp_find(struct idp *p);
/* The same after it has read the client secret, where there is one: for requests. */
enum err idp_open(struct idp *p);
/* Wipes and frees what these and the others made; a half-open or zeroed one is fine. */
void idp_close(struct idp *p);

/* Whether the provider offers this endpoint; only after idp_find. */
bool idp_offers(const struct idp *p, enum endpoint which);
/* Posts a form with our client authentication. ERR_OK for any complete answer, also a 4xx. Free
 * the answer in all cases. */
enum err idp_post(
    struct idp *p, enum endpoint which, const struct buf *form, struct http_answer *ret);
/* A GET with an access token, which must be answered with 200; else ERR_TOKEN_INACTIVE for 401. */
enum err idp_get(
    struct idp *p, enum endpoint which, const struct secret *token, struct http_answer *ret);
/* What the token endpoint answered: tokens, or the error it means. */
enum err idp_tokens(const struct http_answer *a, struct token_reply *ret);

/* idtoken_verify with the provider's keys; asks once for newer ones when the key is unknown.
 * expect's issuer, client_id, algs and now are filled in here. */
enum err idp_verify(
    struct idp *p, struct idtoken_expect *expect, const struct secret *token, struct claims **ret);

#define AUTO_IDP CLEANUP(idp_close)

#endif
