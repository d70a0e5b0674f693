/* SPDX-License-Identifier: MIT */
/* What one call of a PAM entry point is about. */
#ifndef ENCVOY_PAM_REQUEST_H
#define ENCVOY_PAM_REQUEST_H

#include "common/proto.h"
#include "pam/result.h"

#include <security/pam_modules.h>
#include <stdbool.h>

struct request {
	pam_handle_t *pamh;
	enum phase phase;
	unsigned flags;  /* as PAM gave them */
	bool silent;     /* PAM_SILENT */
	bool token_only; /* methods= names what is typed and nothing else: nobody reads messages */
	const char *prompt; /* of a token_only login, in English */
	struct msg_login m;
	struct msg_result result; /* what the daemon said */
};

/* Whether the name may be ours: ERR_OK, ERR_UNKNOWN_USER, ERR_LOCAL_USER, or ERR_IO when that
 * cannot be known. No name of a local user ever gets further than this (SEC-46), but for those in
 * local-users (sys/locallists.h). */
enum err request_user(struct request *q, const char *name);
/* Checks the arguments and takes them. ERR_CONFIG (logged), ERR_NOMEM. */
enum err request_args(struct request *q, int argc, const char *const *argv);
/* Service, remote host, terminal and flags. ERR_TOO_LONG, ERR_INTERNAL. */
enum err request_items(struct request *q);

static inline void request_free(struct request *q)
{
	msg_login_free(&q->m);
}

#endif
