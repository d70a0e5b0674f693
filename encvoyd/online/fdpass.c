/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/fdpass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

union control {
	struct cmsghdr head;
	char space[CMSG_SPACE(sizeof(int))];
};

enum err fdpass_pair(int ret_fds[2])
{
	return socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ret_fds) == 0
		   ? ERR_OK
		   : ERR_IO;
}

enum err fdpass_send(int socket, int fd)
{
	char byte = 0;
	struct iovec iov = {&byte, 1};
	union control control = {0};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof(control.space)};
	struct cmsghdr *c = CMSG_FIRSTHDR(&m);
	ssize_t n;

	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(c), &fd, sizeof(fd));
	do
		n = sendmsg(socket, &m, MSG_NOSIGNAL | MSG_DONTWAIT);
	while (n < 0 && errno == EINTR);
	if (n == 1)
		return ERR_OK;
	if (errno == EAGAIN || errno == ETOOMANYREFS)
		return ERR_TIMEOUT;
	return errno == EPIPE || errno == ECONNRESET ? ERR_CLOSED : ERR_IO;
}

enum err fdpass_recv(int socket, int *ret_fd)
{
	char byte;
	struct iovec iov = {&byte, 1};
	union control control = {0};
	struct msghdr m = {.msg_iov = &iov,
	    .msg_iovlen = 1,
	    .msg_control = control.space,
	    .msg_controllen = sizeof(control.space)};
	const struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(socket, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return errno == EAGAIN ? ERR_NOT_FOUND : ERR_IO;
	if (n == 0)
		return ERR_CLOSED;
	c = CMSG_FIRSTHDR(&m);
	if (!c || c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS ||
	    c->cmsg_len != CMSG_LEN(sizeof(int)))
		return ERR_PROTOCOL;
	memcpy(ret_fd, CMSG_DATA(c), sizeof(*ret_fd));
	return ERR_OK;
}
