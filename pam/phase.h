/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_PAM_PHASE_H
#define ENCVOY_PAM_PHASE_H

#include "pam/result.h"

#include <security/pam_modules.h>

/* Everything behind an entry point: whose call is it, local users first, then the phase's own work,
 * and the result table at the end. */
int phase_run(pam_handle_t *pamh, enum phase phase, int flags, int argc, const char **argv);

#endif
