/* SPDX-License-Identifier: MIT */
/* The template process: holds what every login needs (configuration, CA store, initialised
 * libraries), accepts the listener's connections and has a child for each, which reads what it is
 * to do (work.h). It never touches the network and never reads a message. */
#ifndef ENCVOY_ONLINE_TEMPLATE_H
#define ENCVOY_ONLINE_TEMPLATE_H

#include "common/conf.h"
#include "common/err.h"
#include "encvoyd/online/child.h"
#include "encvoyd/online/trust.h"

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define TEMPLATE_CHILDREN_MAX 1100

struct template
{
	int listen_fd;
	int signal_fd;
	struct conf conf;
	struct trust trust;
	uid_t listener_uid; /* who may connect, besides root */
	bool stopping;
	struct child keys;
	struct child spare;                         /* for the next connection */
	pid_t children[TEMPLATE_CHILDREN_MAX + 16]; /* a few more for keys children let go */
	size_t n_children;
};

/* Configuration, CA store and the listener's uid; on failure, which is logged, *t keeps what it
 * had. For the start and for SIGHUP. */
enum err template_load(struct template *t);
/* Serves until SIGTERM or SIGINT, then ends the children. ERR_OK, or why it cannot go on. Takes
 * listen_fd over. */
enum err template_run(struct template *t);

#endif
