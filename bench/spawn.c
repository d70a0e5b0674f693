/* SPDX-License-Identifier: MIT */
/* spawn COUNT PROGRAM: forks, executes and waits, so many times; prints how long one took, in ms.
 * The measure of a machine that what costs processes is held against. */
#include "common/num.h"

#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static double now_s(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static int once(const char *program)
{
	int status = 0;
	pid_t pid = fork();

	if (pid == 0) {
		execl(program, program, (char *)NULL);
		_exit(127);
	}
	return pid < 0 || waitpid(pid, &status, 0) != pid ? -1 : status;
}

int main(int argc, char **argv)
{
	uint64_t n = 0;
	double start = now_s();

	if (argc != 3 || num_parse(argv[1], strlen(argv[1]), 1000000, &n) != ERR_OK || n == 0)
		return 2;
	for (uint64_t i = 0; i < n; i++) {
		if (once(argv[2]) != 0) {
			fprintf(stderr, "spawn: %s does not end well\n", argv[2]);
			return 1;
		}
	}
	printf("%.2f\n", (now_s() - start) * 1000 / (double)n);
	return 0;
}
