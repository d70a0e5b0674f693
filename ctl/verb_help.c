/* SPDX-License-Identifier: MIT */
#include "ctl/ctl.h"

#include <stdio.h>

void print_verbs(FILE *to)
{
	fputs("usage: encvoyctl VERB [arguments]\n"
	      "       encvoyctl VERB --help\n"
	      "       encvoyctl --version\n\n",
	    to);
	for (size_t i = 0; i < verbs_count; i++)
		fprintf(to, "  %-14s %s\n", verbs[i].words, verbs[i].help);
}

int verb_help(const struct verb *self, int argc, char **argv)
{
	(void)self, (void)argc, (void)argv;
	print_verbs(stdout);
	return finish_output(EXIT_DONE);
}
