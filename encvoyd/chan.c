/* SPDX-License-Identifier: MIT */
#include "encvoyd/chan.h"

#include "sys/clock.h"
#include "sys/sock.h"

#include <stdlib.h>
#include <string.h>

/* A packet may carry an answer: wiped whenever it is freed. */
struct packet {
	STAILQ_ENTRY(packet) link;
	size_t len;
	uint8_t bytes[];
};

static void packet_free(struct packet *p)
{
	explicit_bzero(p->bytes, p->len);
	free(p);
}

static void drop_head(struct chan *c)
{
	struct packet *p = STAILQ_FIRST(&c->queue);

	STAILQ_REMOVE_HEAD(&c->queue, link);
	c->queued -= p->len;
	packet_free(p);
}

/* What was sent stays to be read by the other side; what is queued goes as far as it goes. */
static void flush(struct chan *c)
{
	while (!STAILQ_EMPTY(&c->queue)) {
		struct packet *p = STAILQ_FIRST(&c->queue);
		struct buf b;
		enum err e;

		buf_init_fixed(&b, p->bytes, p->len);
		b.len = p->len;
		e = sock_send(c->watch.fd, &b, 0);
		if (e == ERR_TIMEOUT)
			return;
		if (e != ERR_OK) {
			c->broken = e;
			return;
		}
		drop_head(c);
	}
	if (!c->ask_drained)
		loop_change(c->loop, &c->watch, EPOLLIN);
}

static void receive(struct chan *c)
{
	struct secret *storage = c->loop->packet;
	char *bytes = secret_data(storage);
	size_t len = 0;
	enum err e = sock_recv(c->watch.fd, bytes, secret_len(storage), 0, &len);

	if (e == ERR_TIMEOUT)
		return;
	if (e == ERR_OK)
		c->ops->packet(c, bytes, len);
	else
		c->ops->ended(c, e);
	/* c may be gone; the loop is not */
	explicit_bzero(bytes, len < secret_len(storage) ? len : secret_len(storage));
}

/* Calls back at most once: c may be gone afterwards. */
static void on_ready(struct watch *w, uint32_t events)
{
	struct chan *c = w->owner;

	if (events & EPOLLOUT)
		flush(c);
	if (c->broken != ERR_OK) {
		c->ops->ended(c, c->broken);
	} else if (events & (EPOLLIN | EPOLLHUP | EPOLLERR)) {
		receive(c);
	} else if (c->ask_drained && STAILQ_EMPTY(&c->queue)) {
		c->ask_drained = false;
		loop_change(c->loop, &c->watch, EPOLLIN);
		c->ops->drained(c);
	}
}

static void on_deadline(struct timer *t)
{
	struct chan *c = t->owner;

	c->ops->ended(c, c->broken != ERR_OK ? c->broken : ERR_TIMEOUT);
}

enum err chan_open(struct chan *c, struct loop *l, int fd, const struct chan_ops *ops, void *owner)
{
	enum err e;

	*c = (struct chan){.loop = l,
	    .watch = {.fd = fd, .ready = on_ready, .owner = c},
	    .deadline = {.fire = on_deadline, .owner = c},
	    .ops = ops,
	    .queue_max = CHAN_QUEUE_SMALL,
	    .owner = owner};
	STAILQ_INIT(&c->queue);
	e = loop_watch(l, &c->watch, EPOLLIN);
	if (e != ERR_OK)
		close_fd(&c->watch.fd);
	return e;
}

bool chan_is_open(const struct chan *c)
{
	return c->loop && c->watch.fd >= 0;
}

void chan_close(struct chan *c)
{
	if (!chan_is_open(c))
		return;
	loop_disarm(&c->deadline);
	loop_unwatch(c->loop, &c->watch);
	close_fd(&c->watch.fd);
	while (!STAILQ_EMPTY(&c->queue))
		drop_head(c);
}

/* Reports the failure from the loop, soon: the caller is in the middle of something. */
static void fail_later(struct chan *c, enum err why)
{
	c->broken = why;
	loop_arm(c->loop, &c->deadline, clock_mono_ms());
}

static enum err enqueue(struct chan *c, const struct buf *b)
{
	struct packet *p;

	if (b->len > c->queue_max - c->queued)
		return ERR_TOO_LONG;
	p = malloc(sizeof(*p) + b->len);
	if (!p)
		return ERR_NOMEM;
	p->len = b->len;
	memcpy(p->bytes, b->data, b->len);
	STAILQ_INSERT_TAIL(&c->queue, p, link);
	c->queued += b->len;
	loop_change(c->loop, &c->watch, EPOLLIN | EPOLLOUT);
	return ERR_OK;
}

void chan_send(struct chan *c, const struct buf *packet)
{
	enum err e = packet->err;

	if (!chan_is_open(c) || c->broken != ERR_OK)
		return;
	if (e == ERR_OK && STAILQ_EMPTY(&c->queue))
		e = sock_send(c->watch.fd, packet, 0);
	else if (e == ERR_OK)
		e = ERR_TIMEOUT;
	if (e == ERR_TIMEOUT)
		e = enqueue(c, packet);
	if (e != ERR_OK)
		fail_later(c, e);
}

void chan_ask_drained(struct chan *c)
{
	if (!chan_is_open(c))
		return;
	c->ask_drained = true;
	loop_change(c->loop, &c->watch, EPOLLIN | EPOLLOUT);
}

void chan_set_deadline(struct chan *c, int64_t ms)
{
	if (c->broken == ERR_OK)
		loop_arm(c->loop, &c->deadline, clock_mono_ms() + ms);
}

void chan_clear_deadline(struct chan *c)
{
	if (c->broken == ERR_OK)
		loop_disarm(&c->deadline);
}
