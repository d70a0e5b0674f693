/* SPDX-License-Identifier: MIT */
#include "ctl/browser.h"

#include "common/str.h"

#include <fcntl.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool has_desktop(void)
{
	return getenv("WAYLAND_DISPLAY") || getenv("DISPLAY");
}

/* Nothing of it may appear where the token goes. */
static bool quiet(posix_spawn_file_actions_t *actions)
{
	return posix_spawn_file_actions_addopen(actions, 0, "/dev/null", O_RDWR, 0) == 0 &&
	       posix_spawn_file_actions_adddup2(actions, 0, 1) == 0 &&
	       posix_spawn_file_actions_adddup2(actions, 0, 2) == 0;
}

static bool default_signals(posix_spawnattr_t *attr)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGPIPE);
	return posix_spawnattr_setsigdefault(attr, &set) == 0 &&
	       posix_spawnattr_setflags(attr, POSIX_SPAWN_SETSIGDEF) == 0;
}

bool browser_open(const char *address)
{
	char program[] = "xdg-open";
	char copy[4096];
	char *argv[] = {program, copy, NULL};
	posix_spawn_file_actions_t actions;
	posix_spawnattr_t attr;
	bool started = false;
	pid_t pid;

	if (geteuid() == 0 || !has_desktop() || !str_starts(address, "https://") ||
	    !str_copy(copy, sizeof(copy), address))
		return false;
	if (posix_spawn_file_actions_init(&actions) != 0)
		return false;
	if (posix_spawnattr_init(&attr) == 0) {
		started = quiet(&actions) && default_signals(&attr) &&
			  posix_spawnp(&pid, program, &actions, &attr, argv, environ) == 0;
		posix_spawnattr_destroy(&attr);
	}
	posix_spawn_file_actions_destroy(&actions);
	return started;
}
