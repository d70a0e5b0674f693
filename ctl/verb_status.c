/* SPDX-License-Identifier: MIT */
#include "ctl/admin.h"
#include "ctl/opts.h"
#include "ctl/output.h"
#include "ctl/prometheus.h"

int verb_status(const struct verb *self, int argc, char **argv)
{
	AUTO_ROWS struct rows rows = {0};
	bool json = false, prometheus = false;
	const struct opt table[] = {
	    {"json", OPT_FLAG, &json, NULL, "print one JSON object"},
	    {"prometheus", OPT_FLAG, &prometheus, NULL, "print what Prometheus reads"},
	};
	enum opts_result r;
	int n = 0, status;

	r = opts_parse(self, OPTS(table, 0, 0), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	status = admin_call(self->words, NULL, 0, &rows);
	if (prometheus)
		return print_prometheus(&rows, status);
	return status == EXIT_DONE ? print_pairs(&rows, json) : status;
}

int verb_sync(const struct verb *self, int argc, char **argv)
{
	AUTO_ROWS struct rows rows = {0};
	bool json = false;
	const struct opt table[] = {
	    {"json", OPT_FLAG, &json, NULL, "print one JSON object"},
	};
	enum opts_result r;
	int n = 0, status;

	r = opts_parse(self, OPTS(table, 0, 0), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	status = admin_call(self->words, NULL, 0, &rows);
	return status == EXIT_DONE ? print_pairs(&rows, json) : status;
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
