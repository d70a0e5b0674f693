/* SPDX-License-Identifier: MIT */
/* One sign-in under way; private to oidc/authcode*.c. */
#ifndef ENCVOY_OIDC_AUTHCODE_INTERNAL_H
#define ENCVOY_OIDC_AUTHCODE_INTERNAL_H

#include "oidc/authcode.h"

#define AUTHCODE_TEXT_LEN 43 /* 256 bits as base64url */

struct authcode {
	struct secret *verifier;
	char state[AUTHCODE_TEXT_LEN + 1];
	char challenge[AUTHCODE_TEXT_LEN + 1];
	char *nonce;
	char *client_id;
	char *redirect_uri;
	char *scope;
	char *issuer;
	bool iss_required;
	uint64_t max_age;
	bool consent;
};

#endif
