/* SPDX-License-Identifier: MIT */
/* pam_encvoy.so: what PAM calls. */
#include "pam/phase.h"

#define EXPORT __attribute__((visibility("default")))

EXPORT int pam_sm_authenticate(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return phase_run(pamh, PHASE_AUTH, flags, argc, argv);
}

EXPORT int pam_sm_setcred(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return phase_run(pamh, PHASE_CRED, flags, argc, argv);
}

EXPORT int pam_sm_acct_mgmt(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return phase_run(pamh, PHASE_ACCOUNT, flags, argc, argv);
}

EXPORT int pam_sm_open_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return phase_run(pamh, PHASE_SESSION, flags, argc, argv);
}

EXPORT int pam_sm_close_session(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return phase_run(pamh, PHASE_CLOSE, flags, argc, argv);
}

EXPORT int pam_sm_chauthtok(pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	return phase_run(pamh, PHASE_PASSWORD, flags, argc, argv);
}
