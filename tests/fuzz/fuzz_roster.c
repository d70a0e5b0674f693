/* SPDX-License-Identifier: MIT */
/* A roster of any bytes, once as line records and once as a manifest's payload, both signed: what
 * is taken is what the format allows, and the same however the bytes come in. */
#include "oidc/roster_build.h"
#include "oidc/roster_lines.h"
#include "oidc/roster_person.h"
#include "oidc/roster_sign.h"
#include "tests/fuzz/fuzz.h"
#include "tests/unit/oidc_sign.h"

#include <string.h>

#define MAX_LEN 8192
#define ISSUER "https://id.example"
#define NOW 1800000000

struct seen {
	struct roster_build *build;
	struct msg_person last;
	uint64_t n;
};

/* Whoever was read can be written, and comes out as the same. */
static enum err see(void *arg, const struct msg_person *p)
{
	struct seen *s = arg;
	const char *why = NULL;

	MUST(*p->sub && !p->deleted && !*p->shell && !*p->home);
	MUST(s->n == 0 || roster_sub_order(s->last.sub, p->sub) < 0);
	s->last = *p;
	s->n++;
	if (s->build)
		MUST(roster_build_add(s->build, p, s->n, &why) == ERR_OK);
	return ERR_OK;
}

static enum err read_lines(const struct roster_manifest *m, const uint8_t *data, size_t size,
    size_t piece, struct seen *seen)
{
	AUTO_ROSTER_LINES struct roster_lines *r = NULL;
	enum err e;

	MUST(roster_lines_new(m, see, seen, &r) == ERR_OK);
	for (size_t i = 0; i < size; i += piece)
		(void)roster_lines_put(r, data + i, size - i < piece ? size - i : piece);
	e = roster_lines_end(r);
	MUST(strlen(roster_lines_detail(r)) < 160);
	return e;
}

/* The lines that the builder makes are read again, and are the same when they are made again. */
static void rebuilt(struct seen *first)
{
	AUTO_ROSTER_BUILD struct roster_build *build = NULL;
	AUTO_BUF struct buf once = {0};
	AUTO_BUF struct buf twice = {0};
	struct roster_manifest m = {0}, again = {0};
	struct roster_twins twins;
	struct seen seen = {0};

	buf_init(&once, 16 * MAX_LEN);
	buf_init(&twice, 16 * MAX_LEN);
	MUST(roster_build_end(first->build, &once, &m, &twins) == ERR_OK);
	MUST(roster_build_new(&build) == ERR_OK);
	seen.build = build;
	MUST(read_lines(&m, once.data, once.len, 4096, &seen) == ERR_OK);
	MUST(seen.n == first->n);
	MUST(roster_build_end(build, &twice, &again, &twins) == ERR_OK);
	MUST(memcmp(m.hash, again.hash, sizeof(m.hash)) == 0);
}

static void as_lines(const uint8_t *data, size_t size)
{
	AUTO_ROSTER_BUILD struct roster_build *build = NULL;
	struct roster_manifest m = {.serial = 1, .size = size};
	struct seen whole = {0}, bytes = {0};
	enum err e;

	MUST(roster_build_new(&build) == ERR_OK);
	for (size_t i = 0; i < size; i++)
		m.count += data[i] == '\n';
	MUST(digest_sha256(data, size, m.hash) == ERR_OK);
	whole.build = build;
	e = read_lines(&m, data, size, size ? size : 1, &whole);
	MUST(read_lines(&m, data, size, 1, &bytes) == e && bytes.n == whole.n);
	if (e == ERR_OK) {
		MUST(whole.n == m.count);
		rebuilt(&whole);
	}
}

static void as_manifest(const uint8_t *data, size_t size)
{
	static struct signer key;
	static struct jwks *keys;
	static const uint8_t hash[SHA256_LEN];
	struct roster_expect x = {
	    .issuer = ISSUER, .fleet = "web", .serial = 5, .hash = hash, .now = NOW};
	AUTO_FREE char *payload = strndup(size ? (const char *)data : "", size);
	AUTO_FREE char *token = NULL;
	struct roster_manifest m;

	if (!keys) {
		key = signer_new("EdDSA", NULL);
		keys = signer_keys(&key);
	}
	token = sign_token(&key, "{\"alg\":\"EdDSA\",\"typ\":\"" ROSTER_TYP "\"}", payload);
	if (roster_verify(keys, &x, token, strlen(token), &m) != ERR_OK)
		return;
	MUST(m.serial >= 5 && m.expires > m.issued && m.issued <= NOW + ROSTER_LEEWAY);
	MUST(strlen(m.file) == ROSTER_FILE_LEN && !strchr(m.file, '/'));
	MUST(strstr(payload, "web") || strchr(payload, '\\'));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size > MAX_LEN)
		return 0;
	as_lines(data, size);
	as_manifest(data, size);
	return 0;
}
