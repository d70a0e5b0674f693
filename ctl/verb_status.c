/* SPDX-License-Identifier: MIT */
#include "ctl/admin.h"
#include "ctl/opts.h"
#include "ctl/output.h"
#include "ctl/prometheus.h"

/* A verb without arguments that answers with pairs; what is only for status stands last. */
static int ask_pairs(const struct verb *self, bool is_status, int argc, char **argv)
{
	AUTO_ROWS struct rows rows = {0};
	bool json = false, prometheus = false;
	const struct opt table[] = {
	    {"json", OPT_FLAG, &json, NULL, "print one JSON object"},
	    {"prometheus", OPT_FLAG, &prometheus, NULL, "print what Prometheus reads"},
	};
	struct opts opts = *OPTS(table, 0, 0);
	enum opts_result r;
	int n = 0, status;

	if (!is_status)
		opts.n--;
	r = opts_parse(self, &opts, argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	status = admin_call(self->words, NULL, 0, &rows);
	if (prometheus)
		return print_prometheus(&rows, status);
	return status == EXIT_DONE ? print_pairs(&rows, json) : status;
}

int verb_status(const struct verb *self, int argc, char **argv)
{
	return ask_pairs(self, true, argc, argv);
}

int verb_sync(const struct verb *self, int argc, char **argv)
{
	return ask_pairs(self, false, argc, argv);
}

int verb_flush(const struct verb *self, int argc, char **argv)
{
	AUTO_ROWS struct rows rows = {0};
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, &(const struct opts){0}, argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	return admin_call(self->words, NULL, 0, &rows);
}
