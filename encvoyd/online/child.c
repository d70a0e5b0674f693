/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/child.h"

#include "common/cleanup.h"
#include "encvoyd/online/fdpass.h"
#include "encvoyd/online/process.h"
#include "sys/clock.h"

#include <time.h>
#include <unistd.h>

#define RESTART_MS 1000
#define HAND_OVER_TRIES 50

bool child_is_due(const struct child *c)
{
	return !c->pid && clock_mono_ms() >= c->start_at;
}

enum err child_start(struct child *c, const char *name, child_main main, void *arg)
{
	AUTO_FD int ours = -1;
	AUTO_FD int theirs = -1;
	int pair[2];
	enum err e;

	if (!child_is_due(c))
		return ERR_OK;
	c->start_at = clock_mono_ms() + RESTART_MS;
	e = fdpass_pair(pair);
	if (e != ERR_OK)
		return e;
	ours = pair[0];
	theirs = pair[1];
	e = process_fork(name, &c->pid);
	if (e != ERR_OK)
		return e;
	if (c->pid == 0) {
		close_fd(&ours);
		main(theirs, arg);
		_exit(EXIT_SUCCESS);
	}
	c->control = take_fd(&ours);
	return ERR_OK;
}

/* No child is long without reading its control socket: a few milliseconds make room. */
enum err child_give(const struct child *c, int fd)
{
	enum err e = c->control >= 0 ? fdpass_send(c->control, fd) : ERR_CLOSED;

	for (int i = 0; i < HAND_OVER_TRIES && e == ERR_TIMEOUT; i++) {
		const struct timespec pause = {0, 1000000};

		(void)nanosleep(&pause, NULL);
		e = fdpass_send(c->control, fd);
	}
	return e;
}

enum err child_connect(const struct child *c, int *ret_fd)
{
	AUTO_FD int ours = -1;
	AUTO_FD int theirs = -1;
	int pair[2];
	enum err e = fdpass_pair(pair);

	if (e != ERR_OK)
		return e;
	ours = pair[0];
	theirs = pair[1];
	e = child_give(c, theirs);
	if (e == ERR_OK)
		*ret_fd = take_fd(&ours);
	return e;
}

void child_forget(struct child *c)
{
	close_fd(&c->control);
	c->pid = 0;
}

int child_wait_ms(const struct child *c, int max)
{
	int64_t left = c->start_at - clock_mono_ms();

	if (c->pid || (max >= 0 && left >= max))
		return max;
	return left < 0 ? 0 : left > RESTART_MS ? RESTART_MS : (int)left;
}
