/* SPDX-License-Identifier: MIT */
#include "encvoyd/passpool.h"

#include "encvoyd/log.h"
#include "encvoyd/passwork.h"
#include "sys/clock.h"
#include "sys/file.h"

#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void hand_out(struct passpool *p);

static void end_child(struct pool_slot *s)
{
	chan_close(&s->chan);
	s->busy = false;
	if (s->pid <= 0)
		return;
	(void)kill(s->pid, SIGKILL);
	(void)waitpid(s->pid, NULL, 0);
	s->pid = 0;
}

static void finish(struct pool_slot *s, enum err failure)
{
	struct pool_job *j = s->job;

	s->job = NULL;
	if (!j)
		return;
	j->slot = NULL;
	if (failure != ERR_OK) {
		passmsg_free(&j->m);
		j->m.err = failure;
	}
	j->done(j);
}

static void on_packet(struct chan *chan, const void *bytes, size_t len)
{
	struct pool_slot *s = chan->owner;
	enum err e = s->busy ? ERR_OK : ERR_PROTOCOL;

	if (e == ERR_OK && s->job) {
		passmsg_free(&s->job->m);
		e = passmsg_get(bytes, len, &s->job->m);
	}
	if (e == ERR_OK) {
		s->busy = false;
		chan_clear_deadline(chan);
	} else {
		end_child(s);
	}
	finish(s, e == ERR_OK ? ERR_OK : ERR_INTERNAL);
}

static void on_ended(struct chan *chan, enum err why)
{
	struct pool_slot *s = chan->owner;

	log_line(LOG_ERR, "a passphrase child is lost: %s", err_text(why));
	end_child(s);
	finish(s, ERR_INTERNAL);
}

/* The listener's own hand_out follows every step that ends a job. */
static void packet_then_next(struct chan *chan, const void *bytes, size_t len)
{
	struct pool_slot *s = chan->owner;
	struct passpool *p = s->pool;

	on_packet(chan, bytes, len);
	hand_out(p);
}

static void ended_then_next(struct chan *chan, enum err why)
{
	struct pool_slot *s = chan->owner;
	struct passpool *p = s->pool;

	on_ended(chan, why);
	hand_out(p);
}

static const struct chan_ops pool_ops = {packet_then_next, ended_then_next, NULL};

static enum err start_child(struct passpool *p, struct pool_slot *s)
{
	int fds[2];
	enum err e;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return ERR_IO;
	s->pid = fork();
	if (s->pid == 0)
		passwork_run(fds[1]);
	(void)close(fds[1]);
	if (s->pid < 0) {
		(void)close(fds[0]);
		return ERR_IO;
	}
	s->pool = p;
	e = chan_open(&s->chan, p->loop, fds[0], &pool_ops, s);
	if (e != ERR_OK)
		end_child(s);
	else
		s->chan.queue_max = PROTO_MAX;
	return e;
}

static void give(struct pool_slot *s, struct pool_job *j)
{
	AUTO_BUF struct buf b = {0};

	buf_init_secret(&b, PROTO_MAX);
	passmsg_put(&b, &j->m);
	s->busy = true;
	s->job = j;
	j->slot = s;
	chan_set_deadline(&s->chan, POOL_JOB_MS);
	chan_send(&s->chan, &b);
}

static struct pool_slot *find_free(struct passpool *p)
{
	struct pool_slot *room = NULL;

	for (size_t i = 0; i < POOL_CHILDREN; i++) {
		struct pool_slot *s = &p->slots[i];

		if (!s->pid)
			room = room ? room : s;
		else if (!s->busy)
			return s;
	}
	return room && start_child(p, room) == ERR_OK ? room : NULL;
}

static bool any_busy(const struct passpool *p)
{
	for (size_t i = 0; i < POOL_CHILDREN; i++)
		if (p->slots[i].busy)
			return true;
	return false;
}

static void take_from_queue(struct passpool *p, struct pool_job *j)
{
	TAILQ_REMOVE(&p->queue, j, link);
	j->waiting = false;
	p->n_waiting--;
}

static void hand_out(struct passpool *p)
{
	struct pool_job *j;

	while ((j = TAILQ_FIRST(&p->queue))) {
		struct pool_slot *s = find_free(p);

		if (s) {
			take_from_queue(p, j);
			give(s, j);
		} else if (any_busy(p)) {
			return;
		} else {
			log_line(LOG_ERR, "no passphrase child can be started");
			take_from_queue(p, j);
			j->m.err = ERR_INTERNAL;
			j->done(j);
		}
	}
}

static void on_kick(struct timer *t)
{
	hand_out(t->owner);
}

void passpool_init(struct passpool *p, struct loop *loop)
{
	*p = (struct passpool){.loop = loop};
	p->kick = (struct timer){.fire = on_kick, .owner = p};
	TAILQ_INIT(&p->queue);
}

void passpool_close(struct passpool *p)
{
	loop_disarm(&p->kick);
	for (size_t i = 0; i < POOL_CHILDREN; i++)
		end_child(&p->slots[i]);
}

enum err passpool_submit(struct passpool *p, struct pool_job *j)
{
	if (p->n_waiting >= POOL_WAITING_MAX)
		return ERR_TOO_MANY;
	TAILQ_INSERT_TAIL(&p->queue, j, link);
	j->waiting = true;
	j->slot = NULL;
	p->n_waiting++;
	loop_arm(p->loop, &p->kick, clock_mono_ms());
	return ERR_OK;
}

void passpool_cancel(struct passpool *p, struct pool_job *j)
{
	if (j->waiting)
		take_from_queue(p, j);
	if (j->slot) {
		j->slot->job = NULL;
		j->slot = NULL;
	}
}
