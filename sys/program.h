/* SPDX-License-Identifier: MIT */
/* Which program this process runs. */
#ifndef ENCVOY_SYS_PROGRAM_H
#define ENCVOY_SYS_PROGRAM_H

#include <stdbool.h>

/* One of OpenSSH's server programs (sshd, sshd-session, sshd-auth), by the name of the executable.
 * Changes errno. */
bool program_is_sshd(void);

#endif
