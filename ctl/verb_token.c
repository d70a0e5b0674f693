/* SPDX-License-Identifier: MIT */
#include "ctl/idplink.h"
#include "ctl/opts.h"
#include "ctl/signin.h"
#include "ctl/tokenconf.h"
#include "oidc/hostnonce.h"
#include "sys/clock.h"

#include <errno.h>
#include <string.h>

#define SIGNIN_MS (5 * 60 * 1000)
#define SSHD_ANSWER_MAX 1023 /* what sshd's keyboard-interactive reads */

struct token_options {
	struct token_choice choice;
	const char *host;
	bool paste;
	bool no_browser;
	bool id_token;
};

/* Straight to the descriptor: no copy stays in a buffer of stdio's. */
static int print_token(const struct secret *token)
{
	AUTO_SECRET struct secret *line = secret_alloc(secret_len(token) + 1);
	const char *p;
	size_t left;

	if (!line)
		return complain_err("token", ERR_NOMEM);
	memcpy(secret_data(line), secret_str(token), secret_len(token));
	secret_data(line)[secret_len(token)] = '\n';
	p = secret_str(line);
	left = secret_len(line);
	while (left) {
		ssize_t n = write(STDOUT_FILENO, p, left);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			complain("standard output: %s", strerror(errno));
			return EXIT_REFUSED;
		}
		p += n;
		left -= (size_t)n;
	}
	return EXIT_DONE;
}

static int deliver(
    const struct token_options *o, const struct token_reply *tokens, const struct claims *claims)
{
	bool id = o->host || o->id_token;
	uint64_t now = (uint64_t)clock_unix();
	uint64_t left = tokens->expires_in;

	if (id)
		left = claims_exp(claims) > now ? claims_exp(claims) - now : 0;
	if (o->host)
		remark("Signed in as number %s. This token opens %s once, within a few minutes.",
		    claims_sub(claims), o->host);
	else
		remark("Signed in as number %s. The %s token is valid for %llu minutes.",
		    claims_sub(claims), id ? "ID" : "access", (unsigned long long)(left / 60));
	if (o->host && secret_len(tokens->id_token) > SSHD_ANSWER_MAX)
		remark("It has %zu bytes, more than sshd takes at its prompt (%d).",
		    secret_len(tokens->id_token), SSHD_ANSWER_MAX);
	return print_token(id ? tokens->id_token : tokens->access_token);
}

static int sign_in(const struct token_options *o, struct idp *idp, const char *nonce)
{
	AUTO_TOKEN_REPLY struct token_reply tokens = {0};
	AUTO_CLAIMS struct claims *claims = NULL;
	struct signin s = {
	    .idp = idp,
	    .nonce = nonce,
	    .paste = o->paste,
	    .no_browser = o->no_browser,
	    .deadline = idp->deadline,
	};
	enum err e = idp_open(idp);

	if (e == ERR_OK)
		e = signin_run(&s, &tokens, &claims);
	if (e == ERR_OK)
		return deliver(o, &tokens, claims);
	complain(
	    "token: %s: %s%s%s", err_word(e), err_text(e), *idp->detail ? ": " : "", idp->detail);
	return EXIT_REFUSED;
}

static int run(const struct token_options *o, const struct conf *conf, const char *nonce)
{
	AUTO_IDPLINK struct idplink link = {0};
	enum err e = idplink_open(conf, clock_mono_ms() + SIGNIN_MS, &link);

	if (e != ERR_OK)
		return complain_err(e == ERR_CONFIG && conf->ca_file ? conf->ca_file : "token", e);
	return sign_in(o, &link.idp, nonce);
}

static int begin(const struct token_options *o)
{
	uint8_t random[HOSTNONCE_RANDOM_LEN];
	char nonce[HOSTNONCE_SIZE] = "";
	AUTO_CONF struct conf conf = {0};

	random_bytes(random, sizeof(random));
	if (o->host && hostnonce_make(o->host, random, nonce) != ERR_OK) {
		complain("token: --for needs the host's name as it calls itself");
		return EXIT_USAGE;
	}
	if (tokenconf_make(&o->choice, &conf) != ERR_OK)
		return EXIT_USAGE;
	return run(o, &conf, o->host ? nonce : NULL);
}

int verb_token(const struct verb *self, int argc, char **argv)
{
	struct token_options o = {0};
	const struct opt table[] = {
	    {"for", OPT_TEXT, &o.host, "HOST", "an ID token that logs in to this host, once"},
	    {"id-token", OPT_FLAG, &o.id_token, NULL, "the ID token, not the access token"},
	    {"issuer", OPT_TEXT, &o.choice.issuer, "URL", "the Encvoy ID (from encvoy.conf)"},
	    {"client-id", OPT_TEXT, &o.choice.client_id, "ID",
		"the application (from encvoy.conf)"},
	    {"ca-file", OPT_TEXT, &o.choice.ca_file, "FILE", "a private CA (from encvoy.conf)"},
	    {"redirect-uri", OPT_TEXT, &o.choice.redirect_uri, "URI",
		"where the browser ends (http://127.0.0.1/cb)"},
	    {"paste", OPT_FLAG, &o.paste, NULL, "ask for the answer instead of listening for it"},
	    {"no-browser", OPT_FLAG, &o.no_browser, NULL, "only show the address"},
	};
	enum opts_result r;
	int n = 0;

	r = opts_parse(self, OPTS(table, 0, 0), argc, argv, &n);
	return r == OPTS_GO ? begin(&o) : opts_exit(r);
}
