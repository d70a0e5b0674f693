/* SPDX-License-Identifier: MIT */
/* The listener's event loop: descriptors and timers, one thread. Each step handles one event, so
 * that a handler may close and free any connection, its own included. */
#ifndef ENCVOY_ENCVOYD_LOOP_H
#define ENCVOY_ENCVOYD_LOOP_H

#include "common/err.h"
#include "common/secret.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/epoll.h>
#include <sys/queue.h>

/* A descriptor to be watched; part of its owner's struct. */
struct watch {
	int fd;
	void (*ready)(struct watch *w, uint32_t events);
	void *owner;
};

/* A moment on clock_mono_ms(); part of its owner's struct, zeroed before first use. */
struct timer {
	LIST_ENTRY(timer) link;
	int64_t due;
	bool armed;
	void (*fire)(struct timer *t); /* disarmed before the call */
	void *owner;
};

struct loop {
	int epoll;
	LIST_HEAD(, timer) timers;
	int64_t next_due;      /* no timer is due before this */
	struct secret *packet; /* PROTO_MAX bytes for the packet being received */
};

enum err loop_init(struct loop *l);
void loop_free(struct loop *l);

enum err loop_watch(struct loop *l, struct watch *w, uint32_t events);
void loop_change(struct loop *l, struct watch *w, uint32_t events);
/* Fine for one that is not watched. Does not close the descriptor. */
void loop_unwatch(struct loop *l, struct watch *w);

/* Arms, or moves an armed one. */
void loop_arm(struct loop *l, struct timer *t, int64_t due);
void loop_disarm(struct timer *t);

/* Waits for the next event and handles it. ERR_IO when waiting itself fails. */
enum err loop_step(struct loop *l);

#endif
