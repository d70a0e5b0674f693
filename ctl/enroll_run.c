/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "common/str.h"
#include "ctl/ask.h"
#include "ctl/checks.h"
#include "ctl/confline.h"
#include "ctl/ctl.h"
#include "ctl/secretfile.h"

#include <stdio.h>
#include <string.h>

static bool copy(char **to, const char *value)
{
	if (!value)
		return true;
	*to = strdup(value);
	return *to != NULL;
}

static enum err take_flags(struct enroll *e, const struct enroll_flags *flags)
{
	if (!copy(&e->v.client_id, flags->client_id) ||
	    !copy(&e->v.redirect_uri, flags->redirect_uri) || !copy(&e->v.allow, flags->allow) ||
	    !copy(&e->v.host_name, flags->host_name))
		return complain_err("enroll", ERR_NOMEM), ERR_NOMEM;
	if (flags->ca_file) {
		e->v.ca_file = confline_path(flags->ca_file);
		if (!e->v.ca_file)
			return ERR_NOT_FOUND;
	}
	return enroll_take_secret(e);
}

/* Nobody is asked: the command line has said everything. */
static enum err complete(struct enroll *e)
{
	enum err code = enroll_set_issuer(e, e->url);

	if (code == ERR_OK && !e->v.redirect_uri && !copy(&e->v.redirect_uri, ENROLL_REDIRECT))
		code = ERR_NOMEM;
	if (code != ERR_OK)
		return complain_err("enroll", code), code;
	return enroll_make(e);
}

/* Whether a script runs again what is in place already. */
static bool is_repeated(const struct enroll *e, enum enroll_state state)
{
	return !e->asks && state == ENROLL_SAME &&
	       (!e->secret || secretfile_is(ENROLL_SECRET, e->secret));
}

/* False when the provider cannot be used as it is; what was found is on standard error. That it is
 * away is no reason where there is nothing to change. */
static bool check(const struct enroll *e, enum enroll_state state)
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
	/* a conversation has told the rest already */
	findings_remark(&f, e->asked ? FOUND_WARNING : FOUND_OK);
	return f.worst != FOUND_FAILURE ||
	       (is_repeated(e, state) && findings_fail_only(&f, "provider"));
}

/* The settings without their comments. */
static void show_settings(const struct enroll *e)
{
	struct slice rest = {(const char *)e->text.data, e->text.len}, line;

	printf("\n" ENROLL_CONF ":\n");
	while (slice_next(&rest, "\n", &line))
		if (line.p[0] != '#')
			printf("  %.*s\n", (int)line.len, line.p);
	putchar('\n');
}

/* Only a person at a terminal is asked; scripts said what they want by running this. */
static bool agreed(const struct enroll *e, enum enroll_state state)
{
	bool yes = false;

	if (!e->asks || state == ENROLL_SAME)
		return true;
	if (e->asked)
		show_settings(e);
	return ask_yes(state == ENROLL_DIFFERENT ? "Replace " ENROLL_CONF
						   " (kept as encvoy.conf.old)?"
						 : "Write " ENROLL_CONF "?",
		   e->asked && state == ENROLL_NEW, &yes) == ERR_OK &&
	       yes;
}

static enum err store(const struct enroll *e, enum enroll_state state, bool *ret_changed)
{
	bool secret_changed = false;
	enum err code = enroll_write(&e->text, e->secret, state, &secret_changed);

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

static int refuse(enum err code)
{
	if (code == ERR_CANCELLED)
		putchar('\n');
	else if (code == ERR_NO_ANSWER)
		complain("enroll: after %d answers that cannot be used it ends here", ASK_TIMES);
	complain("enroll: nothing was written");
	return EXIT_REFUSED;
}

/* Before the provider is asked, and again once the values are final. */
static int look_at_file(const struct enroll *e, enum enroll_state *ret)
{
	enum err code = enroll_state(&e->text, ret);

	if (code != ERR_OK)
		return complain_err(ENROLL_CONF, code);
	if (*ret != ENROLL_DIFFERENT || e->force || e->asked)
		return EXIT_DONE;
	complain("enroll: %s exists and says something else; --force replaces it and keeps a copy "
		 "as encvoy.conf.old",
	    ENROLL_CONF);
	return EXIT_REFUSED;
}

/* A command line that was complete, at a terminal: the test sign-in is worth a question. */
static enum err offer_sign_in(struct enroll *e)
{
	enum err code;

	if (!e->asks || e->asked)
		return ERR_OK;
	code = enroll_ask_who(e, NULL);
	return code == ERR_OK ? enroll_make(e) : code;
}

static int finish(struct enroll *e, enum enroll_state state)
{
	bool changed = false;

	if (store(e, state, &changed) != ERR_OK)
		return EXIT_REFUSED;
	if (e->asks)
		enroll_bind(e);
	else
		e->taken = !changed;
	enroll_next(e);
	return finish_output(EXIT_DONE);
}

/* With the values complete and accepted by the option table. */
static int conclude(struct enroll *e)
{
	enum enroll_state state = ENROLL_NEW;
	int status = look_at_file(e, &state);
	enum err code;

	if (status != EXIT_DONE)
		return status;
	if (!check(e, state))
		return refuse(ERR_OK);
	if (e->dry_run)
		return tell(e, state);
	code = offer_sign_in(e);
	if (code == ERR_OK)
		code = enroll_state(&e->text, &state);
	if (code != ERR_OK || !agreed(e, state))
		return refuse(code);
	return finish(e, state);
}

int enroll_run(struct enroll *e, const struct enroll_flags *flags)
{
	enum err code = take_flags(e, flags);

	if (code == ERR_OK)
		code = e->asked ? enroll_ask(e) : complete(e);
	if (code == ERR_OK)
		return conclude(e);
	return e->asked ? refuse(code) : EXIT_USAGE;
}
