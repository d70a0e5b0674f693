/* SPDX-License-Identifier: MIT */
/* People from the signed roster. A pass verifies the manifest, also one that the server says is the
 * same as before (keys and clock may not be), and reads the line records only when it names others
 * than those in use. */
#include "encvoyd/online/source.h"

#include "encvoyd/online/roster_place.h"
#include "oidc/roster_lines.h"
#include "sys/clock.h"
#include "sys/file.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define KEYS_MAX 2 /* the one in use, and the next one or the last one */
#define KEY_FILE_MAX 4096
#define WHY_MAX 200

_Static_assert(DIRECTORY_HASH_LEN == SHA256_LEN, "the wire carries a roster's digest");

struct source {
	const struct conf *conf;
	struct roster_place place;
	struct msg_directory have;
	char etag[HTTP_ETAG_MAX]; /* "" when there is nothing to ask with */
	struct buf manifest;      /* what it belongs to */
};

static void close_source(struct source *s)
{
	if (!s)
		return;
	buf_free(&s->manifest);
	free(s);
}

static enum err open_source(const struct conf *conf, struct http *http,
    const struct msg_directory *have, struct source **ret)
{
	struct source *s = calloc(1, sizeof(*s));

	if (!s)
		return ERR_NOMEM;
	s->conf = conf;
	s->place = (struct roster_place){.address = conf->roster, .http = http};
	s->have = *have;
	buf_init(&s->manifest, ROSTER_MANIFEST_MAX);
	*ret = s;
	return ERR_OK;
}

/* One pass on its way. */
struct pass {
	struct source *source;
	const struct person_sink *sink;
	struct roster_lines *lines;
	struct roster_manifest manifest;
	struct buf bytes; /* of the manifest */
	char etag[HTTP_ETAG_MAX];
	char detail[256];
};

static void pass_free(struct pass *p)
{
	roster_lines_free(p->lines);
	buf_free(&p->bytes);
}

/* Says where it went wrong; what went wrong is the error's own text, and why. */
static enum err fail(struct pass *p, enum err e, const char *where, const char *why)
{
	struct buf text;

	buf_init_fixed(&text, p->detail, sizeof(p->detail));
	buf_text(&text, where);
	if (*why) {
		buf_text(&text, ": ");
		str_printable(&text, why, strlen(why), WHY_MAX);
	}
	if (!buf_cstr(&text))
		(void)str_copy(p->detail, sizeof(p->detail), where);
	return e;
}

static enum err load_key(struct pass *p, struct jwks *keys, struct slice path)
{
	AUTO_FREE char *name = strndup(path.p, path.len);
	AUTO_BUF struct buf pem = {0};
	enum err e;

	if (!name)
		return ERR_NOMEM;
	buf_init(&pem, KEY_FILE_MAX);
	e = file_read(name, geteuid(), FILE_PUBLIC, &pem);
	if (e == ERR_OK)
		e = jwks_add_ed25519_pem(keys, pem.data, pem.len);
	return e == ERR_OK ? ERR_OK : fail(p, e, "roster_keys", name);
}

/* Read for each pass, so that a changed file needs no restart. One that is not usable is an error
 * also when another one would do: nobody would notice that it is missing until it is needed. */
static enum err load_keys(struct pass *p, struct jwks **ret)
{
	AUTO_JWKS struct jwks *keys = NULL;
	struct slice rest = slice_of(p->source->conf->roster_keys), one;
	enum err e = jwks_new(&keys);

	while (e == ERR_OK && slice_next(&rest, " ,", &one)) {
		if (jwks_count(keys) == KEYS_MAX)
			return fail(p, ERR_CONFIG, "roster_keys", "more than two files");
		e = load_key(p, keys, one);
	}
	if (e == ERR_OK)
		*ret = TAKE_PTR(keys);
	return e;
}

/* What sys/file or http have to add. */
static enum err fail_reading(struct pass *p, enum err e, const char *where)
{
	return fail(p, e, where, p->source->place.http ? http_detail(p->source->place.http) : "");
}

static enum err get_manifest(struct pass *p)
{
	struct source *s = p->source;
	bool same = false;
	enum err e = roster_place_manifest(&s->place, s->etag, &p->bytes, p->etag, &same);

