/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "ctl/confline.h"
#include "ctl/ctl.h"
#include "ctl/secretfile.h"
#include "sys/conffile.h"

#include <string.h>

void enroll_free(struct enroll *e)
{
	enrolment_free(&e->v);
	secret_free(e->secret);
	buf_free(&e->text);
	conf_free(&e->conf);
}

enum err enroll_set_issuer(struct enroll *e, const char *url)
{
	char origin[1024];
	char *copy;

	if (!confline_origin(url, origin, sizeof(origin)))
		return ERR_TOO_LONG;
	copy = strdup(origin);
	if (!copy)
		return ERR_NOMEM;
	free(e->v.issuer);
	e->v.issuer = copy;
	return ERR_OK;
}

enum err enroll_take_secret(struct enroll *e)
{
	AUTO_BUF struct buf content = {0};
	enum err code;

	if (!e->secret_file)
		return ERR_OK;
	buf_init_secret(&content, 4096);
	code = input_read(e->secret_file, &content);
	if (code != ERR_OK)
		return code;
	code = secretfile_parse(&content, &e->secret);
	if (code != ERR_OK)
		complain("enroll: --client-secret-file: it must hold the secret on one line");
	return code;
}

static enum err name_secret_file(struct enroll *e)
{
	free(TAKE_PTR(e->v.client_secret_file));
	if (!e->secret)
		return ERR_OK;
	e->v.client_secret_file = strdup(ENROLL_SECRET);
	return e->v.client_secret_file ? ERR_OK : ERR_NOMEM;
}

/* The file's text, as encvoyd will read it. */
static enum err parse(struct enroll *e)
{
	struct conf_error why = {0};
	enum err code;

	conf_free(&e->conf);
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

enum err enroll_make(struct enroll *e)
{
	enum err code = name_secret_file(e);

	buf_free(&e->text);
	buf_init(&e->text, 65536);
	enroll_text(&e->v, &e->text);
	if (code == ERR_OK)
		code = e->text.err;
	if (code != ERR_OK)
		return complain_err("enroll", code), code;
	return parse(e);
}

bool enroll_accepts(const char *key, const char *value)
{
	AUTO_CONF struct conf conf = {0};
	AUTO_BUF struct buf line = {0};
	struct conf_error why = {0};
	enum err code;

	buf_init(&line, 65536);
	confline_put(&line, key, value);
	code = line.err;
	if (code == ERR_OK)
		code = conf_init(&conf);
	if (code != ERR_OK)
		return complain_err(key, code), false;
	if (conf_parse(&conf, (const char *)line.data, line.len, "command line", &why) == ERR_OK)
		return true;
	remark("%s", why.text);
	return false;
}
