/* SPDX-License-Identifier: MIT */
/* The supervisor: root, reads no message, only keeps the listener and encvoyd-online running with
 * their sockets. Under systemd three units do the same and this is not used. */
#ifndef ENCVOY_ENCVOYD_SUPERVISE_H
#define ENCVOY_ENCVOYD_SUPERVISE_H

#include "encvoyd/paths.h"
#include "sys/localdb.h"

#include <stdbool.h>

struct supervise_options {
	const struct daemon_paths *paths;
	struct local_user listener;
	struct local_user online;
	bool to_stderr;
};

/* Makes directories and sockets, runs both helpers until SIGTERM or SIGINT, hands SIGHUP on, and
 * removes the sockets. The configuration has been checked. Returns an exit status. */
int supervise(const struct supervise_options *o);

#endif
