/* SPDX-License-Identifier: MIT */
#include "ctl/ask.h"
#include "ctl/code_page.h"
#include "ctl/enroll.h"
#include "ctl/enroll_ssh.h"
#include "ctl/opts.h"

#include <string.h>

struct enroll_options {
	const char *client_id;
	const char *secret_file;
	struct buf *allow;
	const char *redirect_uri;
	const char *ca_file;
	const char *host_name;
	bool force;
	bool yes;
	bool dry_run;
	bool code_page;
	bool ssh;
	bool undo;
	bool untested;
};

static bool is_root(const char *what)
{
	if (geteuid() == 0)
		return true;
	complain("enroll: only root can write %s (try sudo)", what);
	return false;
}

static bool speaks_of_a_provider(const struct enroll_options *o)
{
	return o->client_id || o->secret_file || o->allow->len || o->redirect_uri || o->ca_file ||
	       o->host_name;
}

/* A step of its own, with the configuration in place. */
static int run_ssh(const struct enroll_options *o, int n_args)
{
	if (!o->ssh || n_args || speaks_of_a_provider(o) || (o->undo && o->untested) ||
	    o->dry_run) {
		complain("enroll: it is \"enroll --ssh\" or \"enroll --ssh --undo\", once \"enroll "
			 "URL\" is done");
		return EXIT_USAGE;
	}
	if (!is_root("sshd's and PAM's settings"))
		return EXIT_REFUSED;
	return o->undo ? enroll_ssh_undo() : enroll_ssh(o->untested, o->force);
}

static int run_undo(const struct enroll_options *o, int n_args)
{
	if (n_args || o->dry_run || speaks_of_a_provider(o)) {
		complain("enroll: --undo takes back what is there, and needs nothing but --force");
		return EXIT_USAGE;
	}
	return is_root(ENROLL_CONF) ? enroll_undo(o->force) : EXIT_REFUSED;
}

static int missing(const char *option, const char *advice)
{
	complain("enroll: %s is missing: %s", option, advice);
	return EXIT_USAGE;
}

/* Nobody can be asked. */
static int complete(const struct enroll_options *o)
{
	if (!o->client_id)
		return missing("--client-id",
		    "in Encvoy ID create a native application with the redirect URL "
		    "http://127.0.0.1/cb and copy its Client ID");
	if (!o->allow->len)
		return missing("--allow", "say who may log in, for example --allow sub:17 (the "
					  "user's number in Encvoy ID)");
	return EXIT_DONE;
}

static int begin(const struct enroll_options *o, const char *url)
{
	CLEANUP(enroll_free)
	struct enroll e = {
	    .url = url, .secret_file = o->secret_file, .force = o->force, .dry_run = o->dry_run};
	const struct enroll_flags flags = {.client_id = o->client_id,
	    .redirect_uri = o->redirect_uri,
	    .allow = o->allow->len ? buf_cstr(o->allow) : NULL,
	    .ca_file = o->ca_file,
	    .host_name = o->host_name};
	int status;

	e.asks = !o->yes && !o->dry_run && ask_possible();
	e.asked = e.asks && (!url || !flags.client_id || !flags.allow);
	if (!e.asked && !url)
		return missing("URL", "the address of Encvoy ID, or --code-page");
	if (!is_root(ENROLL_CONF))
		return EXIT_REFUSED;
	status = e.asked ? EXIT_DONE : complete(o);
	return status == EXIT_DONE ? enroll_run(&e, &flags) : status;
}

int verb_enroll(const struct verb *self, int argc, char **argv)
{
	AUTO_BUF struct buf allow = {0};
	struct enroll_options o = {.allow = &allow};
	const struct opt table[] = {
	    {"client-id", OPT_TEXT, &o.client_id, "ID", "the application's Client ID"},
	    {"client-secret-file", OPT_TEXT, &o.secret_file, "FILE",
		"its Client secret, if it has one"},
	    {"allow", OPT_WORDS, &allow, "RULE", "who may log in: sub:SUB, user:NAME, everyone"},
	    {"redirect-uri", OPT_TEXT, &o.redirect_uri, "URI",
		"one of the application's redirect URLs (http://127.0.0.1/cb)"},
	    {"ca-file", OPT_TEXT, &o.ca_file, "FILE", "the CA of the provider's certificate"},
	    {"host-name", OPT_TEXT, &o.host_name, "NAME", "this host's name in tokens"},
	    {"force", OPT_FLAG, &o.force, NULL,
		"replace another encvoy.conf, or undo in spite of PAM"},
	    {"ssh", OPT_FLAG, &o.ssh, NULL,
		"set sshd up, and homes for who comes for the first time"},
	    {"undo", OPT_FLAG, &o.undo, NULL,
		"take back what enroll wrote; with --ssh only that part"},
	    {"untested", OPT_FLAG, &o.untested, NULL, "with --ssh: before anybody has signed in"},
	    {"yes", OPT_FLAG, &o.yes, NULL, "ask nothing"},
	    {"dry-run", OPT_FLAG, &o.dry_run, NULL,
		"ask nothing, check everything and write nothing"},
	    {"code-page", OPT_FLAG, &o.code_page, NULL,
		"only print the page that shows the code, to be put at an address of yours"},
	};
	enum opts_result r;
	int n = 0;

	buf_init(&allow, 65536);
	r = opts_parse(self, OPTS(table, 0, 1), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	if (o.code_page)
		return code_page_print(o.redirect_uri);
	if (o.ssh || o.untested)
		return run_ssh(&o, n);
	return o.undo ? run_undo(&o, n) : begin(&o, n ? argv[0] : NULL);
}
