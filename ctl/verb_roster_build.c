/* SPDX-License-Identifier: MIT */
#include "common/num.h"
#include "ctl/confline.h"
#include "ctl/input.h"
#include "ctl/opts.h"
#include "ctl/roster_files.h"
#include "ctl/roster_source.h"
#include "sys/clock.h"
#include "sys/conffile.h"
#include "sys/file.h"

#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define VALID_MAX (366 * 86400)

struct build {
	const char *key;
	const char *fleet;
	const char *out;
	const char *issuer;
	const char *from;
	const char *valid;
	uint64_t serial; /* 0: the next one */
	int64_t now;
	struct roster_key *signer;
	struct roster_manifest last; /* serial 0: there is none */
};

/* The last manifest, which this key must have signed: its serial is what hosts compare with. */
static int verify_last(struct build *b, const struct buf *text, const char *path)
{
	const struct roster_expect expect = {.issuer = b->issuer, .fleet = b->fleet, .now = b->now};
	struct slice token = input_trim(text);
	AUTO_JWKS struct jwks *keys = NULL;
	AUTO_BUF struct buf pem = {0};
	enum err e = jwks_new(&keys);

	buf_init(&pem, ROSTER_PEM_MAX);
	if (e == ERR_OK)
		e = roster_key_public_pem(b->signer, &pem);
	if (e == ERR_OK)
		e = jwks_add_ed25519_pem(keys, pem.data, pem.len);
	if (e == ERR_OK)
		e = roster_verify(keys, &expect, token.p, token.len, &b->last);
	if (e == ERR_OK)
		return EXIT_DONE;
	if (e == ERR_BAD_SIGNATURE && b->serial)
		return EXIT_DONE; /* a new key, and it was said how to go on */
	complain("%s: %s: %s", path, err_word(e),
	    e == ERR_BAD_SIGNATURE
		? "it was signed by another key: say the next serial with --serial"
		: err_text(e));
	return EXIT_REFUSED;
}

static int read_last(struct build *b)
{
	AUTO_BUF struct buf text = {0};
	char path[PATH_MAX];
	enum err e;

	buf_init(&text, ROSTER_MANIFEST_MAX);
	if (roster_file_path(b->out, ROSTER_NAME, path, sizeof(path)) != ERR_OK)
		return EXIT_REFUSED;
	e = file_read(path, geteuid(), FILE_PUBLIC, &text);
	if (e == ERR_NOT_FOUND)
		return EXIT_DONE;
	return e == ERR_OK ? verify_last(b, &text, path) : complain_err(path, e);
}

static int choose_serial(struct build *b, uint64_t *ret)
{
	uint64_t next = b->last.serial ? b->last.serial + 1 : (uint64_t)b->now;

	if (b->serial && b->serial <= b->last.serial) {
		complain("roster build: --serial: %s: the last one is %" PRIu64,
		    err_word(ERR_OLD_SERIAL), b->last.serial);
		return EXIT_REFUSED;
	}
	*ret = b->serial ? b->serial : next;
	return EXIT_DONE;
}

static int gather(const struct build *b, struct buf *lines, struct roster_manifest *m)
{
	AUTO_ROSTER_BUILD struct roster_build *build = NULL;
	struct roster_twins twins = {0};
	enum err e = roster_build_new(&build);
	int status;

	if (e != ERR_OK)
		return complain_err("roster build", e);
	status = b->from ? roster_from_file(build, b->from) : roster_from_daemon(build);
	if (status != EXIT_DONE)
		return status;
	e = roster_build_end(build, lines, m, &twins);
	if (e == ERR_EXISTS && b->from)
		complain("%s:%" PRIu64 ": has the sub %s of line %" PRIu64,
		    strcmp(b->from, "-") == 0 ? "standard input" : b->from, twins.second, twins.sub,
		    twins.first);
	else if (e == ERR_EXISTS)
		complain("roster build: encvoyd tells the sub %s twice", twins.sub);
	else if (e != ERR_OK)
		return complain_err("roster build", e);
	return e == ERR_OK ? EXIT_DONE : EXIT_REFUSED;
}

