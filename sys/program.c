/* SPDX-License-Identifier: MIT */
#include "sys/program.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

bool program_is_sshd(void)
{
	static const char *const names[] = {"sshd", "sshd-session", "sshd-auth"};
	static const char gone[] = " (deleted)"; /* replaced by an update meanwhile */
	char path[PATH_MAX];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 1);
	const char *base;

	if (n <= 0)
		return false;
	path[n] = 0;
	if ((size_t)n > strlen(gone) && strcmp(path + n - strlen(gone), gone) == 0)
		path[(size_t)n - strlen(gone)] = 0;
	base = strrchr(path, '/');
	for (size_t i = 0; base && i < sizeof(names) / sizeof(names[0]); i++)
		if (strcmp(base + 1, names[i]) == 0)
			return true;
	return false;
}
