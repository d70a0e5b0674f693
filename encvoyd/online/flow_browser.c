/* SPDX-License-Identifier: MIT */
/* Authorization code flow by hand: the person opens an address, signs in, and pastes back the code
 * or the address that the browser ended on. */
#include "encvoyd/online/flow.h"

#include "encvoyd/online/codeflow.h"
#include "sys/clock.h"

#define ATTEMPTS 3
#define FRESH_MS 50000 /* a pushed request lives 60 s: after 50 an Enter means a new one */
#define OPEN_WITHIN 60

static enum err show(struct login *l, const struct codeflow *f, enum err last)
{
	AUTO_BUF struct buf text = {0};
	struct occasion o = flow_occasion(l);

	buf_init(&text, TEXT_MAX);
	if (last != ERR_OK)
		messages_try_again(&text, last);
	messages_browser(
	    &text, &o, f->address, l->service.redirect_uri, f->pushed ? OPEN_WITHIN : 0);
	if (!buf_cstr(&text))
		return text.err != ERR_OK ? text.err : ERR_INTERNAL;
	return talk_show(&l->talk, buf_cstr(&text), "");
}

/* Asks until something was pasted; *ret stays NULL when the person wants a fresh address. */
static enum err ask(struct login *l, const struct codeflow *f, struct secret **ret)
{
	for (;;) {
		AUTO_SECRET struct secret *answer = NULL;
		enum err e = talk_ask(&l->talk, ASK_PASTE, true, messages_text(MESSAGE_ASK_PASTE));

		if (e == ERR_OK)
			e = talk_wait(&l->talk, l->talk.deadline, &answer);
		if (e != ERR_OK)
			return e;
		if (paste_kind(secret_str(answer), secret_len(answer)) != PASTE_EMPTY) {
			*ret = TAKE_PTR(answer);
			return ERR_OK;
		}
		if (clock_mono_ms() - f->made >= FRESH_MS)
			return ERR_OK;
	}
}

static bool is_token(const struct login *l, const struct secret *pasted)
{
	return !l->idp.offline && service_has_method(&l->service, METHOD_TOKEN) &&
	       paste_kind(secret_str(pasted), secret_len(pasted)) == PASTE_TOKEN;
}

static enum err take_paste(struct login *l, const struct codeflow *f, const struct secret *pasted)
{
	AUTO_SECRET struct secret *code = NULL;
	AUTO_TOKEN_REPLY struct token_reply tokens = {0};
	AUTO_CLAIMS struct claims *claims = NULL;
	enum err e;

	e = authcode_paste(f->code, secret_str(pasted), secret_len(pasted), &code);
	if (e == ERR_OK)
		e = codeflow_redeem(&l->idp, f, code, &tokens, &claims);
	/* the next one comes after a person has signed in */
	l->idp.network.rest(l->idp.network.arg);
	if (e != ERR_OK)
		return e;
	flow_keep_refresh(l, &tokens);
	return flow_identify(l, METHOD_BROWSER, claims_sub(claims), claims_auth_time(claims));
}

/* Worth another attempt: what was pasted was no good, not who pasted it. */
static bool may_retry(enum err e)
{
	return e == ERR_BAD_CODE || e == ERR_CODE_EXPIRED || e == ERR_BAD_STATE ||
	       e == ERR_WRONG_ISSUER || e == ERR_CUT_OFF || e == ERR_NO_ANSWER;
}

/* One address, until it is used or given up (ERR_OK with *ret_used false). */
static enum err attempt(struct login *l, enum err last, bool *ret_used)
{
	AUTO_CODEFLOW struct codeflow f = {0};
	AUTO_SECRET struct secret *pasted = NULL;
	enum err e = codeflow_start(&l->idp, NULL, NULL, &f);

	l->idp.network.rest(l->idp.network.arg);
	*ret_used = false;
	if (e == ERR_OK)
		e = show(l, &f, last);
	if (e == ERR_OK)
		e = ask(l, &f, &pasted);
	if (e != ERR_OK || !pasted)
		return e;
	*ret_used = true;
	return is_token(l, pasted) ? flow_token_check(l, pasted) : take_paste(l, &f, pasted);
}

enum err flow_browser(struct login *l)
{
	enum err e = idp_open(&l->idp), last = ERR_OK;
	unsigned n = 0;
	bool used = false;

	if (e != ERR_OK)
		return e;
	while (n < ATTEMPTS) {
		e = attempt(l, last, &used);
		if (e == ERR_OK && used)
			return ERR_OK;
		if (e != ERR_OK && !(used && may_retry(e)))
			return e;
		last = e;
		n += used;
	}
	return last;
}
