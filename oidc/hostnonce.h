/* SPDX-License-Identifier: MIT */
/* The nonce of an ID token that is bound to one host (SEC-10): "h1." host "." 128 random bits. It
 * is short, for the whole token has to fit the 1024 bytes that sshd reads. */
#ifndef ENCVOY_OIDC_HOSTNONCE_H
#define ENCVOY_OIDC_HOSTNONCE_H

#include "common/err.h"

#include <stddef.h>
#include <stdint.h>

#define HOSTNONCE_RANDOM_LEN 16
#define HOSTNONCE_HOST_MAX 200
#define HOSTNONCE_SIZE (3 + HOSTNONCE_HOST_MAX + 1 + 22 + 1)

/* Writes the nonce for host into ret (HOSTNONCE_SIZE bytes). The host is lower-cased; ERR_BAD_NAME
 * unless it is a name of DNS labels ([A-Za-z0-9_-], joined by dots) or too long. */
enum err hostnonce_make(const char *host, const uint8_t random[HOSTNONCE_RANDOM_LEN], char *ret);
/* ERR_OK when nonce is one for this host (case ignored; compared in constant time),
 * ERR_WRONG_HOST for another host's, ERR_WRONG_NONCE for anything else, NULL included. */
enum err hostnonce_check(const char *nonce, const char *host);

#endif
