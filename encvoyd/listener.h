/* SPDX-License-Identifier: MIT */
/* The listener: one thread that answers look-ups from the database, forwards logins to
 * encvoyd-online and alone decides them. It waits for nothing but its loop. */
#ifndef ENCVOY_ENCVOYD_LISTENER_H
#define ENCVOY_ENCVOYD_LISTENER_H

#include "encvoyd/paths.h"

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

struct listener_limits {
	size_t conns;         /* open at a time */
	size_t conns_kept;    /* of these for uid 0 alone */
	size_t conns_per_uid; /* for everybody but uid 0 */
	size_t logins;        /* waiting at a time */
	size_t logins_kept;   /* of these for users already known */
	size_t logins_per_rhost;
	size_t logins_per_self; /* of a user for itself */
	int64_t idle_ms;  /* for a connection that says nothing, or is not closed after its end */
	int64_t delay_ms; /* of a RESULT after repeated failures */
};
extern const struct listener_limits listener_limits_default;

struct listener_options {
	const struct daemon_paths *paths;
	struct listener_limits limits;
	int listen_fd;      /* taken over */
	uid_t online_uid;   /* of encvoyd-online; (uid_t)-1: only a socket of uid 0 is trusted */
	const char *passwd; /* NULL: /etc/passwd and /etc/group */
	const char *group;
};

/* Runs until SIGTERM or SIGINT; SIGHUP reloads. Returns an exit status. */
int listener_run(const struct listener_options *o);

#endif
