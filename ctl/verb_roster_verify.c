/* SPDX-License-Identifier: MIT */
#include "ctl/input.h"
#include "ctl/opts.h"
#include "ctl/roster_files.h"
#include "encvoyd/online/roster_place.h"
#include "oidc/roster_lines.h"
#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

struct verify {
	const char *manifest;
	struct buf keys; /* paths, by blanks */
	struct roster_expect expect;
	uint64_t now;
	uint64_t blocked;
};

static int refused(enum err e, const char *detail)
{
	fprintf(stderr, "refused: %s%s%s\n", err_word(e), *detail ? ": " : "", detail);
	return EXIT_REFUSED;
}

static enum err load_keys(const char *paths, struct jwks **ret)
{
	AUTO_JWKS struct jwks *keys = NULL;
	struct slice rest = slice_of(paths), one;
	enum err e = jwks_new(&keys);

	while (e == ERR_OK && slice_next(&rest, " ", &one)) {
		AUTO_FREE char *path = strndup(one.p, one.len);

		e = path ? roster_file_public_key(path, keys) : ERR_NOMEM;
	}
	if (e == ERR_OK)
		*ret = TAKE_PTR(keys);
	return e;
}

static enum err count_person(void *arg, const struct msg_person *p)
{
	struct verify *v = arg;

	v->blocked += p->blocked;
	return ERR_OK;
}

static enum err read_lines(int fd, struct roster_lines *lines)
{
	for (;;) {
		char chunk[16384];
		ssize_t n = read(fd, chunk, sizeof(chunk));
		enum err e;

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			return roster_lines_end(lines);
		e = roster_lines_put(lines, chunk, (size_t)n);
		if (e != ERR_OK)
			return e;
	}
}

static int check_lines(struct verify *v, const struct roster_manifest *m)
{
	AUTO_ROSTER_LINES struct roster_lines *lines = NULL;
	AUTO_FD int fd = -1;
	char path[PATH_MAX];
	enum err e = roster_place_beside(v->manifest, m->file, path, sizeof(path));

	if (e == ERR_OK)
		e = roster_lines_new(m, count_person, v, &lines);
	if (e != ERR_OK)
		return refused(e, "");
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		return refused(errno == ENOENT ? ERR_NOT_FOUND : ERR_IO, m->file);
	e = read_lines(fd, lines);
	return e == ERR_OK ? EXIT_DONE : refused(e, roster_lines_detail(lines));
}

static int print_figures(const struct verify *v, const struct roster_manifest *m)
{
	printf("serial   %" PRIu64 "\nissued   %" PRId64 "\nexpires  %" PRId64 "\npeople   %" PRIu64
	       "\nblocked  %" PRIu64 "\nbytes    %" PRIu64 "\nlines    %s\n",
	    m->serial, m->issued, m->expires, m->count, v->blocked, m->size, m->file);
	return finish_output(EXIT_DONE);
}

static int verify(struct verify *v)
{
	AUTO_JWKS struct jwks *keys = NULL;
	AUTO_BUF struct buf text = {0};
	struct roster_manifest m = {0};
	struct slice token;
	enum err e;
	int status;

	buf_init(&text, ROSTER_MANIFEST_MAX);
	if (!buf_cstr(&v->keys) || load_keys(buf_cstr(&v->keys), &keys) != ERR_OK ||
	    input_read(v->manifest, &text) != ERR_OK)
		return EXIT_REFUSED;
	token = input_trim(&text);
	e = roster_verify(keys, &v->expect, token.p, token.len, &m);
	if (e != ERR_OK)
		return refused(e, "");
	status = check_lines(v, &m);
	if (status == EXIT_DONE)
		status = print_figures(v, &m);
	if (status == EXIT_DONE && m.expires <= v->expect.now)
		return refused(ERR_EXPIRED, "");
	return status;
}

int verb_roster_verify(const struct verb *self, int argc, char **argv)
{
	struct verify v = {.now = (uint64_t)clock_unix()};
	const struct opt table[] = {
	    {"key", OPT_WORDS, &v.keys, "FILE",
		"a public key that may have signed it; again for more"},
	    {"issuer", OPT_TEXT, &v.expect.issuer, "URL", "the provider it must be of"},
	    {"fleet", OPT_TEXT, &v.expect.fleet, "NAME", "the fleet it must be for"},
	    {"now", OPT_NUMBER, &v.now, "SECONDS", "the time to judge by (now)"},
	};
	enum opts_result r;
	int n = 0, status;

	buf_init(&v.keys, 4 * PATH_MAX);
	r = opts_parse(self, OPTS(table, 1, 1), argc, argv, &n);
	if (r != OPTS_GO) {
		status = opts_exit(r);
	} else if (!v.keys.len || !v.expect.issuer || !v.expect.fleet) {
		complain("roster verify: --key, --issuer and --fleet are needed "
			 "(see encvoyctl roster verify --help)");
		status = EXIT_USAGE;
	} else {
		v.manifest = argv[0];
		v.expect.now = (int64_t)v.now;
		status = verify(&v);
	}
	buf_free(&v.keys);
	return status;
}
