/* SPDX-License-Identifier: MIT */
/* A login or account request after it was checked who asks: what remains is what counts. */
#ifndef ENCVOY_ENCVOYD_REQUEST_H
#define ENCVOY_ENCVOYD_REQUEST_H

#include "common/conf.h"
#include "common/proto.h"
#include "encvoyd/conn.h"

enum access {
	ACCESS_NONE,
	ACCESS_ROOT,   /* a module inside sshd, login, sudo ... */
	ACCESS_SELF,   /* a user's own screen locker */
	ACCESS_CLIENT, /* a login_clients account */
};

struct request {
	struct msg_login m;
	enum access access;
	struct service_conf service;
	char login_id[WORD_MAX];
	const char *cached; /* how a kept verdict decided; NULL: none did */
};
void request_free(struct request *q);
#define AUTO_REQUEST CLEANUP(request_free)

/* Reads the fields of a message; ERR_PROTOCOL. The struct was zeroed. */
enum err request_read(struct reader *r, struct request *q);
/* Checks the peer's right and replaces what its kind of access may not choose (SEC-31): arguments
 * count from uid 0 only; for a login client service, rhost and methods are the server's. Then reads
 * the service's configuration. ERR_PERMISSION, ERR_PROTOCOL (no service name), ERR_CONFIG (logged),
 * ERR_NO_METHOD, ERR_NOMEM. */
enum err request_authorise(struct conn *c, struct request *q);

/* One line: what ("login", "account"), who, the outcome and what decided (SEC-25, SEC-35). */
void request_log(const char *what, const struct conn *c, const struct request *q, unsigned method,
    enum err outcome, const struct decision *d);

#endif
