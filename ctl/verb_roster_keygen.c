/* SPDX-License-Identifier: MIT */
#include "ctl/opts.h"
#include "ctl/roster_files.h"
#include "sys/clock.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

/* Both files or none. */
static enum err write_pair(
    const char *path, const char *pub, const struct buf *secret, const struct buf *public_pem)
{
	enum err e = roster_file_create(pub, 0644, public_pem);

	if (e != ERR_OK)
		return e;
	e = roster_file_create(path, 0600, secret);
	if (e != ERR_OK)
		unlink(pub);
	return e;
}

static int generate(const char *path)
{
	AUTO_ROSTER_KEY struct roster_key *key = NULL;
	AUTO_BUF struct buf secret = {0};
	AUTO_BUF struct buf public_pem = {0};
	uint8_t seed[ROSTER_SEED_LEN];
	char pub[PATH_MAX];
	int n = snprintf(pub, sizeof(pub), "%s.pub", path);
	enum err e;

	if (n < 0 || (size_t)n >= sizeof(pub))
		return complain_err("--out", ERR_TOO_LONG);
	buf_init_secret(&secret, ROSTER_PEM_MAX);
	buf_init(&public_pem, ROSTER_PEM_MAX);
	random_bytes(seed, sizeof(seed));
	e = roster_key_new(seed, &key);
	explicit_bzero(seed, sizeof(seed));
	if (e == ERR_OK)
		e = roster_key_private_pem(key, &secret);
	if (e == ERR_OK)
		e = roster_key_public_pem(key, &public_pem);
	if (e != ERR_OK)
		return complain_err("roster keygen", e);
	if (write_pair(path, pub, &secret, &public_pem) != ERR_OK)
		return EXIT_REFUSED;
	remark("The private key stays on the machine that makes the roster. Give the .pub file to "
	       "every host and name it in roster_keys.");
	return EXIT_DONE;
}

int verb_roster_keygen(const struct verb *self, int argc, char **argv)
{
	const char *out = NULL;
	const struct opt table[] = {
	    {"out", OPT_TEXT, &out, "FILE", "the private key; FILE.pub gets the public one"},
	};
	int n = 0;
	enum opts_result r = opts_parse(self, OPTS(table, 0, 0), argc, argv, &n);

	if (r != OPTS_GO)
		return opts_exit(r);
	if (!out) {
		complain("roster keygen: --out is needed");
		return EXIT_USAGE;
	}
	return generate(out);
}
