/* SPDX-License-Identifier: MIT */
/* The device authorization grant (RFC 8628): the person signs in on another device while we ask the
 * provider whether it has happened. */
#include "encvoyd/online/flow.h"

#include "encvoyd/online/codeflow.h"
#include "encvoyd/online/qr.h"
#include "encvoyd/online/times.h"
#include "oidc/device.h"
#include "oidc/form.h"
#include "sys/clock.h"

#define FORM_MAX 16384

/* The schedule counts whole seconds; what they leave out of the moment it counts from is kept here,
 * so that no interval is cut short or drawn out. */
struct schedule {
	struct device_poll poll;
	int64_t rest_ms;
};

static uint64_t now_for(struct schedule *s)
{
	int64_t now = clock_mono_ms();

	s->rest_ms = now % 1000;
	return (uint64_t)(now / 1000);
}

/* A client that may not use this grant has other methods. */
static enum err refusal_of(const struct http_answer *a)
{
	enum oauth_error o = oauth_error_parse(a->body.data, a->body.len);

	if (o == OAUTH_UNAUTHORIZED_CLIENT || o == OAUTH_UNSUPPORTED_GRANT_TYPE)
		return ERR_NO_METHOD;
	return oauth_error_err(o);
}

static enum err post(
    struct login *l, enum endpoint which, const struct buf *form, struct http_answer *ret)
{
	enum err e;

	times_are(TIMES_DEVICE);
	e = idp_post(&l->idp, which, form, ret);
	times_are(TIMES_TOKEN);
	return e;
}

static enum err request_grant(struct login *l, struct device_grant *ret)
{
	AUTO_BUF struct buf form = {0};
	AUTO_ANSWER struct http_answer a = {0};
	enum err e;

	buf_init(&form, FORM_MAX);
	device_request_body(&l->idp.client,
	    l->idp.offline ? CODEFLOW_SCOPE_OFFLINE : CODEFLOW_SCOPE, NULL, l->service.auth_max_age,
	    &form);
	if (l->idp.offline)
		form_put(&form, "prompt", "consent");
	e = post(l, ENDPOINT_DEVICE, &form, &a);
	if (e != ERR_OK)
		return e;
	if (a.status != 200)
		return refusal_of(&a);
	return device_reply_parse(a.body.data, a.body.len, ret);
}

/* On sshd before 10.3 a text appears only with the prompt that follows it. */
static enum err ask_if_needed(struct login *l, const char *text)
{
	if (!(l->job.flags & LOGIN_SSHD))
		return ERR_OK;
	return talk_ask(&l->talk, ASK_ENTER, true, text);
}

static enum err show(struct login *l, const struct device_grant *g)
{
	AUTO_BUF struct buf text = {0};
	AUTO_BUF struct buf qr = {0};
	struct occasion o = flow_occasion(l);
	int64_t left = (l->talk.deadline - clock_mono_ms()) / 1000;
	uint64_t life = left < 0 ? 0 : (uint64_t)left;
	enum err e;

	buf_init(&text, TEXT_MAX);
	buf_init(&qr, TEXT_MAX);
	messages_device(&text, &o, g->verification_uri, g->user_code,
	    life < g->expires_in ? life : g->expires_in);
	if (g->verification_uri_complete)
		qr_text(g->verification_uri_complete, &qr);
	if (!buf_cstr(&text))
		return text.err != ERR_OK ? text.err : ERR_INTERNAL;
	e = talk_show(&l->talk, buf_cstr(&text), buf_cstr(&qr) ? buf_cstr(&qr) : "");
	return e == ERR_OK ? ask_if_needed(l, messages_text(MESSAGE_ASK_DONE)) : e;
}

/* One question to the provider. ERR_OK with tokens, or without any yet. */
static enum err poll_once(
    struct login *l, const struct device_grant *g, struct schedule *s, struct token_reply *ret)
{
	AUTO_BUF struct buf form = {0};
	AUTO_ANSWER struct http_answer a = {0};
	enum err e;

	buf_init_secret(&form, FORM_MAX);
	device_token_body(&l->idp.client, g, &form);
	e = post(l, ENDPOINT_TOKEN, &form, &a);
	/* nothing is kept open while we wait */
	l->idp.network.rest(l->idp.network.arg);
	if (e == ERR_PROVIDER_UNREACHABLE || e == ERR_PROVIDER_ERROR)
		return device_poll_failure(&s->poll, now_for(s));
	if (e != ERR_OK)
		return e;
	if (a.status == 200)
		return idp_tokens(&a, ret);
	return device_poll_error(&s->poll, oauth_error_parse(a.body.data, a.body.len), now_for(s));
}

/* Sleeps until the next question is due. An early Enter is asked for again at once: a module that
 * waits without a prompt would never learn that the person has left. */
static enum err wait_until(struct login *l, int64_t until)
{
	for (;;) {
		AUTO_SECRET struct secret *unused = NULL;
		enum err e = talk_wait(&l->talk, until, &unused);

		if (e == ERR_TIMEOUT)
			return clock_mono_ms() >= l->talk.deadline ? ERR_TIMEOUT : ERR_OK;
		if (e == ERR_OK)
			e = ask_if_needed(l, messages_text(MESSAGE_ASK_NOT_DONE));
		if (e != ERR_OK)
			return e;
	}
}

static enum err poll_for_tokens(
    struct login *l, const struct device_grant *g, struct token_reply *ret)
{
	struct schedule s = {0};
	enum err e = ERR_OK;

	device_poll_start(&s.poll, g, now_for(&s));
	while (e == ERR_OK && !ret->access_token) {
		e = wait_until(l, (int64_t)s.poll.next * 1000 + s.rest_ms);
		if (e == ERR_OK && (uint64_t)clock_mono_ms() / 1000 >= s.poll.deadline)
			e = ERR_CODE_EXPIRED;
		if (e == ERR_OK)
			e = poll_once(l, g, &s, ret);
	}
	return e;
}

enum err flow_device(struct login *l)
{
	AUTO_DEVICE_GRANT struct device_grant grant = {0};
	AUTO_TOKEN_REPLY struct token_reply tokens = {0};
	AUTO_CLAIMS struct claims *claims = NULL;
	struct idtoken_expect expect = {.auth_max_age = l->service.auth_max_age};
	enum err e = idp_open(&l->idp);

	if (e != ERR_OK)
		return e;
	if (!idp_offers(&l->idp, ENDPOINT_DEVICE))
		return ERR_NO_METHOD;
	e = request_grant(l, &grant);
	if (e == ERR_OK)
		e = show(l, &grant);
	if (e == ERR_OK)
		e = poll_for_tokens(l, &grant, &tokens);
	if (e == ERR_OK && !tokens.id_token)
		e = ERR_PROVIDER_ERROR;
	if (e != ERR_OK)
		return e;
	expect.access_token = secret_str(tokens.access_token);
	e = idp_verify(&l->idp, &expect, tokens.id_token, &claims);
	if (e != ERR_OK)
		return e;
	flow_keep_refresh(l, &tokens);
	return flow_identify(l, METHOD_DEVICE, claims_sub(claims), claims_auth_time(claims));
}
