/* SPDX-License-Identifier: MIT */
/* AF_UNIX SOCK_SEQPACKET with deadlines and peer credentials; no policy. Deadlines are absolute,
 * in milliseconds of clock_mono_ms(); SOCK_FOREVER waits without end. Descriptors are O_CLOEXEC
 * and SIGPIPE is never raised. */
#ifndef ENCVOY_SYS_SOCK_H
#define ENCVOY_SYS_SOCK_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SOCK_FOREVER INT64_MAX

/* Non-blocking connect. ERR_NO_DAEMON when nobody listens (or the queue is full). The descriptor is
 * never 0, 1 or 2, even when those are free: programs write to them without looking (SEC-43). */
enum err sock_connect(const char *path, int *ret_fd);
/* Binds (replacing a stale socket of ours), sets mode and owner (-1: leave) and listens. */
enum err sock_listen(const char *path, mode_t mode, uid_t owner, gid_t group, int *ret_fd);
/* Sends one packet whole, or fails: ERR_TIMEOUT, ERR_CLOSED, ERR_TOO_LONG, ERR_IO. */
enum err sock_send(int fd, const struct buf *packet, int64_t deadline);
/* Receives one packet into storage; one that does not fit is ERR_PROTOCOL, the end ERR_CLOSED. */
enum err sock_recv(int fd, void *storage, size_t size, int64_t deadline, size_t *ret_len);
/* The length of the packet that would be received now, 0 when there is none or nobody knows. */
size_t sock_next_len(int fd);
/* Waits until fd is readable (or closed): ERR_OK or ERR_TIMEOUT. */
enum err sock_wait(int fd, int64_t deadline);

struct peer {
	uid_t uid;
	gid_t gid;
	pid_t pid;
};
enum err sock_peer(int fd, struct peer *ret);

/* Which socket a descriptor is, so that one which the program closed behind our back, and whose
 * number is another file's by now, is neither used nor closed (SEC-41). */
struct sock_mark {
	dev_t dev;
	ino_t ino;
};
enum err sock_mark(int fd, struct sock_mark *ret);
bool sock_is(int fd, const struct sock_mark *mark);

/* The client's check of whom it talks to: the server's credentials are uid 0, or the owner of the
 * socket while its directory belongs to root and is writable by nobody else (SEC-43). */
enum err sock_check_server(int fd, const char *path);

#endif
