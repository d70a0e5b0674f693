/* SPDX-License-Identifier: MIT */
#include "pam/result.h"

#include <security/_pam_types.h>
#include <syslog.h>

/* Broken is what an error is that nobody has thought about. */
enum outcome {
	BROKEN = 0,
	GRANTED,
	NOT_OURS,
	UNAVAILABLE, /* another time, or another module */
	MISCONFIGURED,
	NO_RIGHT,     /* the calling program may not ask this */
	NOT_PROVEN,   /* the person has not shown who they are */
	NOT_ADMITTED, /* who they are is not enough */
	TOO_OLD,
	OUTCOME_COUNT
};

static const unsigned char outcomes[ERR_COUNT] = {
    [ERR_OK] = GRANTED,
    /* this program and this machine */
    [ERR_INTERNAL] = BROKEN,
    [ERR_NOMEM] = BROKEN,
    [ERR_IO] = BROKEN,
    [ERR_TIMEOUT] = NOT_PROVEN,
    [ERR_CLOSED] = UNAVAILABLE,
    [ERR_CANCELLED] = UNAVAILABLE,
    [ERR_SYNTAX] = BROKEN,
    [ERR_RANGE] = BROKEN,
    [ERR_TOO_LONG] = BROKEN,
    [ERR_NOT_FOUND] = BROKEN,
    [ERR_EXISTS] = BROKEN,
    [ERR_PERMISSION] = NO_RIGHT,
    [ERR_CONFIG] = MISCONFIGURED,
    [ERR_UNSAFE_FILE] = UNAVAILABLE,
    [ERR_PROTOCOL] = BROKEN,
    [ERR_VERSION] = UNAVAILABLE,
    [ERR_NO_DAEMON] = UNAVAILABLE,
    /* the decision about a user */
    [ERR_UNKNOWN_USER] = NOT_OURS,
    [ERR_LOCAL_USER] = NOT_OURS,
    [ERR_WRONG_USER] = NOT_PROVEN,
    [ERR_NOT_ALLOWED] = NOT_ADMITTED,
    [ERR_NO_NAME] = NOT_ADMITTED,
    [ERR_BAD_NAME] = NOT_ADMITTED,
    [ERR_NAME_RESERVED] = NOT_ADMITTED,
    [ERR_NAME_TAKEN] = NOT_ADMITTED,
    [ERR_BAD_SUB] = NOT_ADMITTED,
    [ERR_ID_RANGE] = NOT_ADMITTED,
    [ERR_BLOCKED] = NOT_ADMITTED,
    [ERR_DELETED] = NOT_ADMITTED,
    [ERR_LOGIN_TOO_OLD] = TOO_OLD,
    [ERR_TOO_MANY] = UNAVAILABLE,
    [ERR_SUPERSEDED] = NOT_PROVEN,
    [ERR_NO_METHOD] = UNAVAILABLE,
    [ERR_NO_ANSWER] = NOT_PROVEN,
    /* tokens */
    [ERR_BAD_TOKEN] = NOT_PROVEN,
    [ERR_CUT_OFF] = NOT_PROVEN,
    [ERR_BAD_BASE64] = NOT_PROVEN,
    [ERR_BAD_JSON] = NOT_PROVEN,
    [ERR_BAD_HEADER] = NOT_PROVEN,
    [ERR_BAD_ALG] = NOT_PROVEN,
    [ERR_BAD_KEY] = NOT_PROVEN,
    [ERR_UNKNOWN_KEY] = NOT_PROVEN,
    [ERR_BAD_SIGNATURE] = NOT_PROVEN,
    [ERR_WRONG_ISSUER] = NOT_PROVEN,
    [ERR_WRONG_AUDIENCE] = NOT_PROVEN,
    [ERR_EXPIRED] = NOT_PROVEN,
    [ERR_NOT_YET_VALID] = NOT_PROVEN,
    [ERR_BAD_CLAIM] = NOT_PROVEN,
    [ERR_WRONG_NONCE] = NOT_PROVEN,
    [ERR_WRONG_HOST] = NOT_PROVEN,
    [ERR_USED_TOKEN] = NOT_PROVEN,
    [ERR_TOKEN_TOO_OLD] = NOT_PROVEN,
    [ERR_BAD_AT_HASH] = NOT_PROVEN,
    [ERR_TOKEN_INACTIVE] = NOT_PROVEN,
    [ERR_SUB_MISMATCH] = NOT_PROVEN,
    [ERR_AUTH_TOO_OLD] = NOT_PROVEN,
    [ERR_TOKEN_KIND] = NOT_PROVEN,
    /* the provider */
    [ERR_PROVIDER_UNREACHABLE] = UNAVAILABLE,
    [ERR_PROVIDER_ERROR] = UNAVAILABLE,
    [ERR_ACCESS_DENIED] = NOT_PROVEN,
    [ERR_BAD_CLIENT] = UNAVAILABLE,
    [ERR_CODE_EXPIRED] = NOT_PROVEN,
    [ERR_BAD_CODE] = NOT_PROVEN,
    [ERR_BAD_STATE] = NOT_PROVEN,
    [ERR_FOREIGN_ENDPOINT] = UNAVAILABLE,
    [ERR_TLS] = UNAVAILABLE,
    /* the directory */
    [ERR_WRONG_FLEET] = UNAVAILABLE,
    [ERR_OLD_SERIAL] = UNAVAILABLE,
    [ERR_BAD_DIGEST] = UNAVAILABLE,
    [ERR_DIRECTORY_EXPIRED] = UNAVAILABLE,
    [ERR_DROPPED] = NOT_ADMITTED,
    [ERR_BAD_LOGIN] = UNAVAILABLE,
};
_Static_assert(ERR_BAD_LOGIN + 1 == ERR_COUNT, "a new error: say above what it means to PAM");

