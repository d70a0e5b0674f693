/* SPDX-License-Identifier: MIT */
#include "common/conf.h"
#include "common/name.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

static void check_error(const struct conf_error *e)
{
	MUST(e->text[0] && text_printable(e->text) && !strchr(e->text, '\n'));
	MUST(memchr(e->file, 0, sizeof(e->file)) && memchr(e->text, 0, sizeof(e->text)));
}

/* What was accepted as a whole is usable for every service. */
static void check_service(const struct conf *c, const char *name)
{
	AUTO_SERVICE struct service_conf s = {0};
	struct conf_error e;

	MUST(conf_service(c, name, NULL, 0, &s, &e) == ERR_OK);
	MUST(s.client_id && *s.client_id && s.redirect_uri && s.user_name);
	MUST(template_is_sub_only(s.user_name));
	MUST(s.methods[0] && service_has_method(&s, s.methods[0]));
	MUST(s.login_timeout >= 10 && s.login_timeout <= 3600);
	for (size_t i = 0; i < s.allow.n; i++)
		MUST(s.allow.v[i].file &&
		     (s.allow.v[i].value || s.allow.v[i].kind == RULE_EVERYONE));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error e = {0};
	enum err code;

	MUST(conf_init(&c) == ERR_OK);
	code = conf_parse(&c, size ? (const char *)data : "", size, "fuzz.conf", &e);
	if (code == ERR_OK)
		code = conf_finish(&c, &e);
	if (code != ERR_OK) {
		check_error(&e);
		return 0;
	}
	check_service(&c, "sshd");
	check_service(&c, "no such service");
	for (size_t i = 0; i < c.n_settings && i < 16; i++)
		check_service(&c, c.settings[i].section);
	return 0;
}
