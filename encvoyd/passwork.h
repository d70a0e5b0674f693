/* SPDX-License-Identifier: MIT */
/* A passphrase child: takes one job after the other from its socket, and can do nothing else. */
#ifndef ENCVOY_ENCVOYD_PASSWORK_H
#define ENCVOY_ENCVOYD_PASSWORK_H

#include "encvoyd/passmsg.h"

/* Does a job in place: m becomes its answer. */
void passwork_do(struct pass_msg *m);
/* Gives up what a child does not need: all descriptors but fd (which becomes 3), core dumps, and by
 * seccomp all system calls but those of computing and of reading files: no socket, no process, no
 * file for writing. ERR_IO when any of it fails. */
enum err passwork_confine(int *fd);
/* Confines this process and works until the socket ends. Never returns. */
_Noreturn void passwork_run(int fd);

#endif
