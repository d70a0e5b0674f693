/* SPDX-License-Identifier: MIT */
/* login_clients: local accounts that may ask for other users' logins, each for one service. */
#ifndef ENCVOY_ENCVOYD_CLIENTS_H
#define ENCVOY_ENCVOYD_CLIENTS_H

#include "common/err.h"
#include "common/proto.h"

#include <stddef.h>
#include <sys/types.h>

struct login_client {
	uid_t uid;
	char service[WORD_MAX];
};

struct login_clients {
	struct login_client *v;
	size_t n;
};

/* Called for an account that /etc/passwd does not have; its pair is left out. */
typedef void (*clients_missing)(const char *user, enum err why);

/* Reads a checked list "USER:SERVICE, ..."; a uid listed twice keeps its first pair. ERR_NOMEM;
 * *ret is written only on success and freed with clients_free. */
enum err clients_parse(const char *list, clients_missing missing, struct login_clients *ret);
void clients_free(struct login_clients *c);
/* The service of a uid, or NULL. */
const char *clients_service(const struct login_clients *c, uid_t uid);

#endif
