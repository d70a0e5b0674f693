/* SPDX-License-Identifier: MIT */
/* Descriptors over a SOCK_SEQPACKET socket pair, one per packet. */
#ifndef ENCVOY_ONLINE_FDPASS_H
#define ENCVOY_ONLINE_FDPASS_H

#include "common/err.h"

/* A pair of non-blocking SOCK_SEQPACKET sockets. */
enum err fdpass_pair(int ret_fds[2]);
/* Hands over a copy of fd without waiting; the caller still closes its own. ERR_TIMEOUT when the
 * other side has not taken enough of the last ones yet, ERR_CLOSED, ERR_IO. */
enum err fdpass_send(int socket, int fd);
/* Takes the next descriptor without waiting: ERR_NOT_FOUND when there is none now, ERR_CLOSED at
 * the end, ERR_PROTOCOL for a packet without one. */
enum err fdpass_recv(int socket, int *ret_fd);

#endif
