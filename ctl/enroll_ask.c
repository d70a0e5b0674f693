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

static const char greeting[] =
    "This connects the host to an Encvoy ID. Nothing is written before you have said\n"
    "so at the end. Enter takes the answer in [brackets], Ctrl-C leaves.\n";

static const char about_page[] =
    "\nThe page on which a sign-in ends\n\n"
    "   Best is a page of yours that shows the code: one file on any web server\n"
    "   with https, the same for all hosts. \"encvoyctl enroll --code-page\" prints\n"
    "   it, and docs/code-page.md says more. The fallback is " ENROLL_REDIRECT ":\n"
    "   the browser says at the end that it cannot be reached, and people copy its\n"
    "   address from the address bar.\n\n";

static const char about_application[] =
    "\nThe application in Encvoy ID\n\n"
    "   Create one for this host, or take the one of your other hosts:\n"
    "     type           native, without a secret (authentication method none); or\n"
    "                    web, with a secret (client_secret_basic) and a page by\n"
    "                    https: people can set a passphrase only with a secret\n"
    "     redirect URL   %s\n"
    "   Two of its switches matter:\n"
    "     closed to      authorize_only_employees, members and invited people only:\n"
    "     outsiders      switch it on. Without it everybody who can register at\n"
    "                    this Encvoy ID can sign in to it\n"
    "     login visible  by the application's rule for the fields of the profile:\n"
    "                    shows who signed in. Names here are bound to numbers,\n"
    "                    which never change, so it may stay off\n\n";

static enum err replace(char **to, const char *value)
{
	char *copy = strdup(value);

	if (!copy)
		return ERR_NOMEM;
	free(*to);
	*to = copy;
	return ERR_OK;
}

/* --- what this host was told before is offered again --- */

static void former_values(struct enrolment *ret)
{
	AUTO_BUF struct buf text = {0};
	enum enroll_author author;

	if (enroll_read_conf(&text) != ERR_OK || !text.len ||
	    enroll_read((const char *)text.data, text.len, ret, &author) != ERR_OK)
		enrolment_free(ret);
}

/* --- 1. the address --- */

static bool has_finding(const struct findings *f, const char *code)
{
	for (size_t i = 0; i < f->n; i++)
		if (f->v[i].severity == FOUND_FAILURE && strcmp(f->v[i].code, code) == 0)
			return true;
	return false;
}

/* What stands at the address; *ret_distrusted when it is the certificate or its CA that is in the
 * way.
 */
static bool is_provider(const struct enroll *e, bool *ret_distrusted)
{
	AUTO_FINDINGS struct findings f = {0};
	AUTO_CONF struct conf conf = {0};
	AUTO_BUF struct buf lines = {0};
	struct conf_error why = {0};
	enum err code = conf_init(&conf);

	*ret_distrusted = false;
	buf_init(&lines, 16384);
	confline_put(&lines, "issuer", e->v.issuer);
	confline_put(&lines, "ca_file", e->v.ca_file);
	if (code == ERR_OK)
		code = lines.err;
	if (code != ERR_OK)
		return complain_err("enroll", code), false;
	if (conf_parse(&conf, (const char *)lines.data, lines.len, "command line", &why) !=
	    ERR_OK) {
		remark("%s", why.text);
		return false;
	}
	check_ca(&f, &conf);
	check_provider(&f, &conf, NULL);
	findings_remark(&f, FOUND_OK);
	*ret_distrusted = has_finding(&f, "tls") || has_finding(&f, "ca");
	return f.worst != FOUND_FAILURE;
}

static bool take_ca(void *arg, const char *answer)
{
	struct enroll *e = arg;

	free(TAKE_PTR(e->v.ca_file));
	if (!*answer)
		return true;
	e->v.ca_file = confline_path(answer);
	return e->v.ca_file != NULL;
}

static bool take_address(void *arg, const char *answer)
{
	struct enroll *e = arg;
	char url[1024];
	bool distrusted;
	int n = snprintf(url, sizeof(url), "%s%s", strstr(answer, "://") ? "" : "https://", answer);

	if (!*answer)
		return false;
	if (n < 0 || (size_t)n >= sizeof(url) || enroll_set_issuer(e, url) != ERR_OK) {
		remark("That is too long.");
		return false;
	}
	if (is_provider(e, &distrusted))
		return true;
	if (!distrusted)
		return false;
	if (ask_text("File with the CA of its certificate (Enter: none)", NULL, take_ca, e) !=
		ERR_OK ||
	    !e->v.ca_file)
		return false;
	return is_provider(e, &distrusted);
}

