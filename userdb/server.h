/* SPDX-License-Identifier: MIT */
/* Clients of a listening AF_UNIX stream socket, in one thread around poll(2). */
#ifndef ENCVOY_USERDB_SERVER_H
#define ENCVOY_USERDB_SERVER_H

#include "common/err.h"

#include <stdint.h>

struct userdb_limits {
	unsigned clients; /* at most SERVER_CLIENTS_MAX */
	unsigned per_uid; /* of each uid but root */
	int64_t idle_ms;  /* neither a whole call nor progress in taking the replies */
};
#define SERVER_CLIENTS_MAX 512
extern const struct userdb_limits userdb_limits_default;

/* Serves until SIGTERM or SIGINT arrives (the caller blocked nothing and set no handlers). An error
 * when the loop cannot go on. */
enum err userdb_serve(int listen_fd, const struct userdb_limits *limits, const char *machine_id);

#endif
