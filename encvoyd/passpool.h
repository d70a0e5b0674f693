/* SPDX-License-Identifier: MIT */
/* Children that compute with passphrases, so that the listener never does: two at most, started
 * with the first job, one job each at a time. A job whose child dies has failed; the next job gets
 * a new child. */
#ifndef ENCVOY_ENCVOYD_PASSPOOL_H
#define ENCVOY_ENCVOYD_PASSPOOL_H

#include "encvoyd/chan.h"
#include "encvoyd/passmsg.h"

#include <stdbool.h>
#include <sys/queue.h>
#include <sys/types.h>

#define POOL_CHILDREN 2
#define POOL_WAITING_MAX 128
#define POOL_JOB_MS 20000 /* a child that takes longer is lost */

struct pool_slot;
struct passpool;

/* Part of its owner's struct, zeroed before first use. */
struct pool_job {
	TAILQ_ENTRY(pool_job) link;
	struct pass_msg m; /* the question, then the answer; freed by the owner */
	/* m.err is the child's, or ERR_INTERNAL when it died. The owner may free the job. */
	void (*done)(struct pool_job *j);
	void *owner;
	struct pool_slot *slot;
	bool waiting;
};

struct pool_slot {
	struct passpool *pool;
	struct chan chan;
	pid_t pid;
	struct pool_job *job;
	bool busy; /* also with a job that was given up */
};

struct passpool {
	struct loop *loop;
	struct pool_slot slots[POOL_CHILDREN];
	TAILQ_HEAD(, pool_job) queue;
	size_t n_waiting;
	struct timer kick; /* a job was submitted */
};

void passpool_init(struct passpool *p, struct loop *loop);
/* Ends the children; no job may be left. */
void passpool_close(struct passpool *p);
/* ERR_TOO_MANY when too many wait; else done() is called later, never from here. */
enum err passpool_submit(struct passpool *p, struct pool_job *j);
/* Fine for a job that is not with the pool. done() will not be called. */
void passpool_cancel(struct passpool *p, struct pool_job *j);

#endif
