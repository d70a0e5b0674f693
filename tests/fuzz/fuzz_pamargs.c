/* SPDX-License-Identifier: MIT */
/* PAM arguments, one on each line. */
#include "common/conf.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

#define ARGS 20

static size_t split(char *text, const char **args)
{
	size_t n = 0;

	for (char *line = text; line && n < ARGS; n++) {
		char *end = strchr(line, '\n');

		if (end)
			*end++ = 0;
		args[n] = line;
		line = end;
	}
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char base[] = "issuer = https://id.example\nclient_id = host\n";
	AUTO_FREE char *text = strndup(size ? (const char *)data : "", size);
	AUTO_CONF struct conf c = {0};
	AUTO_SERVICE struct service_conf s = {0};
	const char *args[ARGS];
	size_t n = split(text, args);
	unsigned methods = 0;
	struct conf_error e = {0};
	enum err alone, whole;

	alone = conf_check_args(args, n, &methods, &e);
	MUST(alone == ERR_OK || (e.text[0] && text_printable(e.text) && e.line <= n));
	MUST((methods & ~7U) == 0);
	MUST(conf_init(&c) == ERR_OK && conf_parse(&c, base, strlen(base), "base", &e) == ERR_OK);
	whole = conf_service(&c, "sshd", args, n, &s, &e);
	/* the daemon never accepts what the module refuses, and they agree on the methods */
	MUST(alone == ERR_OK || whole != ERR_OK);
	for (unsigned m = 1; whole == ERR_OK && methods && m < 8; m <<= 1)
		MUST(service_has_method(&s, m) == ((methods & m) != 0));
	return 0;
}
