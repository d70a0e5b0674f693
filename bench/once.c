/* SPDX-License-Identifier: MIT */
/* once NAME UID: a fresh process's first look-up; how long it took, in ns, on standard output. */
#include "bench/people.h"

#include <pwd.h>
#include <unistd.h>

int main(int argc, char **argv)
{
	char buf[8192];
	struct passwd pw, *found = NULL;
	uint64_t start, ns;
	int rc;

	if (argc != 3)
		return 2;
	start = now_ns();
	rc = getpwnam_r(argv[1], &pw, buf, sizeof(buf), &found);
	ns = now_ns() - start;
	if (rc != 0 || !found || found->pw_uid != number_arg(argv[2], UINT32_MAX))
		return 1;
	return write(STDOUT_FILENO, &ns, sizeof(ns)) != (ssize_t)sizeof(ns);
}
