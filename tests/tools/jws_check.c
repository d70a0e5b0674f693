/* SPDX-License-Identifier: MIT */
/* jws_check KEYFILE: verifies the compact JWS on standard input with a JWK or JWK set, under any
 * algorithm that the project knows. Prints the payload and exits 0, or exits 1. */
#include "oidc/jws.h"
#include "tests/tools/slurp.h"

#include <string.h>

static enum err read_keys(const char *path, struct jwks **ret)
{
	AUTO_BUF struct buf text = {0};
	FILE *f = fopen(path, "re");
	enum err e;

	buf_init(&text, SLURP_MAX);
	if (!f)
		return ERR_IO;
	e = slurp(f, &text);
	fclose(f);
	return e == ERR_OK ? jwks_parse_any(text.data, text.len, ret) : e;
}

/* The line ending that a shell adds is not part of the token. */
static size_t without_newline(const struct buf *b)
{
	return b->len && b->data[b->len - 1] == '\n' ? b->len - 1 : b->len;
}

int main(int argc, char **argv)
{
	AUTO_BUF struct buf in = {0};
	AUTO_JWKS struct jwks *keys = NULL;
	AUTO_JWS struct jws *jws = NULL;
	const char *payload;
	size_t len = 0;
	enum err e;

	buf_init(&in, SLURP_MAX);
	if (argc != 2) {
		fprintf(stderr, "usage: jws_check KEYFILE <TOKEN\n");
		return 2;
	}
	e = read_keys(argv[1], &keys);
	if (e == ERR_OK)
		e = slurp(stdin, &in);
	if (e == ERR_OK)
		e = jws_verify(keys, JWA_ALL, (const char *)in.data, without_newline(&in), &jws);
	if (e != ERR_OK) {
		fprintf(stderr, "refused: %s\n", err_word(e));
		return 1;
	}
	payload = jws_payload(jws, &len);
	return fwrite(payload, 1, len, stdout) == len && fflush(stdout) == 0 ? 0 : 1;
}
