/* SPDX-License-Identifier: MIT */
/* A private /etc for tests that need their own passwd: a mount namespace, for anybody but root
 * inside a user namespace where the user is uid 0. */
#ifndef ENCVOY_TESTS_UNIT_PRIVATE_H
#define ENCVOY_TESTS_UNIT_PRIVATE_H

#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

static inline bool private_write(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	bool good = fd >= 0 && write(fd, text, strlen(text)) == (ssize_t)strlen(text);

	if (fd >= 0)
		close(fd);
	return good;
}

static inline bool private_user(void)
{
	char map[64];
	uid_t uid = geteuid();
	gid_t gid = getegid();

	if (uid == 0)
		return true;
	if (unshare(CLONE_NEWUSER) != 0)
		return false;
	(void)private_write("/proc/self/setgroups", "deny");
	snprintf(map, sizeof(map), "0 %u 1", uid);
	if (!private_write("/proc/self/uid_map", map))
		return false;
	snprintf(map, sizeof(map), "0 %u 1", gid);
	return private_write("/proc/self/gid_map", map);
}

/* After this /etc is empty and the test's own, and the test is uid 0. False where the machine does
 * not let it; then nothing is known about what happened to the process, and it should end. */
static inline bool private_etc(void)
{
	return private_user() && unshare(CLONE_NEWNS) == 0 &&
	       mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 &&
	       mount("tmpfs", "/etc", "tmpfs", 0, "mode=0755") == 0;
}

#endif