	if (e != ERR_OK)
		return fail_reading(p, e, "manifest");
	if (!same)
		return ERR_OK;
	buf_put(&p->bytes, s->manifest.data, s->manifest.len);
	(void)str_copy(p->etag, sizeof(p->etag), s->etag);
	return p->bytes.err;
}

static enum err check_manifest(struct pass *p, const struct jwks *keys)
{
	const struct source *s = p->source;
	struct roster_expect expect = {.issuer = s->conf->issuer,
	    .fleet = s->conf->roster_fleet,
	    .serial = s->have.serial,
	    .hash = s->have.hash,
	    .now = clock_unix()};
	const char *text = p->bytes.len ? (const char *)p->bytes.data : "";
	size_t len = p->bytes.len;
	enum err e;

	/* a text file may end with a newline */
	len -= len && text[len - 1] == '\n';
	e = roster_verify(keys, &expect, text, len, &p->manifest);
	if (e != ERR_OK)
		return fail(p, e, "manifest", "");
	if (p->manifest.size > s->conf->roster_max_size)
		return fail(p, ERR_TOO_LONG, "line records", "more than roster_max_size");
	return ERR_OK;
}

static enum err put_lines(void *arg, const void *bytes, size_t len)
{
	struct pass *p = arg;

	return roster_lines_put(p->lines, bytes, len);
}

static enum err get_lines(struct pass *p)
{
	/* the reader takes no byte beyond the size signed */
	struct http_stream to = {.put = put_lines, .arg = p, .max = ROSTER_SIZE_MAX};
	enum err e = roster_lines_new(&p->manifest, p->sink->person, p->sink->arg, &p->lines);

	if (e != ERR_OK)
		return e;
	e = roster_place_lines(&p->source->place, p->manifest.file, &to);
	if (e == ERR_OK)
		e = roster_lines_end(p->lines);
	if (e == ERR_OK)
		return ERR_OK;
	if (*roster_lines_detail(p->lines))
		return fail(p, e, "line records", roster_lines_detail(p->lines));
	return fail_reading(p, e, "line records");
}

static enum err run(struct pass *p, bool *ret_unchanged)
{
	const struct source *s = p->source;
	AUTO_JWKS struct jwks *keys = NULL;
	enum err e = load_keys(p, &keys);

	if (e == ERR_OK)
		e = get_manifest(p);
	if (e == ERR_OK)
		e = check_manifest(p, keys);
	if (e != ERR_OK)
		return e;
	*ret_unchanged = s->have.serial && memcmp(s->have.hash, p->manifest.hash, SHA256_LEN) == 0;
	return *ret_unchanged ? ERR_OK : get_lines(p);
}

/* What the next pass builds on: after a failed one there is nothing to ask with. */
static void remember(struct pass *p, enum err e)
{
	struct source *s = p->source;

	buf_reset(&s->manifest);
	s->etag[0] = 0;
	if (e != ERR_OK)
		return;
	s->have.serial = p->manifest.serial;
	memcpy(s->have.hash, p->manifest.hash, SHA256_LEN);
	buf_put(&s->manifest, p->bytes.data, p->bytes.len);
	if (s->manifest.err == ERR_OK)
		(void)str_copy(s->etag, sizeof(s->etag), p->etag);
}

static enum err sync_source(struct source *s, const struct person_sink *sink, struct msg_end *end)
{
	CLEANUP(pass_free) struct pass p = {.source = s, .sink = sink};
	bool unchanged = false;

	buf_init(&p.bytes, ROSTER_MANIFEST_MAX);
	*end = (struct msg_end){.code = run(&p, &unchanged)};
	remember(&p, end->code);
	/* a fleet that keeps its connections until the next pass is a burden for the server */
	if (s->place.http)
		http_rest(s->place.http);
	if (end->code != ERR_OK) {
		(void)str_copy(end->detail, sizeof(end->detail), p.detail);
		return end->code;
	}
	end->unchanged = unchanged;
	end->serial = p.manifest.serial;
	end->expires = (uint64_t)p.manifest.expires;
	memcpy(end->hash, p.manifest.hash, SHA256_LEN);
	return ERR_OK;
}

const struct source_ops source_roster = {
    .open = open_source, .sync = sync_source, .close = close_source};
