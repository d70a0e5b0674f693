/* SPDX-License-Identifier: MIT */
/* The template's side of the keys child: starts it, starts it anew when it died, and gives each
 * login a socket to it. */
#ifndef ENCVOY_ONLINE_KEYS_PROC_H
#define ENCVOY_ONLINE_KEYS_PROC_H

#include "common/err.h"

#include <stdint.h>
#include <sys/types.h>

struct keys_proc {
	pid_t pid;        /* 0: not running */
	int control;      /* -1: not running */
	int64_t start_at; /* when not running: not before */
};
/* The keys child's own work, with its end of the control socket; never returns. */
typedef void (*keys_main)(int control, void *arg);

/* Starts it when it is not running and its time has come. */
enum err keys_proc_start(struct keys_proc *k, keys_main main, void *arg);
/* Forgets it, because it ended or because a new one is wanted: it then serves those who hold a
 * socket to it and ends after the last of them. */
void keys_proc_forget(struct keys_proc *k);
/* A socket on which a login may ask it; the caller closes it. */
enum err keys_proc_connect(const struct keys_proc *k, int *ret_fd);

#endif