static enum err ask_address(struct enroll *e, const struct enrolment *former)
{
	printf("\nEncvoy ID\n\n   Its address as the browser shows it: https://id.example.com\n\n");
	if (!e->v.ca_file && former->ca_file && replace(&e->v.ca_file, former->ca_file) != ERR_OK)
		return ERR_NOMEM;
	if (e->url && take_address(e, e->url))
		return ERR_OK;
	return ask_text("Address of Encvoy ID", e->url ? NULL : former->issuer, take_address, e);
}

/* --- 2. the page --- */

static bool take_page(void *arg, const char *answer)
{
	struct enroll *e = arg;

	return enroll_accepts("redirect_uri", answer) &&
	       replace(&e->v.redirect_uri, answer) == ERR_OK;
}

static enum err ask_page(struct enroll *e, const struct enrolment *former)
{
	if (e->v.redirect_uri)
		return ERR_OK;
	fputs(about_page, stdout);
	return ask_text("Address of your page",
	    former->redirect_uri ? former->redirect_uri : ENROLL_REDIRECT, take_page, e);
}

/* --- 3. the application --- */

static bool take_client(void *arg, const char *answer)
{
	struct enroll *e = arg;

	return *answer && enroll_accepts("client_id", answer) &&
	       replace(&e->v.client_id, answer) == ERR_OK;
}

/* The one in place may stay; it is not shown. */
static enum err ask_client_secret(struct enroll *e, const struct enrolment *former)
{
	bool kept =
	    former->client_secret_file && strcmp(former->client_secret_file, ENROLL_SECRET) == 0;
	AUTO_SECRET struct secret *answer = NULL;
	enum err code;

	if (e->secret_file)
		return ERR_OK;
	secret_free(TAKE_PTR(e->secret));
	code = ask_secret(kept ? "Client secret, not shown (Enter: the present one, -: it has none)"
			       : "Client secret, not shown (Enter: it has none)",
	    &answer);
	if (code != ERR_OK || (kept && strcmp(secret_str(answer), "-") == 0))
		return code;
	if (secret_len(answer))
		e->secret = TAKE_PTR(answer);
	else if (kept && secretfile_read(ENROLL_SECRET, &e->secret) != ERR_OK)
		remark("The present one cannot be read.");
	return ERR_OK;
}

static bool client_is_known(struct enroll *e)
{
	AUTO_FINDINGS struct findings f = {0};
	struct client client = {e->v.client_id, e->secret};

	if (enroll_make(e) != ERR_OK)
		return false;
	check_provider(&f, &e->conf, &client);
	findings_remark(&f, FOUND_WARNING);
	if (f.worst == FOUND_FAILURE)
		return false;
	remark("Encvoy ID knows the application.");
	return true;
}

static enum err ask_application(struct enroll *e, const struct enrolment *former)
{
	bool given = e->v.client_id != NULL;

	printf(about_application, e->v.redirect_uri);
	if (given && e->secret_file && client_is_known(e))
		return ERR_OK;
	for (int i = 0; i < ASK_TIMES; i++) {
		enum err code = ERR_OK;

		if (!given || i)
			code = ask_text("Client ID",
			    e->v.client_id ? e->v.client_id : former->client_id, take_client, e);
		if (code == ERR_OK)
			code = ask_client_secret(e, former);
		if (code != ERR_OK)
			return code;
		if (client_is_known(e))
			return ERR_OK;
	}
	return ERR_NO_ANSWER;
}

/* --- all of it --- */

enum err enroll_ask(struct enroll *e)
{
	AUTO_ENROLMENT struct enrolment former = {0};
	enum err code;

	former_values(&former);
	fputs(greeting, stdout);
	code = ask_address(e, &former);
	if (code == ERR_OK)
		code = ask_page(e, &former);
	if (code == ERR_OK)
		code = ask_application(e, &former);
	if (code == ERR_OK && !e->v.host_name && former.host_name)
		code = replace(&e->v.host_name, former.host_name);
	if (code == ERR_OK)
		code = enroll_ask_who(e, former.allow);
	return code == ERR_OK ? enroll_make(e) : code;
}
