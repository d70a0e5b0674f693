/* SPDX-License-Identifier: MIT */
/* A private /etc for tests that need their own passwd: a mount namespace, for anybody but root
 * inside a user namespace where the user is uid 0. */
#ifndef ENCVOY_TESTS_UNIT_PRIVATE_H
#define ENCVOY_TESTS_UNIT_PRIVATE_H

#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/wait.h>
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

/* Whether a mount made in a new namespace would be seen in this one. */
static inline bool private_leaks(void)
{
	char dir[] = "/tmp/encvoy-probe-XXXXXX", line[1024];
	FILE *f;
	bool seen = false;
	pid_t pid;

	if (!mkdtemp(dir) || (pid = fork()) < 0)
		return true;
	if (pid == 0)
		_exit(unshare(CLONE_NEWNS) || mount("encvoy-probe", dir, "tmpfs", 0, NULL));
	waitpid(pid, NULL, 0);
	f = fopen("/proc/self/mountinfo", "re");
	while (f && fgets(line, sizeof(line), f))
		seen = seen || strstr(line, "encvoy-probe");
	if (f)
		fclose(f);
	(void)umount(dir);
	rmdir(dir);
	return seen || !f;
}

static inline bool private_is_mount(const char *path)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[1024], want[256];
	bool found = false;

	snprintf(want, sizeof(want), " %s ", path);
	/* the fifth field; the fourth is the path inside the file system */
	while (f && fgets(line, sizeof(line), f)) {
		char *p = line;

		for (int i = 0; p && i < 4; i++)
			p = strchr(p + 1, ' ');
		found = found || (p && strncmp(p, want, strlen(want)) == 0);
	}
	if (f)
		fclose(f);
	return found;
}

static inline bool private_mounts(void)
{
	/* In a plain chroot "/" is no mount whose propagation could be changed. */
	bool leaks = !private_is_mount("/") && private_leaks();

	if (unshare(CLONE_NEWNS) != 0)
		return false;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) == 0 ||
	       (errno == EINVAL && !leaks);
}

/* After this /etc is empty and the test's own, and the test is uid 0. False where the machine does
 * not let it; then nothing is known about what happened to the process, and it should end. */
static inline bool private_etc(void)
{
	return private_user() && private_mounts() &&
	       mount("tmpfs", "/etc", "tmpfs", 0, "mode=0755") == 0;
}

#endif
