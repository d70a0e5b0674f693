/* SPDX-License-Identifier: MIT */
#include "ctl/admin.h"
#include "ctl/opts.h"
#include "ctl/output.h"

#include <string.h>

/* The decision is what a script wants to know. */
static int status_of(const struct rows *rows)
{
	return strcmp(rows_value(rows, "decision"), "allowed") == 0 ? EXIT_DONE : EXIT_REFUSED;
}

int verb_why(const struct verb *self, int argc, char **argv)
{
	AUTO_ROWS struct rows rows = {0};
	const char *service = NULL;
	bool json = false;
	const struct opt table[] = {
	    {"service", OPT_TEXT, &service, "SERVICE", "the PAM service: sshd, login, sudo ..."},
	    {"json", OPT_FLAG, &json, NULL, "print one JSON object"},
	};
	enum opts_result r;
	int n = 0, status, printed;

	r = opts_parse(self, OPTS(table, 1, 1), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	if (!service) {
		complain("why: --service is missing (see encvoyctl why --help)");
		return EXIT_USAGE;
	}
	status = admin_call(self->words, (const char *const[]){argv[0], service}, 2, &rows);
	if (status != EXIT_DONE)
		return status;
	printed = print_pairs(&rows, json);
	return printed == EXIT_DONE ? status_of(&rows) : printed;
}
