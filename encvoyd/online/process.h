/* SPDX-License-Identifier: MIT */
/* What every process of encvoyd-online does to itself. */
#ifndef ENCVOY_ONLINE_PROCESS_H
#define ENCVOY_ONLINE_PROCESS_H

#include "common/err.h"

#include <sys/types.h>

/* Refuses root; no core dump, not readable through /proc, no new privileges, empty environment,
 * umask 077, descriptors 0 to 2 open and enough of them allowed. */
enum err process_harden(void);
/* Descriptor 3 when it is the one listening SOCK_SEQPACKET socket that LISTEN_FDS announces; to be
 * called before process_harden, which forgets the environment. */
enum err process_listen_fd(int *ret_fd);
/* fork(2). The child (*ret_pid 0) has this name, default signals but for SIGHUP, which waits, and
 * ends when its parent does. */
enum err process_fork(const char *name, pid_t *ret_pid);
/* What ps(1) shows. */
void process_name(const char *name);
/* For a child that a new configuration ends: SIGHUP does, also one that came since the fork. */
void process_end_by_reload(const char *name);

#endif
