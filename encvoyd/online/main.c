/* SPDX-License-Identifier: MIT */
/* encvoyd-online: the one part of the project that talks to the network. Started by encvoyd or by
 * systemd with a listening socket, as the user encvoy-online. */
#include "config.h"

#include "encvoyd/log.h"
#include "encvoyd/online/http.h"
#include "encvoyd/online/process.h"
#include "encvoyd/online/template.h"
#include "encvoyd/online/times.h"
#include "encvoyd/online/wipemem.h"
#include "sys/notify.h"

#include <stdio.h>
#include <sysexits.h>

static int usage(void)
{
	fputs("usage: encvoyd-online [-d] (with a listening socket by LISTEN_FDS)\n"
	      "       encvoyd-online -V\n",
	    stderr);
	return 2;
}

static int fail(const char *what, enum err e)
{
	log_line(LOG_ERR, "%s: %s", what, err_text(e));
	return EXIT_FAILURE;
}

static int serve(void)
{
	static struct template t = {
	    .listen_fd = -1, .signal_fd = -1, .keys = {.control = -1}, .spare = {.control = -1}};
	enum err e = process_listen_fd(&t.listen_fd);

	if (e != ERR_OK)
		return fail("no listening socket was handed over", e);
	notify_keep();
	e = process_harden();
	if (e == ERR_PERMISSION)
		return fail("must not run as root", e);
	if (e != ERR_OK)
		return fail("cannot protect this process", e);
	e = http_init();
	if (e != ERR_OK)
		return fail("libcurl", e);
	e = times_share();
	if (e != ERR_OK)
		return fail("shared memory", e);
	/* no restart makes a configuration better, and the unit knows this status */
	e = template_load(&t);
	if (e != ERR_OK)
		return e == ERR_NOMEM || e == ERR_IO ? EXIT_FAILURE : EX_CONFIG;
	e = template_run(&t);
	return e == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	bool to_stderr = false;
	int c;

	if (wipemem_install() != ERR_OK)
		return fail("OpenSSL", ERR_INTERNAL);
	while ((c = getopt(argc, argv, "dV")) != -1) {
		switch (c) {
		case 'd':
			to_stderr = true;
			break;
		case 'V':
			puts("encvoyd-online (" PACKAGE_NAME ") " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			return usage();
		}
	}
	if (optind != argc)
		return usage();
	log_open("encvoyd-online", to_stderr);
	return serve();
}
