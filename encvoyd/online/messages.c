/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/messages.h"

#include "common/str.h"
#include "sys/catalogs.h"

#include <string.h>

#define VALUE_MAX 256
#define ADDRESS_MAX 4096

static struct catalogs installed;
static const struct catalog *spoken; /* one of them, or NULL */

void messages_load(const char *locale_dir)
{
	spoken = NULL;
	catalogs_free(&installed);
	catalogs_load(locale_dir, &installed);
}

void messages_speak(const char *locale)
{
	spoken = catalogs_find(&installed, locale);
}

const char *messages_text(const char *id)
{
	return catalog_text(spoken, id);
}

/* The word that xgettext looks for. */
static const char *T(const char *id)
{
	return messages_text(id);
}

static void put_value(struct buf *out, const char *label, const char *value, size_t max)
{
	buf_text(out, label);
	str_printable(out, value, strlen(value), max);
	buf_text(out, "\n");
}

/* A sentence with a value in the place of its only %s. No catalogue's text is a format here. */
static void put_with(struct buf *out, const char *text, const char *value)
{
	const char *at = strstr(text, "%s");

	if (!at) {
		put_value(out, text, "", 0);
		return;
	}
	buf_put(out, text, (size_t)(at - text));
	str_printable(out, value, strlen(value), VALUE_MAX);
	buf_text(out, at + 2);
	buf_text(out, "\n");
}

static void put_seconds(struct buf *out, const char *text, uint64_t seconds)
{
	char number[24];
	struct buf b;

	buf_init_fixed(&b, number, sizeof(number));
	buf_printf(&b, "%llu", (unsigned long long)seconds);
	buf_put_u8(&b, 0);
	put_with(out, text, number);
}

static void put_line(struct buf *out, const char *text)
{
	buf_text(out, text);
	buf_text(out, "\n");
}

static void put_occasion(struct buf *out, const struct occasion *o)
{
	put_line(out, T("Encvoy ID sign-in"));
	put_value(out, T("  host:    "), o->host, VALUE_MAX);
	put_value(out, T("  user:    "), o->user, VALUE_MAX);
	put_value(out, T("  service: "), o->service, VALUE_MAX);
	if (*o->rhost)
		put_value(out, T("  from:    "), o->rhost, VALUE_MAX);
}

/* What may go wrong at the page, and what must not. */
static void put_advice(struct buf *out)
{
	put_line(out, T("If the page keeps returning, choose another sign-in method and type your "
			"password."));
	put_line(out, T("Never enter a code that somebody sent you."));
}

void messages_device(struct buf *out, const struct occasion *o, const char *uri,
    const char *user_code, uint64_t seconds)
{
	put_occasion(out, o);
	put_line(out, T("Open this address in a browser:"));
	put_value(out, "", uri, ADDRESS_MAX);
	put_with(out, T("and enter this code: %s"), user_code);
	put_seconds(out, T("The code is good for %s seconds."), seconds);
	put_advice(out);
}

static bool is_loopback(const char *redirect_uri)
{
	return str_starts(redirect_uri, "http://");
}

void messages_browser(struct buf *out, const struct occasion *o, const char *address,
    const char *redirect_uri, uint64_t seconds)
{
	put_occasion(out, o);
	put_line(out, T("Open this address in a browser and sign in:"));
	put_value(out, "", address, ADDRESS_MAX);
	if (seconds)
		put_seconds(out,
		    T("Open it within %s seconds; later, press Enter for a fresh one."), seconds);
	if (is_loopback(redirect_uri))
		put_line(
		    out, T("At the end the browser will say that the last page cannot be "
			   "reached. That is expected:\ncopy the address of that page from the "
			   "address bar and paste it here."));
	else
		put_line(out, T("The last page shows a code: paste it here."));
	put_advice(out);
}

void messages_try_again(struct buf *out, enum err why)
{
	const char *text = T("That did not work. Here is a fresh address.");

	if (why == ERR_CODE_EXPIRED)
		text = T("That code is too old. Here is a fresh address.");
	else if (why == ERR_BAD_STATE || why == ERR_WRONG_ISSUER)
		text = T("That code is not from this sign-in. Here is a fresh address.");
	else if (why == ERR_CUT_OFF)
		text = T("Only a part of it arrived. Here is a fresh address.");
	put_line(out, text);
	buf_text(out, "\n");
}

static const char *about_tokens(enum err why)
{
	switch (why) {
	case ERR_BAD_TOKEN:
		return T("What was entered is not a token of Encvoy ID.");
	case ERR_CUT_OFF:
		return T("The token was cut off by the program that asked for it; use another "
			 "method.");
	case ERR_TOKEN_KIND:
		return T("This kind of token is not accepted here; get one by encvoyctl token "
			 "--for HOST.");
	case ERR_WRONG_NONCE:
	case ERR_WRONG_HOST:
		return T("The token was not made for this host; get one by encvoyctl token --for "
			 "HOST.");
	case ERR_EXPIRED:
	case ERR_TOKEN_TOO_OLD:
	case ERR_TOKEN_INACTIVE:
		return T("The token is no longer valid; get a new one.");
	case ERR_NOT_YET_VALID:
		return T("The token lies in the future; the clock of this host may be wrong.");
	default:
		return T("The sign-in was refused; the log of this host says why.");
	}
}

const char *messages_refusal(enum err why)
{
	switch (why) {
	case ERR_PROVIDER_UNREACHABLE:
		return T("Encvoy ID cannot be reached from this host; try again later.");
	case ERR_PROVIDER_ERROR:
	case ERR_FOREIGN_ENDPOINT:
		return T("Encvoy ID answered in a way that cannot be used; tell the "
			 "administrator.");
	case ERR_TLS:
		return T("The certificate or TLS version of Encvoy ID is not acceptable; tell the "
			 "administrator.");
	case ERR_CONFIG:
	case ERR_BAD_CLIENT:
		return T("This host is not set up correctly for Encvoy ID; tell the "
			 "administrator.");
	case ERR_TIMEOUT:
	case ERR_CODE_EXPIRED:
		return T("The sign-in took too long; start again.");
	case ERR_BAD_CODE:
	case ERR_BAD_STATE:
		return T("No valid code was pasted; start again.");
	case ERR_ACCESS_DENIED:
		return T("The sign-in was declined at Encvoy ID.");
	case ERR_AUTH_TOO_OLD:
		return T("The sign-in at Encvoy ID is too old: choose another sign-in method there "
			 "and type your password.");
	case ERR_NO_METHOD:
		return T("No sign-in method is available here; tell the administrator.");
	case ERR_NO_ANSWER:
		return T("Nothing was entered.");
	case ERR_TOO_MANY:
		return T("Too many logins are waiting; try again later.");
	default:
		return about_tokens(why);
	}
}
