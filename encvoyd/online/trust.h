/* SPDX-License-Identifier: MIT */
/* Whom TLS believes: loaded once by the template process and shared by its children, because
 * reading the system's CA bundle for every connection takes longer than the login itself. */
#ifndef ENCVOY_ONLINE_TRUST_H
#define ENCVOY_ONLINE_TRUST_H

#include "common/cleanup.h"
#include "common/err.h"

#include <openssl/types.h>

struct trust {
	X509_STORE *store;
};

/* ca_file: a private CA's PEM file in place of the system's, or NULL. ERR_CONFIG when it cannot be
 * used, ERR_UNSAFE_FILE when somebody else may write it. Free with trust_free in all cases. */
enum err trust_load(const char *ca_file, struct trust *ret);
void trust_free(struct trust *t);

#define AUTO_TRUST CLEANUP(trust_free)

#endif
