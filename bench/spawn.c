/* SPDX-License-Identifier: MIT */
/* spawn COUNT PROGRAM: forks, executes and waits, so many times; prints how long one took, in ms.
 * The measure of a machine that what costs processes is held against. */
#include "bench/people.h"

#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

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
	uint64_t begun;
	unsigned n;

	if (argc != 3)
		give_up("usage: spawn COUNT PROGRAM");
	n = number_arg(argv[1], 1000000);
	begun = now_ns();
	for (unsigned i = 0; i < n; i++)
		if (once(argv[2]) != 0)
			give_up(argv[2]);
	printf("%.2f\n", (double)(now_ns() - begun) / 1e6 / n);
	return 0;
}
