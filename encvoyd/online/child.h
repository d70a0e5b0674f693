/* SPDX-License-Identifier: MIT */
/* A child of the template that is handed descriptors: the keys child gets a socket for each login,
 * the spare child gets the one it shall work for. */
#ifndef ENCVOY_ONLINE_CHILD_H
#define ENCVOY_ONLINE_CHILD_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct child {
	pid_t pid;        /* 0: not running */
	int control;      /* -1: not running */
	int64_t start_at; /* when not running: not before */
};
/* The child's own work, with its end of the control socket; it ends when this returns. */
typedef void (*child_main)(int control, void *arg);

/* Whether it is not running and its time has come: a second after the last start, since one that
 * dies at once must not keep the machine busy. */
bool child_is_due(const struct child *c);
/* Starts it under this name, when it is due. */
enum err child_start(struct child *c, const char *name, child_main main, void *arg);
/* Hands fd, which stays the caller's, over; ERR_CLOSED when it is not running. */
enum err child_give(const struct child *c, int fd);
/* Gives it one end of a new socket pair; the caller closes the other, *ret_fd. */
enum err child_connect(const struct child *c, int *ret_fd);
/* Forgets it, because it ended, has got its work, or because a new one is wanted: it finds its
 * control socket closed. */
void child_forget(struct child *c);
/* Milliseconds until one is to be started that is not running; max, or less. -1: for ever. */
int child_wait_ms(const struct child *c, int max);

#endif
