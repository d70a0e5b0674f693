/* SPDX-License-Identifier: MIT */
/* empty SOCKET COUNT: so many connections to encvoyd-online that ask for nothing. Each costs what a
 * child costs on this machine before it has done anything. */
#include "common/num.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#define WAIT_MS 10000

/* The child ends when nothing comes; its end is ours. */
static bool once(const char *path)
{
	AUTO_FD int fd = -1;
	char byte;
	size_t len = 0;

	return sock_connect(path, &fd) == ERR_OK && shutdown(fd, SHUT_WR) == 0 &&
	       sock_recv(fd, &byte, 1, clock_mono_ms() + WAIT_MS, &len) == ERR_CLOSED;
}

int main(int argc, char **argv)
{
	uint64_t n = 0;

	if (argc != 3 || num_parse(argv[2], strlen(argv[2]), 1000000, &n) != ERR_OK)
		return 2;
	for (uint64_t i = 0; i < n; i++) {
		if (once(argv[1]))
			continue;
		fprintf(stderr, "empty: %s does not answer\n", argv[1]);
		return 1;
	}
	return 0;
}
