/* SPDX-License-Identifier: MIT */
#include "ctl/tokenconf.h"

#include "ctl/confline.h"
#include "ctl/ctl.h"
#include "sys/conffile.h"

#include <string.h>

#define REDIRECT "http://127.0.0.1/cb"

/* This host's configuration, when the choice leaves something to it and it is about the same
 * provider; otherwise the defaults. */
static enum err load_base(const struct token_choice *choice, const char *issuer, struct conf *ret)
{
	struct conf_error e = {0};
	enum err code = conffile_load(ENCVOY_SYSCONFDIR, ret, &e);

	if (code == ERR_OK && (!issuer || strcmp(issuer, ret->issuer) == 0))
		return ERR_OK;
	if (!issuer || !choice->client_id) {
		if (code == ERR_OK || code == ERR_NOT_FOUND)
			complain("token: --issuer and --client-id are needed: %s",
			    code == ERR_OK ? "this host belongs to another provider"
					   : "there is no " ENCVOY_SYSCONFDIR "/encvoy.conf here");
		else
			confline_complain(&e);
		return code == ERR_OK ? ERR_CONFIG : code;
	}
	conf_free(ret);
	return conf_init(ret);
}

static enum err apply(
    const struct token_choice *choice, const char *issuer, const char *ca_file, struct conf *ret)
{
	AUTO_BUF struct buf lines = {0};
	struct conf_error e = {0};
	enum err code;

	buf_init(&lines, 16384);
	confline_put(&lines, "issuer", issuer);
	confline_put(&lines, "client_id", choice->client_id);
	confline_put(&lines, "ca_file", ca_file);
	confline_put(&lines, "redirect_uri", choice->redirect_uri);
	if (lines.err != ERR_OK)
		return complain_err("token", lines.err), lines.err;
	code = conf_parse(
	    ret, lines.data ? (const char *)lines.data : "", lines.len, "command line", &e);
	if (code == ERR_OK)
		code = conf_finish(ret, &e);
	if (code != ERR_OK)
		confline_complain(&e);
	return code;
}

enum err tokenconf_make(const struct token_choice *choice, struct conf *ret)
{
	struct token_choice c = *choice;
	AUTO_FREE char *ca_file = NULL;
	char storage[1024];
	const char *issuer = NULL;
	enum err e;

	if (choice->issuer) {
		issuer = confline_origin(choice->issuer, storage, sizeof(storage));
		if (!issuer)
			return complain_err("--issuer", ERR_TOO_LONG), ERR_TOO_LONG;
	}
	if (choice->ca_file) {
		ca_file = confline_path(choice->ca_file);
		if (!ca_file)
			return ERR_NOT_FOUND;
	}
	e = load_base(choice, issuer, ret);
	if (e != ERR_OK)
		return e;
	/* another client than the host's has another redirect address, and no secret here */
	if (choice->client_id && ret->service.client_id &&
	    strcmp(choice->client_id, ret->service.client_id) != 0) {
		free(TAKE_PTR(ret->service.client_secret_file));
		c.redirect_uri = c.redirect_uri ? c.redirect_uri : REDIRECT;
	}
	return apply(&c, issuer, ca_file, ret);
}
