/* SPDX-License-Identifier: MIT */
/* What the kernel says of a process, in /proc. */
#ifndef ENCVOY_SYS_PROCESS_H
#define ENCVOY_SYS_PROCESS_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define AUDIT_NONE UINT32_MAX /* no login session: never set, or a kernel without audit */

struct process {
	pid_t pid;
	pid_t parent;
	pid_t leader;     /* of its kernel session: who opened the terminal */
	uint64_t started; /* with pid: never the same for two processes */
	uint32_t session; /* the audit session, inherited from the login (pam_loginuid) */
};

/* ERR_NOT_FOUND when there is no such process, it has ended, or it may not be seen; ERR_SYNTAX,
 * ERR_IO. */
enum err process_read(pid_t pid, struct process *ret);
/* The process at the other end of a connected AF_UNIX socket, as it is now: read while it certainly
 * lived, so never of a later one with its number. Results as above. */
enum err process_of_peer(int fd, struct process *ret);
/* Whether both are the same process. */
bool process_is(const struct process *a, const struct process *b);

/* The text of /proc/PID/stat; session is left alone. ERR_SYNTAX, ERR_NOT_FOUND for a zombie. */
enum err process_parse_stat(const char *text, size_t len, struct process *ret);

#endif
