/* SPDX-License-Identifier: MIT */
#include "ctl/ctl.h"

#include "common/str.h"

#include <stdio.h>
#include <string.h>

void print_verbs(FILE *to)
{
	fputs("usage: encvoyctl VERB [arguments]\n"
	      "       encvoyctl VERB --help\n"
	      "       encvoyctl --version\n\n",
	    to);
	for (size_t i = 0; i < verbs_count; i++)
		fprintf(to, "  %-15s %s\n", verbs[i].words, verbs[i].help);
}

int verb_unknown(int argc, char **argv)
{
	char storage[512];
	struct buf text;

	buf_init_fixed(&text, storage, sizeof(storage));
	str_printable(&text, argv[0], strlen(argv[0]), 60);
	if ((strcmp(argv[0], "user") == 0 || strcmp(argv[0], "roster") == 0) && argc > 1) {
		buf_text(&text, " ");
		str_printable(&text, argv[1], strlen(argv[1]), 60);
	}
	complain("there is no verb \"%s\" (see encvoyctl --help)", buf_cstr(&text));
	return EXIT_USAGE;
}

int verb_help(const struct verb *self, int argc, char **argv)
{
	char help[] = "--help";
	char *ask_for_help[] = {help, NULL};
	const struct verb *verb;
	int words = 0;

	(void)self;
	if (!argc || strcmp(argv[0], help) == 0) {
		print_verbs(stdout);
		return finish_output(EXIT_DONE);
	}
	verb = verb_find(argc, argv, &words);
	if (!verb || words != argc)
		return verb_unknown(argc, argv);
	return verb->run(verb, 1, ask_for_help);
}
