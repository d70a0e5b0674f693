/* SPDX-License-Identifier: MIT */
/* The proxy of encvoy.conf, and those that a shell has and encvoyd does not. */
#include "ctl/checks.h"

#include "common/num.h"
#include "common/str.h"
#include "oidc/url.h"
#include "sys/clock.h"

#include <errno.h>
#include <fcntl.h>
#include <netdb.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_MS 5000
#define CURLS_PORT 1080 /* where none is written */
#define FORM_FIX "write for example: proxy = http://proxy.example.com:3128"

static bool known_scheme(struct slice scheme)
{
	static const char *const schemes[] = {
	    "http", "https", "socks4", "socks4a", "socks5", "socks5h"};

	for (size_t i = 0; i < sizeof(schemes) / sizeof(schemes[0]); i++)
		if (scheme.len == strlen(schemes[i]) &&
		    strncasecmp(scheme.p, schemes[i], scheme.len) == 0)
			return true;
	return false;
}

static bool is_host(struct slice host)
{
	if (!host.len)
		return false;
	for (size_t i = 0; i < host.len; i++) {
		char c = host.p[i];

		if (!(c >= 'a' && c <= 'z') && !(c >= 'A' && c <= 'Z') && !(c >= '0' && c <= '9') &&
		    !strchr("-._:%", c))
			return false;
	}
	return true;
}

/* HOST[:PORT], HOST in brackets when it is an IPv6 address. */
static bool split_port(struct slice place, struct proxy_place *ret)
{
	const char *end = place.p + place.len, *colon;
	uint64_t port = CURLS_PORT;

	if (place.len && place.p[0] == '[') {
		const char *close = memchr(place.p, ']', place.len);

		if (!close || (close + 1 < end && close[1] != ':'))
			return false;
		ret->host = (struct slice){place.p + 1, (size_t)(close - place.p) - 1};
		colon = close + 1 < end ? close + 1 : NULL;
	} else {
		colon = memchr(place.p, ':', place.len);
		ret->host = (struct slice){place.p, colon ? (size_t)(colon - place.p) : place.len};
	}
	if (colon &&
	    (num_parse(colon + 1, (size_t)(end - colon) - 1, 65535, &port) != ERR_OK || !port))
		return false;
	ret->port = (uint16_t)port;
	return is_host(ret->host);
}

bool proxy_parse(const char *proxy, struct proxy_place *ret)
{
	const char *sep = strstr(proxy, "://");
	struct slice place = slice_of(sep ? sep + 3 : proxy);
	struct proxy_place found_at = {0};
	const char *p;

	if (sep && !known_scheme((struct slice){proxy, (size_t)(sep - proxy)}))
		return false;
	/* what follows the address counts for nothing, and has no business there but one slash */
	if (place.len && place.p[place.len - 1] == '/')
		place.len--;
	p = memrchr(place.p, '@', place.len);
	if (p)
		place = (struct slice){p + 1, place.len - (size_t)(p + 1 - place.p)};
	if (!split_port(place, &found_at))
		return false;
	*ret = found_at;
	return true;
}

static bool reach(const struct addrinfo *a, const char **ret_why)
{
	AUTO_FD int fd = socket(a->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct pollfd p = {.fd = fd, .events = POLLOUT};
	socklen_t len = sizeof(int);
	int error = 0;

	if (fd < 0 || (connect(fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS)) {
		*ret_why = strerror(errno);
		return false;
	}
	if (poll(&p, 1, PATIENCE_MS) != 1) {
		*ret_why = "no answer within five seconds";
		return false;
	}
	if (getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &len) != 0 || error) {
		*ret_why = strerror(error);
		return false;
	}
	return true;
}

static bool is_reachable(const struct proxy_place *at, const char **ret_why)
{
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *list = NULL;
	char host[256], port[8];
	bool yes = false;
	int rc;

	snprintf(host, sizeof(host), "%.*s", (int)at->host.len, at->host.p);
	snprintf(port, sizeof(port), "%u", (unsigned)at->port);
	rc = getaddrinfo(host, port, &hints, &list);
	if (rc != 0) {
		*ret_why = gai_strerror(rc);
		return false;
	}
	for (const struct addrinfo *a = list; a && !yes; a = a->ai_next)
		yes = reach(a, ret_why);
	freeaddrinfo(list);
	return yes;
}

/* Whether no_proxy, as curl and others read it, speaks of this host. */
static bool is_excepted(const char *no_proxy, struct slice host)
{
	struct slice rest = slice_of(no_proxy ? no_proxy : ""), one;

	while (slice_next(&rest, " ,", &one)) {
		if (slice_is(one, "*"))
			return true;
		if (one.p[0] == '.')
			one = (struct slice){one.p + 1, one.len - 1};
		if (!one.len || one.len > host.len ||
		    strncasecmp(host.p + host.len - one.len, one.p, one.len) != 0)
			continue;
		if (one.len == host.len || host.p[host.len - one.len - 1] == '.')
			return true;
	}
	return false;
}

static bool has_proxy(const struct conf *conf)
{
	return conf->proxy && *conf->proxy;
}

void check_proxy_env(struct findings *f, const struct conf *conf, char *(*get)(const char *name))
{
	static const char *const names[] = {
	    "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY", "http_proxy", "HTTP_PROXY"};
	const char *except = get("no_proxy") ? get("no_proxy") : get("NO_PROXY");
	struct url issuer;

	if (has_proxy(conf) || !url_parse(slice_of(conf->issuer), &issuer) ||
	    is_excepted(except, issuer.host))
		return;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = get(names[i]);
		struct proxy_place at;

		if (!value || !*value)
			continue;
		if (!proxy_parse(value, &at))
			at = (struct proxy_place){slice_of("?"), 0};
		/* its user and password are nobody's business */
		found(f, FOUND_WARNING, "proxy-environment",
		    "if Encvoy ID is reached by it, write it into encvoy.conf: proxy = ADDRESS",
		    "this shell has %s (%.*s, port %u), which encvoyd does not know: it looks at "
		    "no "
		    "environment, and encvoy.conf has no proxy",
		    names[i], (int)at.host.len, at.host.p, (unsigned)at.port);
		return;
	}
}

void check_proxy(struct findings *f, const struct conf *conf)
{
	const char *why = "";
	struct proxy_place at;

	check_proxy_env(f, conf, getenv);
	if (!has_proxy(conf))
		return;
	if (!proxy_parse(conf->proxy, &at)) {
		found(f, FOUND_FAILURE, "proxy", FORM_FIX,
		    "proxy of encvoy.conf is no [SCHEME://]HOST[:PORT] of a scheme that is known");
		return;
	}
	if (is_reachable(&at, &why))
		found_ok(f, "proxy", "the proxy %.*s answers at port %u", (int)at.host.len,
		    at.host.p, (unsigned)at.port);
	else
		found(f, FOUND_FAILURE, "proxy",
		    "correct proxy in encvoy.conf, start the proxy, or take the line out",
		    "the proxy %.*s cannot be reached at port %u: %s", (int)at.host.len, at.host.p,
		    (unsigned)at.port, why);
}
