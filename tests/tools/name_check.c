/* SPDX-License-Identifier: MIT */
/* A name per line on standard input; "ok" or "refused" per line, by the rule for names and the list
 * of reserved ones. */
#include "common/cleanup.h"
#include "common/name.h"

#include <stdio.h>

int main(void)
{
	AUTO_FREE char *line = NULL;
	size_t size = 0;
	ssize_t n;

	while ((n = getline(&line, &size, stdin)) >= 0) {
		size_t len = (size_t)n;

		if (len && line[len - 1] == '\n')
			line[--len] = 0;
		puts(name_ok(line, len) && !name_reserved(line) ? "ok" : "refused");
	}
	return ferror(stdin) || fflush(stdout) ? 1 : 0;
}
