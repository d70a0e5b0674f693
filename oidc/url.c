/* SPDX-License-Identifier: MIT */
#include "oidc/url.h"

#include "common/num.h"

#include <string.h>
#include <strings.h>

static bool is_alnum(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

static bool name_host_ok(struct slice host)
{
	char before = '.';

	for (size_t i = 0; i < host.len; i++) {
		char c = host.p[i];

		if (!is_alnum(c) && c != '.' && c != '-' && c != '_')
			return false;
		if (before == '.' && (c == '.' || c == '-'))
			return false;
		before = c;
	}
	return host.len > 0 && host.len <= 253 && before != '.';
}

static bool ipv6_host_ok(struct slice host)
{
	if (host.len < 4 || host.p[host.len - 1] != ']')
		return false;
	for (size_t i = 1; i + 1 < host.len; i++)
		if (!memchr("0123456789abcdefABCDEF:.", host.p[i], 24))
			return false;
	return true;
}

static bool path_chars_ok(struct slice path)
{
	for (size_t i = 0; i < path.len; i++) {
		char c = path.p[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}#", c))
			return false;
	}
	return true;
}

/* Takes HOST[:PORT] apart. */
static bool parse_authority(struct slice text, struct url *url)
{
	const char *bracket = text.len && text.p[0] == '[' ? memchr(text.p, ']', text.len) : NULL;
	size_t skip = bracket ? (size_t)(bracket - text.p) : 0;
	const char *colon = memchr(text.p + skip, ':', text.len - skip);
	uint64_t port = 443;

	url->host = (struct slice){text.p, colon ? (size_t)(colon - text.p) : text.len};
	if (colon &&
	    (num_parse(colon + 1, text.len - url->host.len - 1, UINT16_MAX, &port) != ERR_OK ||
		port == 0))
		return false;
	url->port = (uint16_t)port;
	return bracket ? ipv6_host_ok(url->host) : name_host_ok(url->host);
}

bool url_parse(struct slice text, struct url *ret)
{
	static const char scheme[] = "https://";
	size_t n = sizeof(scheme) - 1;
	struct slice authority;
	struct url url;

	if (text.len <= n || text.len > URL_MAX_LEN || memcmp(text.p, scheme, n) != 0)
		return false;
	authority = (struct slice){text.p + n, 0};
	while (n + authority.len < text.len && authority.p[authority.len] != '/' &&
	       authority.p[authority.len] != '?')
		authority.len++;
	url.path = (struct slice){authority.p + authority.len, text.len - n - authority.len};
	if (!parse_authority(authority, &url) || !path_chars_ok(url.path))
		return false;
	*ret = url;
	return true;
}

bool url_is_https(const char *text)
{
	struct url url;

	return url_parse(slice_of(text), &url);
}

static bool same_origin(struct slice a, struct slice b)
{
	struct url x;
	struct url y;

	if (!url_parse(a, &x) || !url_parse(b, &y))
		return false;
	return x.port == y.port && x.host.len == y.host.len &&
	       strncasecmp(x.host.p, y.host.p, x.host.len) == 0;
}

bool url_same_origin(const char *a, const char *b)
{
	return same_origin(slice_of(a), slice_of(b));
}

bool url_origin_listed(const char *text, const char *origins)
{
	struct slice rest = slice_of(origins);
	struct slice one;

	while (slice_next(&rest, " ,\t", &one))
		if (same_origin(slice_of(text), one))
			return true;
	return false;
}
