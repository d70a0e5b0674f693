/* SPDX-License-Identifier: MIT */
/* The authorization code flow without a person: an address to open, and what a code is worth. Used
 * by the browser method and by encvoyctl token. */
#ifndef ENCVOY_ONLINE_CODEFLOW_H
#define ENCVOY_ONLINE_CODEFLOW_H

#include "encvoyd/online/idp.h"
#include "oidc/authcode.h"

#define CODEFLOW_SCOPE "openid"
#define CODEFLOW_SCOPE_PROFILE \
	"openid profile" /* names in the ID token, as far as they are public */
#define CODEFLOW_SCOPE_OFFLINE "openid offline_access" /* needs the consent asked for */

struct codeflow {
	struct authcode *code;
	char *address;
	bool pushed;  /* the address is short, and must be opened soon */
	int64_t made; /* clock_mono_ms() */
};

/* A fresh address, by a pushed request where the provider offers that. redirect_uri NULL: the
 * service's; nonce NULL: a random one. Needs an open idp. ERR_NO_METHOD when the provider has no
 * authorization endpoint. The caller frees with codeflow_free. */
enum err codeflow_start(
    struct idp *p, const char *redirect_uri, const char *nonce, struct codeflow *ret);
/* Wipes and frees; a zeroed struct is fine. */
void codeflow_free(struct codeflow *f);

/* Redeems a code and verifies the ID token that comes with it. ERR_BAD_CODE for one that is wrong,
 * used or expired. Free the tokens and claims in all cases; ret_tokens may be NULL. */
enum err codeflow_redeem(struct idp *p, const struct codeflow *f, const struct secret *code,
    struct token_reply *ret_tokens, struct claims **ret_claims);

#define AUTO_CODEFLOW CLEANUP(codeflow_free)

#endif
