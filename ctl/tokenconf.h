/* SPDX-License-Identifier: MIT */
/* Where `token` gets issuer, client and CA from: the command line, and for what it does not say
 * this host's configuration where there is one that may be read. */
#ifndef ENCVOY_CTL_TOKENCONF_H
#define ENCVOY_CTL_TOKENCONF_H

#include "common/conf.h"

struct token_choice {
	const char *issuer; /* each NULL: the configuration's */
	const char *client_id;
	const char *ca_file;
	const char *redirect_uri;
};

/* Complains and fails when nothing usable comes of it. Free *ret with conf_free in all cases. */
enum err tokenconf_make(const struct token_choice *choice, struct conf *ret);

#endif
