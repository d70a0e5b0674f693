/* SPDX-License-Identifier: MIT */
/* The one table from what happened to what PAM is told. */
#ifndef ENCVOY_PAM_RESULT_H
#define ENCVOY_PAM_RESULT_H

#include "common/err.h"

enum phase {
	PHASE_AUTH,
	PHASE_CRED,
	PHASE_ACCOUNT,
	PHASE_SESSION,
	PHASE_CLOSE,
	PHASE_PASSWORD,
	PHASE_COUNT
};

/* PAM_SUCCESS for ERR_OK alone, PAM_USER_UNKNOWN for ERR_UNKNOWN_USER and ERR_LOCAL_USER alone,
 * PAM_IGNORE never (SEC-03). */
int result_code(enum err e, enum phase phase);
/* How loud it is said in the log: a syslog level, or -1 for what is no event of ours. */
int result_level(enum err e);

#endif
