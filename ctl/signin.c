/* SPDX-License-Identifier: MIT */
#include "ctl/signin.h"

#include "ctl/browser.h"
#include "ctl/ctl.h"
#include "ctl/input.h"
#include "ctl/loopback.h"
#include "ctl/redirect.h"
#include "oidc/form.h"
#include "sys/sock.h"

#include <stdio.h>
#include <string.h>

#define ATTEMPTS 3
#define LINE_MAX_BYTES 16384

/* One attempt: a listener or none, a flow, and the answer when it has come. */
struct attempt {
	const struct signin *signin;
	struct redirect redirect;
	int listen_fd;
	struct codeflow flow;
	struct secret *code;
	enum err answer; /* what an answer with our state meant */
};

static void attempt_free(struct attempt *a)
{
	close_fd(&a->listen_fd);
	codeflow_free(&a->flow);
	secret_free(a->code);
	a->code = NULL;
}

/* Where it is missing anybody may have written the query. */
static bool has_state(struct slice query)
{
	AUTO_BUF struct buf state = {0};

	buf_init(&state, LINE_MAX_BYTES);
	return form_get(query, "state", &state) == ERR_OK;
}

/* A query is an answer to us only when it carries our state, whatever else it says. */
static bool take_query(void *arg, const char *query, size_t len)
{
	struct attempt *a = arg;
	enum err e;

	if (paste_kind(query, len) != PASTE_ADDRESS || !has_state((struct slice){query, len}))
		return false;
	e = authcode_paste(a->flow.code, query, len, &a->code);
	if (e != ERR_OK && e != ERR_ACCESS_DENIED && e != ERR_PROVIDER_ERROR &&
	    e != ERR_WRONG_ISSUER)
		return false;
	a->answer = e;
	return true;
}

static enum err begin(struct attempt *a)
{
	const char *configured = a->signin->idp->service->redirect_uri;
	AUTO_BUF struct buf uri = {0};
	uint16_t port = 0;
	enum err e;

	buf_init(&uri, 1024);
	if (!a->signin->paste && redirect_is_here(configured, &a->redirect)) {
		e = loopback_listen(a->redirect.port, &a->listen_fd, &port);
		if (e != ERR_OK)
			return e;
		redirect_put(&uri, &a->redirect, port);
		if (!buf_cstr(&uri))
			return ERR_TOO_LONG;
		configured = buf_cstr(&uri);
	}
	return codeflow_start(a->signin->idp, configured, a->signin->nonce, &a->flow);
}

static void show_address(const struct attempt *a)
{
	bool opened = !a->signin->no_browser && browser_open(a->flow.address);

	remark("%s\n\n  %s\n",
	    opened ? "A browser is being opened. If it shows nothing, open this "
		     "address yourself and sign in:"
		   : "Open this address in a browser and sign in:",
	    a->flow.address);
	if (strstr(a->flow.address, "request_uri="))
		remark("(It is good for a minute.)");
	remark("(If the page keeps returning to itself, sign out there and type the password.)");
	if (a->listen_fd >= 0 && isatty(STDIN_FILENO))
		remark("If that browser is on another machine, paste here the address it ends on.");
	else if (a->listen_fd < 0 && str_starts(a->signin->idp->service->redirect_uri, "http://"))
		remark("The last page cannot be reached: copy its address from the address bar.");
}

static enum err read_paste(struct attempt *a)
{
	AUTO_BUF struct buf line = {0};
	struct slice text;
	enum err e;

	buf_init_secret(&line, LINE_MAX_BYTES);
	e = input_line(STDIN_FILENO, &line);
	if (e != ERR_OK)
		return e;
	text = input_trim(&line);
	return authcode_paste(a->flow.code, text.p, text.len, &a->code);
}

/* Nothing better can be pasted after these. */
static bool is_final(enum err e)
{
	return e == ERR_IO || e == ERR_ACCESS_DENIED || e == ERR_PROVIDER_ERROR || e == ERR_NOMEM;
}

/* Asks until something usable was pasted, three times at most. */
static enum err ask_paste(struct attempt *a)
{
	enum err e = ERR_NO_ANSWER;

	for (int i = 0; i < ATTEMPTS; i++) {
		fputs("Paste the code, or the address you landed on: ", stderr);
		e = sock_wait(STDIN_FILENO, a->signin->deadline);
		if (e == ERR_OK)
			e = read_paste(a);
		if (e == ERR_CLOSED)
			return ERR_NO_ANSWER;
		if (e == ERR_OK || e == ERR_TIMEOUT || is_final(e))
			return e;
		remark("That cannot be used: %s.", err_text(e));
	}
	return e;
}

static enum err await_code(struct attempt *a)
{
	int keyboard = isatty(STDIN_FILENO) ? STDIN_FILENO : -1;
	enum err e;

	if (a->listen_fd < 0)
		return ask_paste(a);
	for (;;) {
		e = loopback_receive(
		    a->listen_fd, a->redirect.path, take_query, a, keyboard, a->signin->deadline);
		if (e != ERR_CANCELLED)
			return e == ERR_OK ? a->answer : e;
		e = read_paste(a);
		if (e == ERR_OK || is_final(e))
			return e;
		if (e == ERR_CLOSED && a->signin->leavable)
			return ERR_NO_ANSWER;
		if (e == ERR_CLOSED)
			keyboard = -1;
		else if (e != ERR_NO_ANSWER) /* that is an Enter in between */
			remark("That cannot be used: %s.", err_text(e));
	}
}

static enum err try_once(
    const struct signin *s, struct token_reply *ret_tokens, struct claims **ret_claims)
{
	CLEANUP(attempt_free) struct attempt a = {.signin = s, .listen_fd = -1};
	enum err e = begin(&a);

	if (e != ERR_OK)
		return e;
	show_address(&a);
	e = await_code(&a);
	if (e != ERR_OK)
		return e;
	return codeflow_redeem(s->idp, &a.flow, a.code, ret_tokens, ret_claims);
}

enum err signin_run(
    const struct signin *s, struct token_reply *ret_tokens, struct claims **ret_claims)
{
	enum err e = ERR_BAD_CODE;

	for (int i = 0; i < ATTEMPTS && (e == ERR_BAD_CODE || e == ERR_CODE_EXPIRED); i++) {
		if (i)
			remark("The code was refused: codes live for a minute only. Once more.");
		e = try_once(s, ret_tokens, ret_claims);
	}
	return e;
}
