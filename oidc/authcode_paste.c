/* SPDX-License-Identifier: MIT */
/* What a person pasted: nothing here is trusted, and the code in it is only good together with
 * this sign-in's verifier. */
#include "oidc/authcode_internal.h"
#include "oidc/form.h"
#include "oidc/idtoken.h"
#include "oidc/reply.h"
#include "oidc/token.h"
#include "oidc/url.h"

#include <string.h>

#define CODE_MAX 1024
#define PASTE_MAX (8 * 1024)

static bool surrounds(char c)
{
	return c != 0 && strchr(" \t\r\n\"'`<>", c) != NULL;
}

struct slice paste_trim(const char *text, size_t len)
{
	struct slice s = {text, len};

	while (s.len && surrounds(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len && surrounds(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool contains(struct slice s, const char *text)
{
	return memmem(s.p, s.len, text, strlen(text)) != NULL;
}

static enum paste_kind kind_of(struct slice s)
{
	if (s.len == 0)
		return PASTE_EMPTY;
	/* '{"' as base64url, which every JOSE header begins with */
	if (s.len > 3 && memcmp(s.p, "eyJ", 3) == 0 && memchr(s.p, '.', s.len))
		return PASTE_TOKEN;
	if (memchr(s.p, '?', s.len) || contains(s, "://") || contains(s, "code=") ||
	    contains(s, "error="))
		return PASTE_ADDRESS;
	return PASTE_CODE;
}

enum paste_kind paste_kind(const char *text, size_t len)
{
	return kind_of(paste_trim(text, len));
}

/* The parameters of an address: its query, else its fragment, else the text as it is. */
static struct slice query_of(struct slice s)
{
	const char *end = s.p + s.len;
	const char *mark = memchr(s.p, '?', s.len);
	const char *hash = memchr(s.p, '#', s.len);
	const char *from = s.p;

	if (mark && (!hash || mark < hash)) {
		from = mark + 1;
		end = hash ? hash : end;
	} else if (hash) {
		from = hash + 1;
	}
	return (struct slice){from, (size_t)(end - from)};
}

/* ERR_OK when the state is ours, ERR_NOT_FOUND when there is none. */
static enum err check_state(const struct authcode *a, struct slice query)
{
	char text[AUTHCODE_TEXT_LEN];
	struct buf state;
	enum err e;

	buf_init_fixed(&state, text, sizeof(text));
	e = form_get(query, "state", &state);
	if (e == ERR_NOT_FOUND)
		return e;
	if (e != ERR_OK || !secret_equal(state.data, state.len, a->state, AUTHCODE_TEXT_LEN))
		return ERR_BAD_STATE;
	return ERR_OK;
}

static enum err check_iss(const struct authcode *a, struct slice query)
{
	char text[URL_MAX_LEN];
	struct buf iss;
	enum err e;

	buf_init_fixed(&iss, text, sizeof(text));
	e = form_get(query, "iss", &iss);
	if (e == ERR_NOT_FOUND)
		return a->iss_required ? ERR_WRONG_ISSUER : ERR_OK;
	if (e != ERR_OK || !slice_is((struct slice){text, iss.len}, a->issuer))
		return ERR_WRONG_ISSUER;
	return ERR_OK;
}

/* What an error=... in the address means; ERR_NOT_FOUND when there is none. */
static enum err error_in(struct slice query)
{
	char text[64];
	struct buf word;
	const char *s;
	enum err e;

	buf_init_fixed(&word, text, sizeof(text));
	e = form_get(query, "error", &word);
	if (e == ERR_NOT_FOUND)
		return e;
	s = e == ERR_OK ? buf_cstr(&word) : NULL;
	return oauth_error_err(s ? oauth_error_word(s) : OAUTH_OTHER);
}

static enum err code_from(struct slice text, struct secret **ret)
{
	for (size_t i = 0; i < text.len; i++)
		if (text.p[i] <= 0x20 || text.p[i] >= 0x7f)
			return ERR_BAD_CODE;
	if (text.len == 0 || text.len > CODE_MAX)
		return ERR_BAD_CODE;
	*ret = secret_new(text.p, text.len);
	return *ret ? ERR_OK : ERR_NOMEM;
}

static enum err address(const struct authcode *a, struct slice query, struct secret **ret)
{
	AUTO_BUF struct buf code = {0};
	enum err found;
	enum err state = check_state(a, query);
	enum err error = error_in(query);
	enum err e;

	buf_init_secret(&code, CODE_MAX);
	found = form_get(query, "code", &code);
	if (found == ERR_NOMEM)
		return found;
	if (found != ERR_OK && error == ERR_NOT_FOUND)
		return ERR_BAD_CODE;
	if (state == ERR_BAD_STATE)
		return state;
	/* some errors come before the provider looked at the state */
	if (error != ERR_NOT_FOUND)
		return error;
	if (state != ERR_OK)
		return ERR_BAD_STATE;
	e = check_iss(a, query);
	if (e == ERR_OK)
		e = code_from((struct slice){(const char *)code.data, code.len}, ret);
	return e;
}

static enum err paste(const struct authcode *a, struct slice text, struct secret **ret)
{
	switch (kind_of(text)) {
	case PASTE_EMPTY:
		return ERR_NO_ANSWER;
	case PASTE_CODE:
		return code_from(text, ret);
	case PASTE_ADDRESS:
		return address(a, query_of(text), ret);
	case PASTE_TOKEN:
		break;
	}
	return ERR_BAD_CODE;
}

enum err authcode_paste(
    const struct authcode *a, const char *text, size_t len, struct secret **ret_code)
{
	struct slice s = paste_trim(text, len);
	enum err e = s.len <= PASTE_MAX ? paste(a, s, ret_code) : ERR_BAD_CODE;
	bool cut = looks_cut_off(len) || looks_cut_off(s.len);

	if (cut && (e == ERR_BAD_CODE || e == ERR_BAD_STATE || e == ERR_WRONG_ISSUER))
		return ERR_CUT_OFF;
	return e;
}
