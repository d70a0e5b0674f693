/* SPDX-License-Identifier: MIT */
/* The refresh token behind a passphrase (RFC 6749, 6; OIDC Core 12). */
#include "encvoyd/online/flow.h"

#include "oidc/form.h"
#include "sys/clock.h"

#define FORM_MAX 16384
#define WAIT_MS 8000 /* then a provider counts as away: somebody is waiting */

/* Nobody has refused anything when there is no answer, or one by something before the provider. */
static enum err as_outage(enum err e)
{
	return e == ERR_TIMEOUT || e == ERR_CLOSED ? ERR_PROVIDER_UNREACHABLE : e;
}

static enum err ask(struct login *l, struct token_reply *ret)
{
	AUTO_BUF struct buf form = {0};
	AUTO_ANSWER struct http_answer a = {0};
	enum err e;

	buf_init_secret(&form, FORM_MAX);
	form_put(&form, "grant_type", "refresh_token");
	form_put(&form, "refresh_token", secret_str(l->job.answer));
	client_put(&form, &l->idp.client);
	e = idp_post(&l->idp, ENDPOINT_TOKEN, &form, &a);
	if (e != ERR_OK)
		return as_outage(e);
	if (a.status >= 500)
		return ERR_PROVIDER_UNREACHABLE;
	return idp_tokens(&a, ret);
}

static enum err verify(struct login *l, struct token_reply *tokens)
{
	AUTO_CLAIMS struct claims *claims = NULL;
	struct idtoken_expect expect = {.access_token = secret_str(tokens->access_token)};
	enum err e = ERR_PROVIDER_ERROR;

	if (tokens->id_token)
		e = idp_verify(&l->idp, &expect, tokens->id_token, &claims);
	if (e == ERR_OK)
		e = flow_identify(l, METHOD_PASSPHRASE, claims_sub(claims), 0);
	l->identity.full = false;
	return e;
}

enum err flow_refresh(struct login *l)
{
	AUTO_TOKEN_REPLY struct token_reply tokens = {0};
	int64_t until = clock_mono_ms() + WAIT_MS;
	enum err e;

	if (!(l->job.flags & LOGIN_HAS_ANSWER))
		return ERR_PROTOCOL;
	if (until < l->idp.deadline)
		l->idp.deadline = until;
	e = as_outage(idp_open(&l->idp));
	if (e != ERR_OK)
		return e;
	if (!l->idp.secret)
		return ERR_BAD_CLIENT;
	e = ask(l, &tokens);
	if (e != ERR_OK)
		return e;
	l->idp.offline = true;
	flow_keep_refresh(l, &tokens);
	return verify(l, &tokens);
}
