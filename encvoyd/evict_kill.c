/* SPDX-License-Identifier: MIT */
#include "common/num.h"
#include "common/str.h"
#include "encvoyd/evict.h"
#include "sys/clock.h"
#include "sys/localdb.h"

#include <dirent.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>

#define LOOK_MS 50     /* between two looks at the processes */
#define KILL_ROUNDS 50 /* against users who fork meanwhile */

bool evict_may(uint32_t uid)
{
	return localdb_uid(uid) == ERR_NOT_FOUND;
}

static void pause_ms(long ms)
{
	struct timespec ts = {ms / 1000, ms % 1000 * 1000000};

	(void)clock_nanosleep(CLOCK_MONOTONIC, 0, &ts, NULL);
}

/* The text behind a key of /proc/PID/status. */
static const char *find_line(const char *status, const char *key)
{
	const char *at = strstr(status, key);

	return at ? at + strlen(key) : NULL;
}

/* The real uid of a process that is not dead yet; false when there is none. */
static bool real_uid(const char *pid, uint32_t *ret)
{
	char path[64], status[4096];
	AUTO_FD int fd = -1;
	const char *state, *uid;
	uint64_t v = 0;
	ssize_t n;

	snprintf(path, sizeof(path), "/proc/%s/status", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd >= 0 ? read(fd, status, sizeof(status) - 1) : -1;
	if (n <= 0)
		return false;
	status[n] = 0;
	state = find_line(status, "\nState:\t");
	uid = find_line(status, "\nUid:\t");
	if (!state || !uid || *state == 'Z' || *state == 'X' ||
	    num_parse(uid, strcspn(uid, "\t"), UINT32_MAX, &v) != ERR_OK)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static void signal_all(int pidfd, const int *signals)
{
	for (; *signals; signals++)
		(void)syscall(SYS_pidfd_send_signal, pidfd, *signals, NULL, 0);
}

struct look {
	const struct blocked *b;
	const int *signals; /* 0-terminated */
	uint64_t found;
	uint64_t skipped;
};

/* The process is held before it is looked at: a number that is given anew in between is not hit. */
static void look_at(struct look *l, const char *name)
{
	AUTO_FD int pidfd = -1;
	uint64_t pid = 0;
	uint32_t uid = 0;

	if (num_parse(name, strlen(name), INT_MAX, &pid) != ERR_OK)
		return;
	pidfd = (int)syscall(SYS_pidfd_open, (pid_t)pid, 0);
	if (pidfd < 0 || !real_uid(name, &uid) || !blocked_has(l->b, uid))
		return;
	if (!evict_may(uid)) {
		l->skipped++;
		return;
	}
	l->found++;
	signal_all(pidfd, l->signals);
}

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static enum err look(struct look *l)
{
	CLEANUP(close_dir) DIR *d = opendir("/proc");
	const struct dirent *entry;

	if (!d)
		return ERR_IO;
	/* mounted with hidepid, it would show us next to nobody */
	if (access("/proc/1/status", R_OK) != 0)
		return ERR_PERMISSION;
	l->found = l->skipped = 0;
	while ((entry = readdir(d)))
		look_at(l, entry->d_name);
	return ERR_OK;
}

enum err evict_processes(const struct blocked *b, struct evict_report *ret)
{
	/* shells do not mind SIGTERM; who is stopped hears nothing before SIGCONT */
	static const int ask[] = {SIGHUP, SIGTERM, SIGCONT, 0};
	static const int none[] = {0};
	static const int end[] = {SIGKILL, 0};
	struct look l = {.b = b, .signals = ask};
	int64_t until = clock_mono_ms() + EVICT_GRACE_MS;
	enum err e = look(&l);

	*ret = (struct evict_report){.ended = l.found, .skipped = l.skipped};
	l.signals = none;
	while (e == ERR_OK && l.found && clock_mono_ms() < until) {
		pause_ms(LOOK_MS);
		e = look(&l);
	}
	l.signals = end;
	for (unsigned i = 0; e == ERR_OK && l.found && i < KILL_ROUNDS; i++) {
		e = look(&l);
		if (l.found)
			pause_ms(LOOK_MS);
	}
	ret->left = l.found;
	return e;
}
