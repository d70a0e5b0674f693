/* SPDX-License-Identifier: MIT */
/* Starting a helper process: without privileges, with one listening socket by systemd's protocol;
 * but for encvoyd-evict, which listens to nobody and has to stay root. */
#ifndef ENCVOY_ENCVOYD_CHILD_H
#define ENCVOY_ENCVOYD_CHILD_H

#include "common/err.h"
#include "sys/localdb.h"

#include <stdbool.h>
#include <sys/types.h>

struct child_spec {
	const char *name; /* argv[0] */
	const char *exe;
	struct local_user user;
	int listen_fd;  /* becomes descriptor 3; -1: none */
	bool to_stderr; /* passed on as -d */
	bool root; /* keeps what the program itself gives up (evict_main.c); user is not used */
};

/* The child runs as spec->user with no other group, no capability and no way to get any, no core
 * dumps, and ends when this process does. Signals are unblocked and at their defaults, SIGHUP is
 * ignored. A child that cannot get so far exits with 127 and a log line. */
enum err child_start(const struct child_spec *spec, pid_t *ret_pid);

#endif