/* auth, cred, account, session, password */
static const unsigned char codes[OUTCOME_COUNT][PHASE_COUNT] = {
    [BROKEN] = {PAM_SYSTEM_ERR, PAM_CRED_ERR, PAM_SYSTEM_ERR, PAM_SESSION_ERR, PAM_AUTHTOK_ERR},
    [GRANTED] = {PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS, PAM_SUCCESS},
    [NOT_OURS] = {PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN,
	PAM_USER_UNKNOWN},
    [UNAVAILABLE] = {PAM_AUTHINFO_UNAVAIL, PAM_CRED_UNAVAIL, PAM_AUTHINFO_UNAVAIL, PAM_SESSION_ERR,
	PAM_AUTHTOK_ERR},
    [MISCONFIGURED] = {PAM_SERVICE_ERR, PAM_CRED_ERR, PAM_SERVICE_ERR, PAM_SESSION_ERR,
	PAM_AUTHTOK_ERR},
    [NO_RIGHT] = {PAM_CRED_INSUFFICIENT, PAM_CRED_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR,
	PAM_AUTHTOK_ERR},
    [NOT_PROVEN] = {PAM_AUTH_ERR, PAM_CRED_ERR, PAM_AUTH_ERR, PAM_SESSION_ERR, PAM_AUTHTOK_ERR},
    [NOT_ADMITTED] = {PAM_PERM_DENIED, PAM_CRED_ERR, PAM_PERM_DENIED, PAM_SESSION_ERR,
	PAM_AUTHTOK_ERR},
    [TOO_OLD] = {PAM_AUTH_ERR, PAM_CRED_EXPIRED, PAM_ACCT_EXPIRED, PAM_SESSION_ERR,
	PAM_AUTHTOK_ERR},
};

static enum outcome outcome_of(enum err e)
{
	return (unsigned)e < ERR_COUNT ? (enum outcome)outcomes[e] : BROKEN;
}

int result_code(enum err e, enum phase phase)
{
	int code = (unsigned)phase < PHASE_COUNT ? codes[outcome_of(e)][phase] : PAM_SYSTEM_ERR;

	/* whatever becomes of the tables */
	return code == PAM_SUCCESS && e != ERR_OK ? PAM_SYSTEM_ERR : code;
}

int result_level(enum err e)
{
	switch (outcome_of(e)) {
	case GRANTED:
	case NOT_OURS:
		return -1;
	case NOT_PROVEN:
	case NOT_ADMITTED:
	case TOO_OLD:
		return LOG_NOTICE;
	default:
		return LOG_ERR;
	}
}
