/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/keys_proc.h"

#include "common/cleanup.h"
#include "encvoyd/online/fdpass.h"
#include "encvoyd/online/process.h"
#include "sys/clock.h"

#include <time.h>
#include <unistd.h>

#define RESTART_MS 1000 /* one that dies at once must not keep the machine busy */
#define HAND_OVER_TRIES 50

enum err keys_proc_start(struct keys_proc *k, keys_main main, void *arg)
{
	int64_t now = clock_mono_ms();
	AUTO_FD int ours = -1;
	AUTO_FD int theirs = -1;
	int pair[2];
	enum err e;

	if (k->pid || now < k->start_at)
		return ERR_OK;
	k->start_at = now + RESTART_MS;
	e = fdpass_pair(pair);
	if (e != ERR_OK)
		return e;
	ours = pair[0];
	theirs = pair[1];
	e = process_fork("encvoyd-keys", &k->pid);
	if (e != ERR_OK)
		return e;
	if (k->pid == 0) {
		close_fd(&ours);
		main(theirs, arg);
		_exit(EXIT_FAILURE);
	}
	k->control = take_fd(&ours);
	return ERR_OK;
}

void keys_proc_forget(struct keys_proc *k)
{
	close_fd(&k->control);
	k->pid = 0;
}

/* The keys child never does anything long: a few milliseconds make room. */
static enum err hand_over(int control, int fd)
{
	enum err e = fdpass_send(control, fd);

	for (int i = 0; i < HAND_OVER_TRIES && e == ERR_TIMEOUT; i++) {
		const struct timespec pause = {0, 1000000};

		(void)nanosleep(&pause, NULL);
		e = fdpass_send(control, fd);
	}
	return e;
}

enum err keys_proc_connect(const struct keys_proc *k, int *ret_fd)
{
	AUTO_FD int ours = -1;
	AUTO_FD int theirs = -1;
	int pair[2];
	enum err e = fdpass_pair(pair);

	if (e != ERR_OK)
		return e;
	ours = pair[0];
	theirs = pair[1];
	e = k->control >= 0 ? hand_over(k->control, theirs) : ERR_CLOSED;
	if (e == ERR_OK)
		*ret_fd = take_fd(&ours);
	return e;
}
