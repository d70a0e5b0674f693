/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/messages.h"

#include "common/str.h"

#include <string.h>

#define VALUE_MAX 256
#define ADDRESS_MAX 4096

static void put_value(struct buf *out, const char *label, const char *value, size_t max)
{
	buf_text(out, label);
	str_printable(out, value, strlen(value), max);
	buf_text(out, "\n");
}

static void put_occasion(struct buf *out, const struct occasion *o)
{
	buf_text(out, "Encvoy ID sign-in\n");
	put_value(out, "  host:    ", o->host, VALUE_MAX);
	put_value(out, "  user:    ", o->user, VALUE_MAX);
	put_value(out, "  service: ", o->service, VALUE_MAX);
	if (*o->rhost)
		put_value(out, "  from:    ", o->rhost, VALUE_MAX);
}

static void put_warning(struct buf *out)
{
	buf_text(out, "Never enter a code that somebody sent you.\n");
}

void messages_device(struct buf *out, const struct occasion *o, const char *uri,
    const char *user_code, uint64_t seconds)
{
	put_occasion(out, o);
	buf_text(out, "Open this address in a browser:\n");
	put_value(out, "", uri, ADDRESS_MAX);
	put_value(out, "and enter this code: ", user_code, VALUE_MAX);
	buf_printf(out, "The code is good for %llu seconds.\n", (unsigned long long)seconds);
	put_warning(out);
}

static bool is_loopback(const char *redirect_uri)
{
	return str_starts(redirect_uri, "http://");
}

void messages_browser(struct buf *out, const struct occasion *o, const char *address,
    const char *redirect_uri, uint64_t seconds)
{
	put_occasion(out, o);
	buf_text(out, "Open this address in a browser and sign in:\n");
	put_value(out, "", address, ADDRESS_MAX);
	if (seconds)
		buf_printf(out,
		    "Open it within %llu seconds; later, press Enter for a fresh one.\n",
		    (unsigned long long)seconds);
	if (is_loopback(redirect_uri))
		buf_text(out,
		    "At the end the browser will say that the last page cannot be reached. "
		    "That is expected:\ncopy the address of that page from the address "
		    "bar and paste it here.\n");
	else
		buf_text(out, "The last page shows a code: paste it here.\n");
	buf_text(out, "If the page keeps returning, choose another sign-in method and type your "
		      "password.\n");
	put_warning(out);
}

void messages_try_again(struct buf *out, enum err why)
{
	buf_printf(out, "That did not work: %s.\n\n", err_text(why));
}

const char *messages_refusal(enum err why)
{
	switch (why) {
	case ERR_PROVIDER_UNREACHABLE:
		return "Encvoy ID cannot be reached from this host; try again later.";
	case ERR_PROVIDER_ERROR:
	case ERR_FOREIGN_ENDPOINT:
		return "Encvoy ID answered in a way that cannot be used; tell the administrator.";
	case ERR_TLS:
		return "The certificate or TLS version of Encvoy ID is not acceptable; tell the "
		       "administrator.";
	case ERR_CONFIG:
	case ERR_BAD_CLIENT:
		return "This host is not set up correctly for Encvoy ID; tell the administrator.";
	case ERR_TIMEOUT:
	case ERR_CODE_EXPIRED:
		return "The sign-in took too long; start again.";
	case ERR_BAD_CODE:
	case ERR_BAD_STATE:
		return "No valid code was pasted; start again.";
	case ERR_ACCESS_DENIED:
		return "The sign-in was declined at Encvoy ID.";
	case ERR_AUTH_TOO_OLD:
		return "The sign-in at Encvoy ID is too old: choose another sign-in method there "
		       "and "
		       "type your password.";
	case ERR_NO_METHOD:
		return "No sign-in method is available here; tell the administrator.";
	case ERR_NO_ANSWER:
		return "Nothing was entered.";
	case ERR_BAD_TOKEN:
		return "What was entered is not a token of Encvoy ID.";
	case ERR_CUT_OFF:
		return "The token was cut off by the program that asked for it; use another "
		       "method.";
	case ERR_TOKEN_KIND:
		return "This kind of token is not accepted here; get one by encvoyctl token --for "
		       "HOST.";
	case ERR_WRONG_NONCE:
	case ERR_WRONG_HOST:
		return "The token was not made for this host; get one by encvoyctl token --for "
		       "HOST.";
	case ERR_EXPIRED:
	case ERR_TOKEN_TOO_OLD:
	case ERR_TOKEN_INACTIVE:
		return "The token is no longer valid; get a new one.";
	case ERR_NOT_YET_VALID:
		return "The token lies in the future; the clock of this host may be wrong.";
	case ERR_TOO_MANY:
		return "Too many logins are waiting; try again later.";
	default:
		return "The sign-in was refused; the log of this host says why.";
	}
}
