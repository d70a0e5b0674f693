/* SPDX-License-Identifier: MIT */
/* Roles as the directory gives them. A person's roles are one text, a role per line, sorted and
 * each once. The REST directory names a role "ROLE" in the first application of api_applications,
 * and "APPLICATION/ROLE" in every application (so also in the first). */
#ifndef ENCVOY_COMMON_ROLE_H
#define ENCVOY_COMMON_ROLE_H

#include "common/str.h"

#define ROLE_MAX_LEN 128
#define ROLES_MAX 8192 /* bytes of one person's text */

/* 1 to ROLE_MAX_LEN printable bytes without blanks, ',' and ':'. */
bool role_ok(struct slice role);
/* Whether a line of roles is exactly this role. */
bool roles_have(const char *roles, const char *role);
/* Whether some line is "APPLICATION/ROLE" for any ROLE but NONE (in the application, without a role
 * there). */
bool roles_have_application(const char *roles, const char *application);

#endif
