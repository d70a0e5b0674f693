/* SPDX-License-Identifier: MIT */
/* SEC-45: every error in every phase, written down a second time. */
#include "pam/result.h"

#include "tests/unit/tap.h"

#include <security/_pam_types.h>
#include <syslog.h>

static const struct {
	enum err err;
	int auth;
	int account;
} expected[] = {
    {ERR_OK, PAM_SUCCESS, PAM_SUCCESS},
    {ERR_INTERNAL, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_NOMEM, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_IO, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_TIMEOUT, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_CLOSED, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_CANCELLED, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_SYNTAX, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_RANGE, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_TOO_LONG, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_NOT_FOUND, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_EXISTS, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_PERMISSION, PAM_CRED_INSUFFICIENT, PAM_PERM_DENIED},
    {ERR_CONFIG, PAM_SERVICE_ERR, PAM_SERVICE_ERR},
    {ERR_UNSAFE_FILE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_PROTOCOL, PAM_SYSTEM_ERR, PAM_SYSTEM_ERR},
    {ERR_VERSION, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_NO_DAEMON, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_UNKNOWN_USER, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN},
    {ERR_LOCAL_USER, PAM_USER_UNKNOWN, PAM_USER_UNKNOWN},
    {ERR_WRONG_USER, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_NOT_ALLOWED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_NO_NAME, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_BAD_NAME, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_NAME_RESERVED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_NAME_TAKEN, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_BAD_SUB, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_ID_RANGE, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_BLOCKED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_DELETED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_LOGIN_TOO_OLD, PAM_AUTH_ERR, PAM_ACCT_EXPIRED},
    {ERR_TOO_MANY, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_SUPERSEDED, PAM_MAXTRIES, PAM_AUTH_ERR},
    {ERR_NO_METHOD, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_NO_ANSWER, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_TOKEN, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_CUT_OFF, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_BASE64, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_JSON, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_HEADER, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_ALG, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_KEY, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_UNKNOWN_KEY, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_SIGNATURE, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_WRONG_ISSUER, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_WRONG_AUDIENCE, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_EXPIRED, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_NOT_YET_VALID, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_CLAIM, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_WRONG_NONCE, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_WRONG_HOST, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_USED_TOKEN, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_TOKEN_TOO_OLD, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_AT_HASH, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_TOKEN_INACTIVE, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_SUB_MISMATCH, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_AUTH_TOO_OLD, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_TOKEN_KIND, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_PROVIDER_UNREACHABLE, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_PROVIDER_ERROR, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_ACCESS_DENIED, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_CLIENT, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_CODE_EXPIRED, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_CODE, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_BAD_STATE, PAM_AUTH_ERR, PAM_AUTH_ERR},
    {ERR_FOREIGN_ENDPOINT, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_TLS, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_WRONG_FLEET, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_OLD_SERIAL, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_BAD_DIGEST, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_DIRECTORY_EXPIRED, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_DROPPED, PAM_PERM_DENIED, PAM_PERM_DENIED},
    {ERR_BAD_LOGIN, PAM_AUTHINFO_UNAVAIL, PAM_AUTHINFO_UNAVAIL},
    {ERR_BAD_PASSPHRASE, PAM_AUTH_ERR, PAM_AUTH_ERR},
};
_Static_assert(sizeof(expected) / sizeof(expected[0]) == ERR_COUNT, "every error has its line");

static void pinned(void)
{
	for (size_t i = 0; i < ERR_COUNT; i++) {
		is_int(expected[i].err, i, "SEC-45: line %zu is its error's", i);
		is_int(result_code(expected[i].err, PHASE_AUTH), expected[i].auth,
		    "SEC-45: auth, %s", err_word(expected[i].err));
		is_int(result_code(expected[i].err, PHASE_ACCOUNT), expected[i].account,
		    "SEC-45: account, %s", err_word(expected[i].err));
	}
}

/* The other phases decide little: success, not ours, or their own kind of failure. */
static void other_phases(void)
{
	static const struct {
		enum phase phase;
		int failure;
	} phases[] = {{PHASE_SESSION, PAM_SESSION_ERR}, {PHASE_CLOSE, PAM_SESSION_ERR},
	    {PHASE_PASSWORD, PAM_AUTHTOK_ERR}};
	bool cred = true;

	for (size_t p = 0; p < sizeof(phases) / sizeof(phases[0]); p++)
		for (unsigned e = 0; e < ERR_COUNT; e++)
			is_int(result_code((enum err)e, phases[p].phase),
			    e == ERR_OK                                    ? PAM_SUCCESS
			    : e == ERR_UNKNOWN_USER || e == ERR_LOCAL_USER ? PAM_USER_UNKNOWN
									   : phases[p].failure,
			    "SEC-45: phase %u, %s", phases[p].phase, err_word((enum err)e));
	for (unsigned e = 0; e < ERR_COUNT; e++) {
		int rc = result_code((enum err)e, PHASE_CRED);

		cred = cred &&
		       (rc == PAM_CRED_ERR || rc == PAM_CRED_UNAVAIL || rc == PAM_CRED_EXPIRED ||
			   e == ERR_OK || e == ERR_UNKNOWN_USER || e == ERR_LOCAL_USER);
	}
	ok(cred, "SEC-45: setcred fails in its own ways");
}

/* SEC-03, over everything that an int can hold near the table. */
static void closed(void)
{
	bool success = true, ignore = true, unknown = true;

	for (int e = -1000; e < 70000; e++)
		for (int p = -3; p < PHASE_COUNT + 3; p++) {
			int rc = result_code((enum err)e, (enum phase)p);

			success = success && (rc != PAM_SUCCESS || e == ERR_OK);
			ignore = ignore && rc != PAM_IGNORE && rc != PAM_NEW_AUTHTOK_REQD;
			unknown = unknown && (rc != PAM_USER_UNKNOWN || e == ERR_UNKNOWN_USER ||
						 e == ERR_LOCAL_USER);
		}
	ok(success, "SEC-03: nothing but ERR_OK is PAM_SUCCESS");
	ok(ignore, "SEC-03: nothing is PAM_IGNORE, and nobody is told to change a password");
	ok(unknown, "SEC-03: only users that are not ours are PAM_USER_UNKNOWN");
	is_int(result_code(ERR_OK, PHASE_COUNT), PAM_SYSTEM_ERR, "SEC-03: no success in no phase");
}

static void loudness(void)
{
	is_int(result_level(ERR_OK), -1, "success is the daemon's to log");
	is_int(result_level(ERR_LOCAL_USER), -1, "local users are nobody's business");
	is_int(result_level(ERR_WRONG_USER), LOG_NOTICE, "a refusal is noticed");
	is_int(result_level(ERR_NO_DAEMON), LOG_ERR, "what needs an administrator is an error");
	is_int(result_level((enum err)9999), LOG_ERR, "and so is what nobody knows");
}

int main(void)
{
	pinned();
	other_phases();
	closed();
	loudness();
	return tap_done();
}
