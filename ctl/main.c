/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "ctl/ctl.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static int print_version(void)
{
	puts("encvoyctl " PACKAGE_VERSION);
	return finish_output(EXIT_DONE);
}

int main(int argc, char **argv)
{
	const struct rlimit no_core = {0, 0};
	const struct verb *verb;
	int words = 0;

	/* a write that fails is reported; tokens and secrets leave no core dump */
	signal(SIGPIPE, SIG_IGN);
	setrlimit(RLIMIT_CORE, &no_core);
	if (argc < 2) {
		print_verbs(stderr);
		return EXIT_USAGE;
	}
	if (strcmp(argv[1], "--help") == 0)
		return verb_help(NULL, 0, NULL);
	if (strcmp(argv[1], "--version") == 0)
		return print_version();
	verb = verb_find(argc - 1, argv + 1, &words);
	if (!verb)
		return verb_unknown(argc - 1, argv + 1);
	return verb->run(verb, argc - 1 - words, argv + 1 + words);
}
