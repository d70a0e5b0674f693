/* SPDX-License-Identifier: MIT */
/* A token in place of a password. Login services take only an ID token that was made for this host,
 * once and soon; services with token_reuse take their own client's ID and access tokens. */
#include "encvoyd/online/flow.h"

#include "common/str.h"
#include "oidc/authcode.h"
#include "oidc/hostnonce.h"
#include "oidc/introspect.h"
#include "sys/clock.h"

#include <string.h>

#define TOKEN_MAX 8192
#define OPAQUE_MIN 20 /* shorter is a password, which nobody shall learn (128 bits take 22) */
#define FORM_MAX 16384

/* RFC 6750's alphabet: what is outside it is no token and costs nobody a request. */
static bool has_token_alphabet(struct slice t)
{
	static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
				       "0123456789-._~+/=";

	for (size_t i = 0; i < t.len; i++)
		if (!t.p[i] || !strchr(alphabet, t.p[i]))
			return false;
	return true;
}

/* What can be said without anybody's help. */
static enum err look(struct slice t)
{
	if (!t.len)
		return ERR_NO_ANSWER;
	if (t.len > TOKEN_MAX)
		return looks_cut_off(t.len) ? ERR_CUT_OFF : ERR_TOO_LONG;
	if (!has_token_alphabet(t) || t.len < OPAQUE_MIN)
		return looks_cut_off(t.len) ? ERR_CUT_OFF : ERR_BAD_TOKEN;
	return ERR_OK;
}

static enum err bound_id_token(struct login *l, const struct secret *token)
{
	struct idtoken_expect expect = {.max_iat_age = l->service.token_max_age};
	AUTO_CLAIMS struct claims *claims = NULL;
	enum err e = idp_verify(&l->idp, &expect, token, &claims);

	if (e == ERR_OK)
		e = hostnonce_check(claims_nonce(claims), l->host);
	if (e == ERR_OK)
		e = flow_identify(l, METHOD_TOKEN, claims_sub(claims), claims_auth_time(claims));
	if (e != ERR_OK)
		return e;
	l->identity.single_use = true;
	l->identity.expires = claims_exp(claims);
	memcpy(l->identity.token_hash, claims_hash(claims), sizeof(l->identity.token_hash));
	return ERR_OK;
}

static enum err reusable_id_token(struct login *l, const struct secret *token)
{
	struct idtoken_expect expect = {0};
	AUTO_CLAIMS struct claims *claims = NULL;
	enum err e = idp_verify(&l->idp, &expect, token, &claims);

	if (e == ERR_OK)
		e = flow_identify(l, METHOD_TOKEN, claims_sub(claims), claims_auth_time(claims));
	if (e == ERR_OK)
		l->identity.expires = claims_exp(claims);
	return e;
}

static enum err introspect(struct login *l, const struct secret *token, struct introspection **ret)
{
	struct introspect_expect expect = {
	    .issuer = provider_issuer(l->idp.provider),
	    .client_id = l->idp.client.id,
	    .now = (uint64_t)clock_unix(),
	};
	AUTO_BUF struct buf form = {0};
	AUTO_ANSWER struct http_answer a = {0};
	enum err e;

	buf_init_secret(&form, FORM_MAX);
	introspect_body(&l->idp.client, token, &form);
	e = idp_post(&l->idp, ENDPOINT_INTROSPECTION, &form, &a);
	if (e != ERR_OK)
		return e;
	if (a.status != 200)
		return oauth_error_err(oauth_error_parse(a.body.data, a.body.len));
	return introspect_parse(a.body.data, a.body.len, &expect, ret);
}

/* Introspection says whose and for whom; userinfo alone would prove nothing (SEC-02). */
static enum err access_token(struct login *l, const struct secret *token)
{
	AUTO_INTROSPECTION struct introspection *seen = NULL;
	AUTO_USERINFO struct userinfo *info = NULL;
	AUTO_ANSWER struct http_answer a = {0};
	enum err e;

	if (!idp_offers(&l->idp, ENDPOINT_INTROSPECTION) || !idp_offers(&l->idp, ENDPOINT_USERINFO))
		return ERR_TOKEN_KIND;
	e = introspect(l, token, &seen);
	if (e == ERR_OK)
		e = idp_get(&l->idp, ENDPOINT_USERINFO, token, &a);
	if (e == ERR_OK)
		e = userinfo_parse(a.body.data, a.body.len, seen, &info);
	if (e == ERR_OK)
		e = flow_identify(l, METHOD_TOKEN, userinfo_sub(info), 0);
	if (e == ERR_OK)
		l->identity.expires = introspection_exp(seen);
	return e;
}

enum err flow_token_check(struct login *l, const struct secret *token)
{
	struct slice t = paste_trim(secret_str(token), secret_len(token));
	bool is_jwt = paste_kind(t.p, t.len) == PASTE_TOKEN;
	AUTO_SECRET struct secret *trimmed = NULL;
	enum err e = look(t);

	if (e == ERR_OK && !is_jwt && !l->service.token_reuse)
		e = looks_cut_off(t.len) ? ERR_CUT_OFF : ERR_TOKEN_KIND;
	if (e != ERR_OK)
		return e;
	if (t.len != secret_len(token)) {
		token = trimmed = secret_new(t.p, t.len);
		if (!trimmed)
			return ERR_NOMEM;
	}
	e = is_jwt ? idp_find(&l->idp) : idp_open(&l->idp);
	if (e != ERR_OK)
		return e;
	if (!is_jwt)
		return access_token(l, token);
	return l->service.token_reuse ? reusable_id_token(l, token) : bound_id_token(l, token);
}

enum err flow_token(struct login *l)
{
	AUTO_SECRET struct secret *answer = NULL;
	enum err e;

	if (l->job.flags & LOGIN_HAS_ANSWER)
		return flow_token_check(l, l->job.answer);
	e = talk_ask(&l->talk, ASK_TOKEN, false, messages_text(MESSAGE_ASK_TOKEN));
	if (e == ERR_OK)
		e = talk_wait(&l->talk, l->talk.deadline, &answer);
	if (e != ERR_OK)
		return e;
	return flow_token_check(l, answer);
}
