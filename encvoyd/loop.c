/* SPDX-License-Identifier: MIT */
#include "encvoyd/loop.h"

#include "common/cleanup.h"
#include "common/proto.h"
#include "sys/clock.h"

#include <errno.h>

enum err loop_init(struct loop *l)
{
	*l = (struct loop){.epoll = -1, .next_due = INT64_MAX};
	LIST_INIT(&l->timers);
	l->packet = secret_alloc(PROTO_MAX);
	if (!l->packet)
		return ERR_NOMEM;
	l->epoll = epoll_create1(EPOLL_CLOEXEC);
	return l->epoll >= 0 ? ERR_OK : ERR_IO;
}

void loop_free(struct loop *l)
{
	close_fd(&l->epoll);
	secret_free(l->packet);
	l->packet = NULL;
}

enum err loop_watch(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = w};

	return epoll_ctl(l->epoll, EPOLL_CTL_ADD, w->fd, &ev) == 0 ? ERR_OK : ERR_IO;
}

void loop_change(struct loop *l, struct watch *w, uint32_t events)
{
	struct epoll_event ev = {.events = events, .data.ptr = w};

	(void)epoll_ctl(l->epoll, EPOLL_CTL_MOD, w->fd, &ev);
}

void loop_unwatch(struct loop *l, struct watch *w)
{
	if (w->fd >= 0)
		(void)epoll_ctl(l->epoll, EPOLL_CTL_DEL, w->fd, NULL);
}

void loop_arm(struct loop *l, struct timer *t, int64_t due)
{
	if (!t->armed)
		LIST_INSERT_HEAD(&l->timers, t, link);
	t->armed = true;
	t->due = due;
	if (due < l->next_due)
		l->next_due = due;
}

void loop_disarm(struct timer *t)
{
	if (t->armed)
		LIST_REMOVE(t, link);
	t->armed = false;
}

/* next_due may be too early (its timer was moved or disarmed), never too late: the list is walked
 * only when it has passed, which is far rarer than events are. */
static void fire_timers(struct loop *l)
{
	int64_t now = clock_mono_ms();
	LIST_HEAD(, timer) due = LIST_HEAD_INITIALIZER(due);
	struct timer *t, *next;

	if (now < l->next_due)
		return;
	l->next_due = INT64_MAX;
	for (t = LIST_FIRST(&l->timers); t; t = next) {
		next = LIST_NEXT(t, link);
		if (t->due <= now) {
			LIST_REMOVE(t, link);
			LIST_INSERT_HEAD(&due, t, link);
		} else if (t->due < l->next_due) {
			l->next_due = t->due;
		}
	}
	/* a handler may disarm others: they leave whichever list they are on */
	while ((t = LIST_FIRST(&due))) {
		loop_disarm(t);
		t->fire(t);
	}
}

static int timeout_of(const struct loop *l)
{
	int64_t left;

	if (l->next_due == INT64_MAX)
		return -1;
	left = l->next_due - clock_mono_ms();
	if (left < 0)
		return 0;
	return left > INT32_MAX ? INT32_MAX : (int)left;
}

enum err loop_step(struct loop *l)
{
	struct epoll_event ev;
	int n = epoll_wait(l->epoll, &ev, 1, timeout_of(l));

	if (n < 0 && errno != EINTR)
		return ERR_IO;
	if (n > 0) {
		struct watch *w = ev.data.ptr;

		w->ready(w, ev.events);
	}
	fire_timers(l);
	return ERR_OK;
}
