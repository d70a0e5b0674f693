/* SPDX-License-Identifier: MIT */
#include "ctl/input.h"
#include "ctl/opts.h"
#include "oidc/idtoken.h"
#include "oidc/jwa.h"
#include "sys/clock.h"

#include <stdio.h>
#include <string.h>

#define TOKEN_MAX (128 * 1024)

struct verify {
	const char *issuer;
	const char *audience;
	const char *jwks;
	const char *nonce;
	const char *algorithms;
	uint64_t now;
};

static int refused(enum err e)
{
	fprintf(stderr, "refused: %s\n", err_word(e));
	return EXIT_REFUSED;
}

static int print_claims(const struct claims *claims)
{
	AUTO_BUF struct buf text = {0};
	enum err e;

	buf_init(&text, 1024 * 1024);
	e = claims_write(claims, &text);
	if (e != ERR_OK || !buf_cstr(&text))
		return refused(e != ERR_OK ? e : ERR_NOMEM);
	puts(buf_cstr(&text));
	return finish_output(EXIT_DONE);
}

static int verify(const struct verify *v, const struct buf *document, const struct buf *input)
{
	struct idtoken_expect expect = {
	    .issuer = v->issuer, .client_id = v->audience, .nonce = v->nonce, .now = v->now};
	struct slice token = input_trim(input);
	AUTO_JWKS struct jwks *keys = NULL;
	AUTO_CLAIMS struct claims *claims = NULL;
	enum err e = jwa_parse_list(v->algorithms, &expect.algs);

	if (e != ERR_OK) {
		complain("verify-token: --algorithms names no algorithm that can be allowed");
		return EXIT_USAGE;
	}
	e = jwks_parse_any(
	    document->data ? (const char *)document->data : "", document->len, &keys);
	if (e == ERR_OK)
		e = idtoken_verify(keys, &expect, token.p, token.len, &claims);
	return e == ERR_OK ? print_claims(claims) : refused(e);
}

int verb_verify_token(const struct verb *self, int argc, char **argv)
{
	struct verify v = {.algorithms = "RS256", .now = (uint64_t)clock_unix()};
	const struct opt table[] = {
	    {"issuer", OPT_TEXT, &v.issuer, "URL", "who must have made the token"},
	    {"audience", OPT_TEXT, &v.audience, "ID", "the client it must be for"},
	    {"jwks", OPT_TEXT, &v.jwks, "FILE", "the provider's keys"},
	    {"now", OPT_NUMBER, &v.now, "SECONDS", "the time to judge by (now)"},
	    {"nonce", OPT_TEXT, &v.nonce, "NONCE", "the nonce it must carry (any)"},
	    {"algorithms", OPT_TEXT, &v.algorithms, "LIST", "what may sign (RS256)"},
	};
	AUTO_BUF struct buf document = {0};
	AUTO_BUF struct buf token = {0};
	enum opts_result r;
	enum err e;
	int n = 0;

	buf_init(&document, JWKS_MAX_LEN + 1);
	buf_init_secret(&token, TOKEN_MAX);
	r = opts_parse(self, OPTS(table, 0, 0), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	if (!v.issuer || !v.audience || !v.jwks) {
		complain("verify-token: --issuer, --audience and --jwks are needed "
			 "(see encvoyctl verify-token --help)");
		return EXIT_USAGE;
	}
	if (input_read(v.jwks, &document) != ERR_OK)
		return EXIT_USAGE;
	e = input_rest(STDIN_FILENO, &token);
	if (e != ERR_OK)
		return refused(e == ERR_TOO_LONG ? ERR_CUT_OFF : e);
	return verify(&v, &document, &token);
}
