/* SPDX-License-Identifier: MIT */
/* A login child's side of its socket to the keys child. */
#ifndef ENCVOY_ONLINE_KEYS_CLIENT_H
#define ENCVOY_ONLINE_KEYS_CLIENT_H

#include "encvoyd/online/network.h"

struct keys_client {
	int fd;       /* to the keys child, -1: there is none; borrowed */
	int watch_fd; /* to the listener: its end ends the waiting; borrowed */
};

/* A source of documents; beside the provider's errors ERR_CANCELLED, ERR_TIMEOUT, and ERR_INTERNAL
 * when the keys child is gone. k must outlive it. */
struct source keys_client_source(struct keys_client *k);

#endif
