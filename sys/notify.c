/* SPDX-License-Identifier: MIT */
#include "sys/notify.h"

#include "common/cleanup.h"
#include "common/num.h"
#include "common/str.h"
#include "sys/clock.h"

#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static struct {
	char path[sizeof(((struct sockaddr_un *)0)->sun_path)];
	int64_t watchdog_ms;
} kept;

void notify_manager(const char *state)
{
	const char *path = kept.path[0] ? kept.path : getenv("NOTIFY_SOCKET");
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	AUTO_FD int fd = -1;

	if (!path || (path[0] != '/' && path[0] != '@') ||
	    !str_copy(sa.sun_path, sizeof(sa.sun_path), path))
		return;
	if (path[0] == '@')
		sa.sun_path[0] = 0;
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return;
	(void)sendto(fd, state, strlen(state), MSG_NOSIGNAL | MSG_DONTWAIT,
	    (const struct sockaddr *)&sa,
	    (socklen_t)(offsetof(struct sockaddr_un, sun_path) + strlen(path)));
}

void notify_reloading(void)
{
	char state[64];

	snprintf(state, sizeof(state), "RELOADING=1\nMONOTONIC_USEC=%lld",
	    (long long)clock_mono_ms() * 1000);
	notify_manager(state);
}

static bool number(const char *name, uint64_t max, uint64_t *ret)
{
	const char *text = getenv(name);

	return text && num_parse(text, strlen(text), max, ret) == ERR_OK;
}

int64_t notify_watchdog_ms(void)
{
	uint64_t usec = 0, pid = (uint64_t)getpid();

	if (kept.watchdog_ms)
		return kept.watchdog_ms;
	if (!number("WATCHDOG_USEC", INT64_MAX, &usec))
		return 0;
	/* WATCHDOG_PID may be missing; then everybody is meant */
	if (getenv("WATCHDOG_PID") && !number("WATCHDOG_PID", INT32_MAX, &pid))
		return 0;
	if (pid != (uint64_t)getpid() || !usec)
		return 0;
	return usec < 2000 ? 1 : (int64_t)(usec / 2000);
}

void notify_keep(void)
{
	const char *path = getenv("NOTIFY_SOCKET");

	kept.watchdog_ms = notify_watchdog_ms();
	if (path)
		(void)str_copy(kept.path, sizeof(kept.path), path);
}
