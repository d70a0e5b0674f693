/* SPDX-License-Identifier: MIT */
#include "sys/process.h"

#include "common/cleanup.h"
#include "common/num.h"
#include "common/str.h"
#include "sys/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>

#ifndef SO_PEERPIDFD /* Linux 6.5 */
#define SO_PEERPIDFD 77
#endif

/* Fields of /proc/PID/stat behind the name (proc(5) counts from the pid, 1). */
enum { FIELD_STATE, FIELD_PARENT, FIELD_GROUP, FIELD_LEADER, FIELD_STARTED = 19 };

static enum err number(struct slice s, uint64_t max, uint64_t *ret)
{
	return num_parse(s.p, s.len, max, ret) == ERR_OK ? ERR_OK : ERR_SYNTAX;
}

/* The name may hold anything, also what looks like its end. */
static const char *behind_name(const char *text, size_t len)
{
	while (len && text[len - 1] != ')')
		len--;
	return len ? text + len : NULL;
}

enum err process_parse_stat(const char *text, size_t len, struct process *ret)
{
	const char *p = behind_name(text, len);
	struct slice rest = {text, strcspn(text, " ")}, field;
	uint64_t v[FIELD_STARTED + 1] = {0};
	uint64_t pid = 0;
	enum err e = p ? number(rest, INT32_MAX, &pid) : ERR_SYNTAX;

	if (e != ERR_OK)
		return e;
	rest = (struct slice){p, len - (size_t)(p - text)};
	for (size_t i = 0; e == ERR_OK && i <= FIELD_STARTED; i++) {
		if (!slice_next(&rest, " \n", &field))
			e = ERR_SYNTAX;
		else if (i == FIELD_STATE && (slice_is(field, "Z") || slice_is(field, "X")))
			e = ERR_NOT_FOUND; /* and nobody has buried it */
		else if (i == FIELD_PARENT || i == FIELD_LEADER)
			e = number(field, INT32_MAX, &v[i]);
		else if (i == FIELD_STARTED)
			e = number(field, UINT64_MAX, &v[i]);
	}
	if (e != ERR_OK)
		return e;
	ret->pid = (pid_t)pid;
	ret->parent = (pid_t)v[FIELD_PARENT];
	ret->leader = (pid_t)v[FIELD_LEADER];
	ret->started = v[FIELD_STARTED];
	return ERR_OK;
}

/* A file of /proc/PID, at most size - 1 bytes, terminated. */
static enum err read_file(int dir, const char *name, char *text, size_t size, size_t *ret_len)
{
	AUTO_FD int fd = openat(dir, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
	ssize_t n = fd >= 0 ? read(fd, text, size - 1) : -1;

	if (n < 0)
		return errno == ENOENT || errno == ESRCH ? ERR_NOT_FOUND : ERR_IO;
	text[n] = 0;
	*ret_len = (size_t)n;
	return ERR_OK;
}

/* Without audit in the kernel there is no such file. */
static enum err read_session(int dir, uint32_t *ret)
{
	char text[32];
	uint64_t v = AUDIT_NONE;
	size_t len = 0;
	enum err e = read_file(dir, "sessionid", text, sizeof(text), &len);

	if (e == ERR_OK)
		e = number((struct slice){text, strcspn(text, "\n")}, UINT32_MAX, &v);
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	*ret = (uint32_t)v;
	return ERR_OK;
}

enum err process_read(pid_t pid, struct process *ret)
{
	AUTO_FD int dir = -1;
	struct process found = {0};
	char path[32], text[1024];
	size_t len = 0;
	enum err e;

	if (pid <= 0 || snprintf(path, sizeof(path), "/proc/%d", (int)pid) >= (int)sizeof(path))
		return ERR_NOT_FOUND;
	/* stays that of this process: for a later one with its number all fails in it */
	dir = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0)
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	e = read_file(dir, "stat", text, sizeof(text), &len);
	if (e == ERR_OK)
		e = process_parse_stat(text, len, &found);
	if (e == ERR_OK)
		e = read_session(dir, &found.session);
	if (e == ERR_OK && found.pid != pid)
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		*ret = found;
	return e;
}

/* A kernel older than SO_PEERPIDFD gives one by number: then the caller sees to it that the process
 * is still there. */
static int peer_pidfd(int fd, pid_t pid)
{
	int pidfd = -1;
	socklen_t len = sizeof(pidfd);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERPIDFD, &pidfd, &len) == 0)
		return pidfd;
	if (errno != ENOPROTOOPT)
		return -1;
	return (int)syscall(SYS_pidfd_open, pid, 0);
}

static bool has_event(int fd, short events)
{
	struct pollfd p = {.fd = fd, .events = events};

	return poll(&p, 1, 0) != 0;
}

enum err process_of_peer(int fd, struct process *ret)
{
	AUTO_FD int pidfd = -1;
	struct process found;
	struct peer peer;
	enum err e = sock_peer(fd, &peer);

	if (e != ERR_OK)
		return e;
	pidfd = peer.pid > 0 ? peer_pidfd(fd, peer.pid) : -1;
	if (pidfd < 0)
		return ERR_NOT_FOUND;
	e = process_read(peer.pid, &found);
	/* it has not ended, and has not closed: what was read is about it */
	if (e == ERR_OK && (has_event(pidfd, POLLIN) || has_event(fd, POLLRDHUP)))
		e = ERR_NOT_FOUND;
	if (e == ERR_OK)
		*ret = found;
	return e;
}

bool process_is(const struct process *a, const struct process *b)
{
	return a->pid == b->pid && a->started == b->started;
}
