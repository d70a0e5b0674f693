/* SPDX-License-Identifier: MIT */
/* json_check: exits 0 when standard input is JSON by the grammar of RFC 8259, else 1. With
 * --policy the stricter rules for what is used also hold (no duplicate members, no NUL). */
#include "oidc/json.h"
#include "tests/tools/slurp.h"

#include <string.h>

int main(int argc, char **argv)
{
	AUTO_BUF struct buf in = {0};
	AUTO_JSON struct json *j = NULL;
	bool policy = argc == 2 && strcmp(argv[1], "--policy") == 0;
	enum err e;

	if (argc > 2 || (argc == 2 && !policy)) {
		fprintf(stderr, "usage: json_check [--policy] <FILE\n");
		return 2;
	}
	buf_init(&in, SLURP_MAX);
	e = slurp(stdin, &in);
	if (e == ERR_OK && policy)
		e = json_parse(in.data, in.len, SLURP_MAX, &j);
	else if (e == ERR_OK)
		e = json_check_grammar(in.data, in.len, SLURP_MAX);
	if (e != ERR_OK)
		fprintf(stderr, "refused: %s\n", err_word(e));
	return e == ERR_OK ? 0 : 1;
}
