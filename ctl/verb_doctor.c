/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"
#include "ctl/opts.h"
#include "ctl/secretfile.h"

#include <string.h>

static void check_all(struct findings *f)
{
	AUTO_SECRET struct secret *secret = NULL;
	AUTO_CONF struct conf conf = {0};
	bool usable = check_configuration(f, &conf);
	const char *file = usable ? conf.service.client_secret_file : NULL;

	check_host(f, usable ? &conf : NULL);
	if (usable)
		check_local(f, &conf);
	check_pam(f);
	if (usable)
		check_sshd(f, &conf);
	check_web(f);
	check_nscd(f);
	check_logs(f);
	check_ways(f, usable ? &conf : NULL);
	check_daemon(f, usable ? &conf : NULL);
	check_map(f);
	if (!usable)
		return;
	check_proxy(f, &conf);
	if (file && secretfile_read(file, &secret) != ERR_OK) {
		found(f, FOUND_WARNING, "client", "run doctor as root",
		    "the client secret cannot be read: the provider was not asked about the "
		    "application");
		check_provider(f, &conf, NULL);
		return;
	}
	check_provider(f, &conf, &(const struct client){conf.service.client_id, secret});
}

int verb_doctor(const struct verb *self, int argc, char **argv)
{
	AUTO_FINDINGS struct findings f = {0};
	bool json = false;
	const struct opt table[] = {
	    {"json", OPT_FLAG, &json, NULL, "print one JSON object"},
	};
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, OPTS(table, 0, 0), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	check_all(&f);
	return findings_print(&f, json);
}
