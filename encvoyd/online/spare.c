/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/spare.h"

#include "encvoyd/online/fdpass.h"
#include "encvoyd/online/process.h"
#include "encvoyd/online/rehearsal.h"
#include "encvoyd/online/work.h"

#include <errno.h>
#include <poll.h>

#define QUIET_MS \
	50 /* while logins come one upon the other a rehearsal would only be in their way */

static bool has_work(int control, int timeout_ms)
{
	struct pollfd p = {.fd = control, .events = POLLIN};
	int rc;

	do
		rc = poll(&p, 1, timeout_ms);
	while (rc < 0 && errno == EINTR);
	return rc > 0;
}

void spare_child(int control, int *keys_fd, const struct conf *conf, const struct trust *trust)
{
	AUTO_FD int fd = -1;

	if (!has_work(control, QUIET_MS))
		(void)rehearse();
	if (!has_work(control, -1) || fdpass_recv(control, &fd) != ERR_OK)
		return;
	close_fd(&control);
	process_name("encvoyd-login");
	work_child(fd, keys_fd, conf, trust);
}