static int write_file(const struct build *b, const char *name, const struct buf *content)
{
	char path[PATH_MAX];
	enum err e;

	if (roster_file_path(b->out, name, path, sizeof(path)) != ERR_OK)
		return EXIT_REFUSED;
	e = file_replace(
	    path, 0644, content->len ? content->data : (const uint8_t *)"", content->len);
	return e == ERR_OK ? EXIT_DONE : complain_err(path, e);
}

/* The manifest last: what it names is there by then. */
static int publish(const struct build *b, const struct roster_manifest *m, const struct buf *lines)
{
	AUTO_BUF struct buf manifest = {0};
	enum err e;
	int status;

	buf_init(&manifest, ROSTER_MANIFEST_MAX);
	e = roster_sign(b->signer, b->issuer, b->fleet, m, &manifest);
	if (e != ERR_OK)
		return complain_err("roster build", e);
	status = write_file(b, m->file, lines);
	if (status == EXIT_DONE)
		status = write_file(b, ROSTER_NAME, &manifest);
	if (status != EXIT_DONE)
		return status;
	/* hosts may still be at the last manifest; without one, nobody knows what they read */
	if (b->last.serial)
		roster_files_tidy(b->out, m->file, b->last.file);
	printf("serial   %" PRIu64 "\npeople   %" PRIu64 "\nlines    %s\nexpires  %" PRId64 "\n",
	    m->serial, m->count, m->file, m->expires);
	return finish_output(EXIT_DONE);
}

static int build(struct build *b)
{
	AUTO_BUF struct buf lines = {0};
	struct roster_manifest m = {0};
	uint64_t valid = 0;
	int status;

	if (num_parse_duration(b->valid, strlen(b->valid), VALID_MAX, &valid) != ERR_OK || !valid) {
		complain("roster build: --valid must be a duration such as 72h, at most a year");
		return EXIT_USAGE;
	}
	if (roster_file_key(b->key, &b->signer) != ERR_OK)
		return EXIT_REFUSED;
	buf_init(&lines, ROSTER_SIZE_MAX);
	status = read_last(b);
	if (status == EXIT_DONE)
		status = gather(b, &lines, &m);
	if (status == EXIT_DONE)
		status = choose_serial(b, &m.serial);
	if (status != EXIT_DONE)
		return status;
	m.issued = b->now;
	m.expires = b->now + (int64_t)valid;
	return publish(b, &m, &lines);
}

static int with_issuer(struct build *b)
{
	AUTO_CONF struct conf conf = {0};
	struct conf_error e = {0};

	if (b->issuer)
		return build(b);
	if (conffile_load(ENCVOY_SYSCONFDIR, &conf, &e) != ERR_OK) {
		confline_complain(&e);
		complain("roster build: --issuer is needed without a configuration of this host");
		return EXIT_REFUSED;
	}
	b->issuer = conf.issuer;
	return build(b);
}

int verb_roster_build(const struct verb *self, int argc, char **argv)
{
	struct build b = {.valid = "72h", .now = clock_unix()};
	const struct opt table[] = {
	    {"key", OPT_TEXT, &b.key, "FILE", "the private key of roster keygen"},
	    {"fleet", OPT_TEXT, &b.fleet, "NAME", "the hosts it is for (their roster_fleet)"},
	    {"out", OPT_TEXT, &b.out, "DIR", "where " ROSTER_NAME " and the lines go"},
	    {"issuer", OPT_TEXT, &b.issuer, "URL", "the provider (this host's)"},
	    {"from", OPT_TEXT, &b.from, "FILE",
		"people as line records, - for standard input "
		"(encvoyd's)"},
	    {"valid", OPT_TEXT, &b.valid, "TIME", "how long it holds (72h)"},
	    {"serial", OPT_NUMBER, &b.serial, "NUMBER", "its number (one more than the last one)"},
	};
	enum opts_result r;
	int n = 0, status;

	r = opts_parse(self, OPTS(table, 0, 0), argc, argv, &n);
	if (r != OPTS_GO)
		return opts_exit(r);
	if (!b.key || !b.fleet || !b.out) {
		complain("roster build: --key, --fleet and --out are needed "
			 "(see encvoyctl roster build --help)");
		return EXIT_USAGE;
	}
	status = with_issuer(&b);
	roster_key_free(b.signer);
	return status;
}
