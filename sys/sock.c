/* SPDX-License-Identifier: MIT */
#include "sys/sock.h"

#include "common/str.h"
#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define FLAGS (SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK)

static enum err address_of(const char *path, struct sockaddr_un *ret)
{
	*ret = (struct sockaddr_un){.sun_family = AF_UNIX};
	return str_copy(ret->sun_path, sizeof(ret->sun_path), path) ? ERR_OK : ERR_TOO_LONG;
}

/* A socket above the standard descriptors. */
static int client_socket(void)
{
	AUTO_FD int fd = socket(AF_UNIX, FLAGS, 0);

	return fd < 0 || fd > 2 ? take_fd(&fd) : fcntl(fd, F_DUPFD_CLOEXEC, 3);
}

enum err sock_connect(const char *path, int *ret_fd)
{
	AUTO_FD int fd = -1;
	struct sockaddr_un sa;
	enum err e = address_of(path, &sa);

	if (e != ERR_OK)
		return e;
	fd = client_socket();
	if (fd < 0)
		return ERR_IO;
	/* AF_UNIX connects at once or not at all */
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0)
		return ERR_NO_DAEMON;
	*ret_fd = take_fd(&fd);
	return ERR_OK;
}

enum err sock_listen(const char *path, mode_t mode, uid_t owner, gid_t group, int *ret_fd)
{
	AUTO_FD int fd = -1;
	struct sockaddr_un sa;
	enum err e = address_of(path, &sa);
	mode_t saved;
	int rc;

	if (e != ERR_OK)
		return e;
	fd = socket(AF_UNIX, FLAGS, 0);
	if (fd < 0)
		return ERR_IO;
	if (unlink(path) != 0 && errno != ENOENT)
		return ERR_IO;
	saved = umask(0177);
	rc = bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	umask(saved);
	if (rc != 0 || lchown(path, owner, group) != 0 || chmod(path, mode) != 0 ||
	    listen(fd, SOMAXCONN) != 0)
		return ERR_IO;
	*ret_fd = take_fd(&fd);
	return ERR_OK;
}

static enum err wait_for(int fd, short events, int64_t deadline)
{
	for (;;) {
		struct pollfd p = {.fd = fd, .events = events};
		int64_t left = deadline == SOCK_FOREVER ? -1 : deadline - clock_mono_ms();
		int rc;

		if (deadline != SOCK_FOREVER && left < 0)
			left = 0;
		rc = poll(&p, 1, left > INT32_MAX ? INT32_MAX : (int)left);
		if (rc > 0)
			return ERR_OK;
		if (rc == 0)
			return ERR_TIMEOUT;
		if (errno != EINTR)
			return ERR_IO;
	}
}

enum err sock_wait(int fd, int64_t deadline)
{
	return wait_for(fd, POLLIN, deadline);
}

enum err sock_send(int fd, const struct buf *packet, int64_t deadline)
{
	if (packet->err != ERR_OK)
		return packet->err;
	for (;;) {
		ssize_t n = send(fd, packet->data, packet->len, MSG_NOSIGNAL | MSG_DONTWAIT);
		enum err e;

		if (n >= 0)
			return (size_t)n == packet->len ? ERR_OK : ERR_IO;
		if (errno == EPIPE || errno == ECONNRESET || errno == ENOTCONN)
			return ERR_CLOSED;
		if (errno == EMSGSIZE)
			return ERR_TOO_LONG;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return ERR_IO;
		e = wait_for(fd, POLLOUT, deadline);
		if (e != ERR_OK)
			return e;
	}
}

enum err sock_recv(int fd, void *storage, size_t size, int64_t deadline, size_t *ret_len)
{
	bool reset = false;

	for (;;) {
		ssize_t n = recv(fd, storage, size, MSG_DONTWAIT | MSG_TRUNC);
		enum err e;

		if (n > 0) {
			*ret_len = (size_t)n;
			return (size_t)n <= size ? ERR_OK : ERR_PROTOCOL;
		}
		/* told once, before what the other side had sent ahead of it */
		if (n < 0 && errno == ECONNRESET && !reset) {
			reset = true;
			continue;
		}
		if (n == 0 || errno == ECONNRESET || errno == ENOTCONN)
			return ERR_CLOSED;
		if (errno == EINTR)
			continue;
		if (errno != EAGAIN)
			return ERR_IO;
		e = wait_for(fd, POLLIN, deadline);
		if (e != ERR_OK)
			return e;
	}
}

size_t sock_next_len(int fd)
{
	ssize_t n = recv(fd, NULL, 0, MSG_DONTWAIT | MSG_PEEK | MSG_TRUNC);

	return n > 0 ? (size_t)n : 0;
}

enum err sock_peer(int fd, struct peer *ret)
{
	struct ucred c;
	socklen_t len = sizeof(c);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &c, &len) != 0 || len != sizeof(c))
		return ERR_IO;
	*ret = (struct peer){c.uid, c.gid, c.pid};
	return ERR_OK;
}

enum err sock_mark(int fd, struct sock_mark *ret)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return ERR_IO;
	*ret = (struct sock_mark){st.st_dev, st.st_ino};
	return ERR_OK;
}

bool sock_is(int fd, const struct sock_mark *mark)
{
	struct stat st;

	return fstat(fd, &st) == 0 && st.st_dev == mark->dev && st.st_ino == mark->ino;
}

enum err sock_check_server(int fd, const char *path)
{
	struct stat st;
	struct peer peer;
	char dir[sizeof(((struct sockaddr_un *)0)->sun_path)];
	char *slash;

	if (sock_peer(fd, &peer) != ERR_OK)
		return ERR_IO;
	if (peer.uid == 0)
		return ERR_OK;
	if (!str_copy(dir, sizeof(dir), path) || !(slash = strrchr(dir, '/')))
		return ERR_PERMISSION;
	*slash = 0;
	if (lstat(dir, &st) != 0 || !S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022))
		return ERR_PERMISSION;
	if (lstat(path, &st) != 0 || !S_ISSOCK(st.st_mode) || st.st_uid != peer.uid)
		return ERR_PERMISSION;
	return ERR_OK;
}
