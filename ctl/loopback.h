/* SPDX-License-Identifier: MIT */
/* A web server for one request: the browser's return from the provider to http://127.0.0.1:PORT/cb
 * (RFC 8252 7.3). Everybody on this machine can connect, so whatever does not carry our state is
 * answered and forgotten, and nobody can hold it up. */
#ifndef ENCVOY_CTL_LOOPBACK_H
#define ENCVOY_CTL_LOOPBACK_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Listens on 127.0.0.1, at a port of the kernel's choice when port is 0. */
enum err loopback_listen(uint16_t port, int *ret_fd, uint16_t *ret_port);

/* Takes a query string when it is the one waited for (its state says so), and returns true then. */
typedef bool (*loopback_take)(void *arg, const char *query, size_t len);

/* Waits for GET PATH?QUERY whose query is taken, and answers it with a small page. Anything else
 * gets 404 or 400. Also watches other_fd (-1: none): ERR_CANCELLED when it becomes readable.
 * ERR_TIMEOUT at the deadline. */
enum err loopback_receive(
    int listen_fd, const char *path, loopback_take take, void *arg, int other_fd, int64_t deadline);

/* The request line's query when it is GET PATH[?QUERY] HTTP/1.x; false for anything else. For
 * loopback_receive and its tests. */
bool loopback_query(
    const char *request, size_t len, const char *path, const char **ret_query, size_t *ret_len);

#endif
