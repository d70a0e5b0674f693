/* SPDX-License-Identifier: MIT */
/* The service account's access token for the REST directory. The provider has no grant for
 * machines: the account signs in on the login pages as a person would, once a day (its refresh
 * token lives 24 hours at most); in between the token is renewed by refresh. Nobody is logged in by
 * it, so the ID token that comes along is not looked at. */
#ifndef ENCVOY_ONLINE_API_SIGNIN_H
#define ENCVOY_ONLINE_API_SIGNIN_H

#include "common/conf.h"
#include "common/secret.h"
#include "encvoyd/online/http.h"
#include "oidc/discovery.h"

struct signin {
	/* set by the owner, borrowed */
	const struct conf *conf;
	struct http *http;

	struct provider *provider;
	struct secret *access;
	struct secret *refresh;
	unsigned generation;  /* counts access tokens */
	int64_t access_until; /* clock_mono_ms(), a little before its end */
	int64_t retry_at;     /* no sign-in by password before */
	enum err last;        /* why the last one failed */
	char detail[200];     /* printable, of the last failure */
};

/* Makes sure of a token (s->access). ERR_BAD_LOGIN when the account is refused, which is not tried
 * again for a minute; ERR_CONFIG (the password file), or the network's errors. */
enum err signin_token(struct signin *s, int64_t deadline);
/* The provider did not accept the token: the next signin_token gets another. */
void signin_refused(struct signin *s);
/* Wipes and frees what it holds; the borrowed stays. */
void signin_close(struct signin *s);

/* The pages, api_pages.c: from the authorization address to the redirect address. The caller frees
 * *ret, the whole final address, which holds the code. */
enum err pages_walk(struct signin *s, const char *address, const char *redirect_uri,
    int64_t deadline, struct secret **ret);
/* Notes why for the log; returns e. */
enum err signin_note(struct signin *s, enum err e, const char *what, const char *more);

#endif
