/* SPDX-License-Identifier: MIT */
/* A module that asks for a password as pam_unix does, leaves it behind and decides nothing. */
#include <security/pam_ext.h>
#include <security/pam_modules.h>
#include <stddef.h>

__attribute__((visibility("default"))) int pam_sm_authenticate(
    pam_handle_t *pamh, int flags, int argc, const char **argv)
{
	const char *unused = NULL;

	(void)flags, (void)argc, (void)argv;
	(void)pam_get_authtok(pamh, PAM_AUTHTOK, &unused, "First: ");
	return PAM_IGNORE;
}
