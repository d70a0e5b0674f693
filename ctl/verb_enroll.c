/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"
#include "ctl/code_page.h"
#include "ctl/confline.h"
#include "ctl/enroll.h"
#include "ctl/enroll_ssh.h"
#include "ctl/opts.h"
#include "ctl/secretfile.h"
#include "encvoyd/paths.h"
#include "sys/conffile.h"
#include "sys/file.h"
#include "sys/localdb.h"

#include <stdio.h>
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

/* Everything the verb works with, gathered step by step. */
struct enroll {
	const struct enroll_options *o;
	char issuer[1024];
	char *ca_file;
	struct secret *secret;
	struct buf text;
	struct conf conf;
};

static void enroll_free(struct enroll *e)
{
	free(e->ca_file);
	secret_free(e->secret);
	buf_free(&e->text);
	conf_free(&e->conf);
}

static enum err take_secret(struct enroll *e)
{
	AUTO_BUF struct buf content = {0};
	enum err code;

	if (!e->o->secret_file)
		return ERR_OK;
	buf_init_secret(&content, 4096);
	code = input_read(e->o->secret_file, &content);
	if (code != ERR_OK)
		return code;
	code = secretfile_parse(&content, &e->secret);
	if (code != ERR_OK)
		complain("enroll: --client-secret-file: it must hold the secret on one line");
	return code;
}

/* The file's text, checked by the option table as encvoyd will, with the drop-ins that are there.
 */
static enum err make_text(struct enroll *e, char *allow)
{
	struct enrolment values = {
	    .issuer = e->issuer,
	    .client_id = e->o->client_id,
	    .client_secret_file = e->secret ? ENROLL_SECRET : NULL,
	    .redirect_uri = e->o->redirect_uri,
	    .allow = allow,
	    .ca_file = e->ca_file,
	    .host_name = e->o->host_name,
	};
	struct conf_error why = {0};
	enum err code;

	buf_init(&e->text, 65536);
	enroll_text(&values, &e->text);
	if (e->text.err != ERR_OK)
		return complain_err("enroll", e->text.err), e->text.err;
	code = conf_init(&e->conf);
	if (code == ERR_OK)
		code = conf_parse(
		    &e->conf, (const char *)e->text.data, e->text.len, "command line", &why);
	if (code == ERR_OK)
		code = conffile_drop_ins(ENCVOY_SYSCONFDIR, &e->conf, &why);
	if (code == ERR_OK)
		code = conf_finish(&e->conf, &why);
	if (code != ERR_OK)
		confline_complain(&why);
	return code;
}

static enum err prepare(struct enroll *e, const char *url)
{
	AUTO_FREE char *allow = NULL;
	enum err code;

	if (!confline_origin(url, e->issuer, sizeof(e->issuer)))
		return complain_err("enroll", ERR_TOO_LONG), ERR_TOO_LONG;
	if (e->o->ca_file) {
		e->ca_file = confline_path(e->o->ca_file);
		if (!e->ca_file)
			return ERR_NOT_FOUND;
	}
	code = take_secret(e);
	if (code != ERR_OK)
		return code;
	allow = strndup((const char *)e->o->allow->data, e->o->allow->len);
	if (!allow)
		return complain_err("enroll", ERR_NOMEM), ERR_NOMEM;
	return make_text(e, allow);
}

/* False when the provider cannot be used as it is; what was found is on standard error. */
static bool check(const struct enroll *e)
{
	const struct client client = {e->conf.service.client_id, e->secret};
	AUTO_FINDINGS struct findings f = {0};

	check_ca(&f, &e->conf);
	check_provider(&f, &e->conf, &client);
	for (size_t i = 0; i < e->conf.service.allow.n; i++)
		if (e->conf.service.allow.v[i].kind == RULE_EVERYONE)
			found(&f, FOUND_WARNING, "allow-everyone",
			    "close the application to outsiders in Encvoy ID, or name people",
			    "everybody who can sign in at %s may log in here", e->conf.issuer);
	findings_remark(&f);
	return f.worst != FOUND_FAILURE;
}

/* Only a person at a terminal is asked; scripts said what they want by running this. */
static bool agreed(const struct enroll *e)
{
	AUTO_BUF struct buf line = {0};

	if (e->o->yes || !isatty(STDIN_FILENO) || !isatty(STDOUT_FILENO) || !isatty(STDERR_FILENO))
		return true;
	fprintf(stderr, "Write %s? [y/N] ", ENROLL_CONF);
	buf_init(&line, 256);
	return input_line(STDIN_FILENO, &line) == ERR_OK &&
	       (slice_is(input_trim(&line), "y") || slice_is(input_trim(&line), "yes"));
}

/* The secret first: a configuration never names one that is not there. */
static enum err store(const struct enroll *e, enum enroll_state state, bool *ret_changed)
{
	bool secret_changed = false;
	enum err code = dir_ensure(ENCVOY_SYSCONFDIR, 0755, 0);

	if (code == ERR_OK && e->secret)
		code = secretfile_write(ENROLL_SECRET, e->secret, &secret_changed);
	if (code == ERR_OK)
		code = enroll_write(&e->text, state);
	if (code != ERR_OK)
		return complain_err(ENCVOY_SYSCONFDIR, code), code;
	printf("%s: %s\n", ENROLL_CONF, state == ENROLL_SAME ? "unchanged" : "written");
	if (state == ENROLL_DIFFERENT)
		printf("%s: the former one\n", ENROLL_CONF_OLD);
	if (e->secret)
		printf("%s: %s\n", ENROLL_SECRET, secret_changed ? "written" : "unchanged");
	*ret_changed = secret_changed || state != ENROLL_SAME;
	return ERR_OK;
}

