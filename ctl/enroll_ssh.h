/* SPDX-License-Identifier: MIT */
/* enroll --ssh: sshd's settings and people's homes, as the last step of enrolling a host. */
#ifndef ENCVOY_CTL_ENROLL_SSH_H
#define ENCVOY_CTL_ENROLL_SSH_H

#include <stdbool.h>

/* Both as root; they return the exit status. On: refuses before anybody has signed in here, unless
 * untested; another drop-in in place is replaced with force only. */
int enroll_ssh(bool untested, bool force);
int enroll_ssh_undo(void);

#endif
