/* SPDX-License-Identifier: MIT */
#include "oidc/cookies.h"

#include "common/secret.h"

#include <string.h>
#include <strings.h>

static void drop(struct cookies *c, size_t i)
{
	secret_free_str(c->v[i].pair);
	free(c->v[i].path);
	c->v[i] = c->v[--c->n];
	c->v[c->n] = (struct cookie){NULL, NULL};
}

void cookies_free(struct cookies *c)
{
	while (c->n)
		drop(c, c->n - 1);
}

static bool pair_ok(struct slice pair)
{
	if (pair.len > COOKIE_MAX_LEN || pair.len == 0 || pair.p[0] == '=')
		return false;
	for (size_t i = 0; i < pair.len; i++)
		if (pair.p[i] <= 0x20 || pair.p[i] >= 0x7f)
			return false;
	return memchr(pair.p, '=', pair.len) != NULL;
}

/* The path attribute; the last one counts, and one that is no path is "/". */
static struct slice path_of(struct slice attributes)
{
	static const char name[] = "path=";
	struct slice found = slice_of("/"), one;

	while (slice_next(&attributes, ";", &one)) {
		if (one.len < strlen(name) || strncasecmp(one.p, name, strlen(name)) != 0)
			continue;
		found = (struct slice){one.p + strlen(name), one.len - strlen(name)};
		if (found.len == 0 || found.p[0] != '/' || found.len > COOKIE_MAX_LEN ||
		    memchr(found.p, 0, found.len))
			found = slice_of("/");
	}
	return found;
}

/* Up to and with the '='. */
static size_t name_len(struct slice pair)
{
	return (size_t)((const char *)memchr(pair.p, '=', pair.len) - pair.p) + 1;
}

static void forget(struct cookies *c, struct slice pair, struct slice path)
{
	size_t n = name_len(pair);

	for (size_t i = 0; i < c->n; i++) {
		if (strncmp(c->v[i].pair, pair.p, n) == 0 && slice_is(path, c->v[i].path)) {
			drop(c, i);
			return;
		}
	}
}

enum err cookies_take(struct cookies *c, struct slice header)
{
	struct slice pair, path;
	struct cookie new;

	if (!slice_next(&header, ";", &pair) || !pair_ok(pair))
		return ERR_OK;
	path = path_of(header);
	forget(c, pair, path);
	if (name_len(pair) == pair.len)
		return ERR_OK;
	if (c->n == COOKIES_MAX)
		return ERR_TOO_LONG;
	new = (struct cookie){strndup(pair.p, pair.len), strndup(path.p, path.len)};
	c->v[c->n++] = new;
	if (new.pair &&new.path)
		return ERR_OK;
	drop(c, c->n - 1);
	return ERR_NOMEM;
}

/* RFC 6265, 5.1.4 */
static bool belongs(const char *cookie_path, struct slice path)
{
	size_t n = strlen(cookie_path);

	if (path.len < n || memcmp(path.p, cookie_path, n) != 0)
		return false;
	return path.len == n || cookie_path[n - 1] == '/' || path.p[n] == '/';
}

void cookies_put(const struct cookies *c, struct slice path, struct buf *out)
{
	const char *query = memchr(path.p, '?', path.len);
	bool first = true;

	if (query)
		path.len = (size_t)(query - path.p);
	for (size_t i = 0; i < c->n; i++) {
		if (!belongs(c->v[i].path, path))
			continue;
		if (!first)
			buf_text(out, "; ");
		buf_text(out, c->v[i].pair);
		first = false;
	}
}
