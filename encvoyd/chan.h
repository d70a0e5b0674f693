/* SPDX-License-Identifier: MIT */
/* One end of a SOCK_SEQPACKET connection in the loop: packets in, packets out, a deadline. Nothing
 * here waits: what the other side does not take at once is queued, and one that does not read is
 * given up. */
#ifndef ENCVOY_ENCVOYD_CHAN_H
#define ENCVOY_ENCVOYD_CHAN_H

#include "common/buf.h"
#include "common/err.h"
#include "encvoyd/loop.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

struct chan;
struct packet;

struct chan_ops {
	/* One packet, valid during the call. The channel may be closed and freed in it. */
	void (*packet)(struct chan *c, const void *bytes, size_t len);
	/* The end: ERR_CLOSED by the other side, ERR_TIMEOUT at the deadline, ERR_PROTOCOL for a
	 * packet too large, ERR_TOO_LONG for one that does not read, ERR_IO. The handler closes
	 * the channel. */
	void (*ended)(struct chan *c, enum err why);
	/* The answer to chan_ask_drained; NULL where that is not used. */
	void (*drained)(struct chan *c);
};

struct chan {
	struct loop *loop;
	struct watch watch;
	struct timer deadline;
	const struct chan_ops *ops;
	STAILQ_HEAD(, packet) queue;
	size_t queued;    /* bytes */
	size_t queue_max; /* bytes that may wait for a slow reader */
	enum err broken;  /* why sending failed; ended() follows */
	bool ask_drained;
	void *owner;
};

/* Replies to look-ups, and a conversation's texts and answers. */
#define CHAN_QUEUE_SMALL 8192
#define CHAN_QUEUE_LOGIN 131072

/* Takes the descriptor over (closing it on failure, too). */
enum err chan_open(struct chan *c, struct loop *l, int fd, const struct chan_ops *ops, void *owner);
/* Closes and wipes what was queued; fine for a zeroed or closed one. */
void chan_close(struct chan *c);
bool chan_is_open(const struct chan *c);

/* Sends or queues. Never calls back: a failure is reported by ended() in a later step, so the
 * result may be ignored. */
void chan_send(struct chan *c, const struct buf *packet);
/* Calls drained() once, from a later step, when nothing is queued any more. */
void chan_ask_drained(struct chan *c);

/* ended(ERR_TIMEOUT) that many milliseconds from now; a later call replaces an earlier one. */
void chan_set_deadline(struct chan *c, int64_t ms);
void chan_clear_deadline(struct chan *c);

#endif