static int tell(const struct enroll *e, enum enroll_state state)
{
	printf("%s: %s\n", ENROLL_CONF, state == ENROLL_SAME ? "unchanged" : "to be written");
	if (e->secret)
		printf("%s: %s\n", ENROLL_SECRET,
		    secretfile_is(ENROLL_SECRET, e->secret) ? "unchanged" : "to be written");
	return finish_output(EXIT_DONE);
}

static int run(struct enroll *e, const char *url)
{
	enum enroll_state state = ENROLL_NEW;
	struct local_user user;
	bool changed = false;
	enum err code = prepare(e, url);

	if (code != ERR_OK)
		return EXIT_USAGE;
	code = enroll_state(&e->text, &state);
	if (code != ERR_OK)
		return complain_err(ENROLL_CONF, code);
	if (state == ENROLL_DIFFERENT && !e->o->force) {
		complain("enroll: %s exists and says something else; --force replaces it and keeps "
			 "a copy as encvoy.conf.old",
		    ENROLL_CONF);
		return EXIT_REFUSED;
	}
	if (!check(e)) {
		complain("enroll: nothing was written");
		return EXIT_REFUSED;
	}
	if (e->o->dry_run)
		return tell(e, state);
	if (state != ENROLL_SAME && !agreed(e)) {
		complain("enroll: nothing was written");
		return EXIT_REFUSED;
	}
	if (store(e, state, &changed) != ERR_OK)
		return EXIT_REFUSED;
	if (changed)
		enroll_advice(localdb_user(LISTENER_USER, &user) == ERR_OK &&
			      localdb_user(ONLINE_USER, &user) == ERR_OK);
	else
		puts("What is left to do, \"encvoyctl doctor\" knows.");
	return finish_output(EXIT_DONE);
}

static int missing(const char *option, const char *advice)
{
	complain("enroll: %s is missing: %s", option, advice);
	return EXIT_USAGE;
}

static bool is_root(const char *what)
{
	if (geteuid() == 0)
		return true;
	complain("enroll: only root can write %s (try sudo)", what);
	return false;
}

/* A step of its own, with the configuration in place. */
static int run_ssh(const struct enroll_options *o, int n_args)
{
	if (!o->ssh || n_args || o->client_id || o->allow->len || (o->undo && o->untested) ||
	    o->dry_run) {
		complain("enroll: it is \"enroll --ssh\" or \"enroll --ssh --undo\", once \"enroll "
			 "URL\" is done");
		return EXIT_USAGE;
	}
	if (!is_root("sshd's and PAM's settings"))
		return EXIT_REFUSED;
	return o->undo ? enroll_ssh_undo() : enroll_ssh(o->untested, o->force);
}

int verb_enroll(const struct verb *self, int argc, char **argv)
{
	AUTO_BUF struct buf allow = {0};
	struct enroll_options o = {.allow = &allow};
	CLEANUP(enroll_free) struct enroll e = {.o = &o};
	const struct opt table[] = {
	    {"client-id", OPT_TEXT, &o.client_id, "ID", "the application's Client ID"},
	    {"client-secret-file", OPT_TEXT, &o.secret_file, "FILE",
		"its Client secret, if it has one"},
	    {"allow", OPT_WORDS, &allow, "RULE", "who may log in: sub:SUB, user:NAME, everyone"},
	    {"redirect-uri", OPT_TEXT, &o.redirect_uri, "URI",
		"one of the application's redirect URLs (http://127.0.0.1/cb)"},
	    {"ca-file", OPT_TEXT, &o.ca_file, "FILE", "the CA of the provider's certificate"},
	    {"host-name", OPT_TEXT, &o.host_name, "NAME", "this host's name in tokens"},
	    {"force", OPT_FLAG, &o.force, NULL, "replace another encvoy.conf"},
	    {"ssh", OPT_FLAG, &o.ssh, NULL,
		"set sshd up, and homes for who comes for the first time"},
	    {"undo", OPT_FLAG, &o.undo, NULL, "with --ssh: take that back"},
	    {"untested", OPT_FLAG, &o.untested, NULL, "with --ssh: before anybody has signed in"},
	    {"yes", OPT_FLAG, &o.yes, NULL, "do not ask before writing"},
	    {"dry-run", OPT_FLAG, &o.dry_run, NULL, "check everything and write nothing"},
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
	if (o.ssh || o.undo || o.untested)
		return run_ssh(&o, n);
	if (!n)
		return missing("URL", "the address of Encvoy ID, or --code-page");
	if (!o.redirect_uri)
		o.redirect_uri = "http://127.0.0.1/cb";
	if (!is_root(ENROLL_CONF))
		return EXIT_REFUSED;
	if (!o.client_id)
		return missing("--client-id",
		    "in Encvoy ID create a native application with the redirect URL "
		    "http://127.0.0.1/cb and copy its Client ID");
	if (!allow.len)
		return missing("--allow", "say who may log in, for example --allow sub:17 (the "
					  "user's number in Encvoy ID)");
	return run(&e, argv[0]);
}
