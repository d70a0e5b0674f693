/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "ctl/ctl.h"

#include "common/str.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

static int print_version(void)
{
	puts("encvoyctl " PACKAGE_VERSION);
	return finish_output(EXIT_DONE);
}

/* How many leading arguments spell the verb's words; 0 when they do not. */
static int spelled(const struct verb *v, int argc, char **argv)
{
	struct slice rest = slice_of(v->words), word;
	int n = 0;

	while (slice_next(&rest, " ", &word)) {
		if (n >= argc || !slice_is(word, argv[n]))
			return 0;
		n++;
	}
	return n;
}

static int unknown(int argc, char **argv)
{
	char storage[512];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	str_printable(&text, argv[0], strlen(argv[0]), 60);
	if (strcmp(argv[0], "user") == 0 && argc > 1) {
		buf_text(&text, " ");
		str_printable(&text, argv[1], strlen(argv[1]), 60);
	}
	complain("there is no verb \"%s\" (see encvoyctl --help)", buf_cstr(&text));
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const struct rlimit no_core = {0, 0};

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
	for (size_t i = 0; i < verbs_count; i++) {
		int n = spelled(&verbs[i], argc - 1, argv + 1);

		if (n)
			return verbs[i].run(&verbs[i], argc - 1 - n, argv + 1 + n);
	}
	return unknown(argc - 1, argv + 1);
}
