/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/spare.h"

#include "encvoyd/online/fdpass.h"
#include "encvoyd/online/process.h"
#include "encvoyd/online/rehearsal.h"
#include "encvoyd/online/work.h"
#include "sys/clock.h"
#include "sys/sock.h"

/* While logins come one upon the other a rehearsal would only be in their way. */
#define QUIET_MS 50

void spare_child(int control, int *keys_fd, const struct conf *conf, const struct trust *trust)
{
	AUTO_FD int fd = -1;

	if (sock_wait(control, clock_mono_ms() + QUIET_MS) == ERR_TIMEOUT)
		(void)rehearse();
	if (sock_wait(control, SOCK_FOREVER) != ERR_OK || fdpass_recv(control, &fd) != ERR_OK)
		return;
	close_fd(&control);
	process_name("encvoyd-login");
	work_child(fd, keys_fd, conf, trust);
}
