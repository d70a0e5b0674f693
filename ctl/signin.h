/* SPDX-License-Identifier: MIT */
/* A person's sign-in by browser, for `token` and `enroll`: the address shown (and opened), the
 * answer received on a loopback port or pasted, the ID token verified. Everything said goes to
 * standard error. */
#ifndef ENCVOY_CTL_SIGNIN_H
#define ENCVOY_CTL_SIGNIN_H

#include "encvoyd/online/codeflow.h"

#include <stdbool.h>

struct signin {
	struct idp *idp;   /* open */
	const char *nonce; /* NULL: a random one */
	bool paste;        /* do not listen, ask for the answer */
	bool no_browser;   /* only show the address */
	bool leavable;     /* the end of input ends it, as ERR_NO_ANSWER */
	int64_t deadline;  /* of clock_mono_ms() */
};

/* Free tokens and claims in all cases. */
enum err signin_run(
    const struct signin *s, struct token_reply *ret_tokens, struct claims **ret_claims);

#endif
