/* SPDX-License-Identifier: MIT */
/* Bodies that are streamed instead of kept: of any type and length, but never cut, compressed, too
 * long, too slow or of another status. */
#include "encvoyd/online/http.h"

#include "sys/clock.h"
#include "tests/unit/online_server.h"
#include "tests/unit/tap.h"

#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB (1024 * 1024)
#define HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/octet-stream"

static bool path_is(const char *request, const char *path)
{
	const char *p = strchr(request, ' ');

	return p && strncmp(p + 1, path, strlen(path)) == 0 && p[1 + strlen(path)] == ' ';
}

static void many(SSL *ssl, const char *head, unsigned announced, unsigned sent)
{
	static char chunk[MIB];
	char text[256];

	memset(chunk, 'x', sizeof(chunk));
	snprintf(text, sizeof(text), "%s\r\nContent-Length: %u\r\n\r\n", head, announced * MIB);
	server_print(ssl, text);
	for (unsigned i = 0; i < sent; i++)
		server_write(ssl, chunk, sizeof(chunk));
}

static void drip(SSL *ssl)
{
	server_print(ssl, HEAD "\r\nContent-Length: 1000\r\n\r\n");
	while (SSL_write(ssl, "x", 1) == 1)
		sleep(1);
}

static bool hostile(SSL *ssl, const char *request)
{
	if (path_is(request, "/cut"))
		many(ssl, HEAD, 3, 2);
	else if (path_is(request, "/nolength"))
		server_print(ssl, HEAD "\r\n\r\nabc");
	else if (path_is(request, "/gzip"))
		server_reply(ssl, HEAD "\r\nContent-Encoding: gzip", "\x1f\x8b\x08");
	else if (path_is(request, "/endless"))
		many(ssl, "HTTP/1.1 200 OK\r\nX: y", 2000, 2000);
	else if (path_is(request, "/endless-error"))
		many(ssl, "HTTP/1.1 404 Not Found\r\nX: y", 20, 20);
	else if (path_is(request, "/drip"))
		drip(ssl);
	else
		sleep(3600); /* "/hang" */
	return false;
}

static bool answer(SSL *ssl, const char *request)
{
	if (path_is(request, "/abc") && strstr(request, "\nIf-None-Match: \"v1\"\r"))
		server_print(ssl, "HTTP/1.1 304 Not Modified\r\nETag: \"v1\"\r\n\r\n");
	else if (path_is(request, "/abc"))
		server_reply(ssl, HEAD "\r\nETag: \"v1\"", "abc");
	else if (path_is(request, "/chunks"))
		server_print(ssl, HEAD "\r\nTransfer-Encoding: chunked\r\n\r\n"
				       "2\r\nab\r\n1\r\nc\r\n0\r\n\r\n");
	else if (path_is(request, "/large"))
		many(ssl, "HTTP/1.1 200 OK\r\nETag: \"a\rb\"", 40, 40);
	else if (path_is(request, "/always304"))
		server_print(ssl, "HTTP/1.1 304 Not Modified\r\n\r\n");
	else if (path_is(request, "/404"))
		server_reply(ssl, "HTTP/1.1 404 Not Found", "abc");
	else if (path_is(request, "/206"))
		server_reply(ssl, "HTTP/1.1 206 Partial Content", "abc");
	else if (path_is(request, "/302"))
		server_reply(ssl, "HTTP/1.1 302 Found\r\nLocation: /abc", "abc");
	else if (path_is(request, "/503"))
		server_reply(ssl, "HTTP/1.1 503 Away", "abc");
	else
		return hostile(ssl, request);
	return true;
}

struct world {
	struct server server;
	struct trust trust;
	struct http *http;
};

struct taken {
	char start[8];
	size_t len;
	enum err answer;
};

static enum err take(void *arg, const void *bytes, size_t len)
{
	struct taken *t = arg;

	for (size_t i = 0; i < len && t->len + i < sizeof(t->start) - 1; i++)
		t->start[t->len + i] = ((const char *)bytes)[i];
	t->len += len;
	return t->answer;
}

static enum err get(struct world *w, const char *path, const char *etag, uint64_t max,
    struct taken *t, struct http_answer *a)
{
	char url[256];
	struct http_stream stream = {.put = take, .arg = t, .max = max};
	struct http_request r = {
	    .url = url, .deadline = clock_mono_ms() + 60000, .stream = &stream, .etag = etag};

	snprintf(url, sizeof(url), "https://localhost:%d%s", w->server.port, path);
	return http_perform(w->http, &r, a);
}

static enum err result_of(struct world *w, const char *path, uint64_t max, struct taken *t)
{
	AUTO_ANSWER struct http_answer a = {0};

	*t = (struct taken){0};
	return get(w, path, NULL, max, t, &a);
}

static void good(struct world *w)
{
	AUTO_ANSWER struct http_answer a = {0};
	struct taken t = {0};

	is_int(get(w, "/abc", NULL, 3, &t, &a), ERR_OK, "a body is streamed");
	is_str(t.start, "abc", "as it is");
	ok(a.status == 200 && a.body.len == 0, "and not kept");
	is_str(a.etag, "\"v1\"", "its tag is told");
	is_int(result_of(w, "/chunks", 3, &t), ERR_OK, "chunks are a body, too");
	is_str(t.start, "abc", "put together");
	is_int(result_of(w, "/large", 40 * MIB, &t), ERR_OK, "40 MiB");
	is_int((long long)t.len, 40 * MIB, "all of it");
	ok(!w->server.seen->encoding, "SEC-28: no compression is offered");
	is_int(w->server.seen->connections, 1, "all over one connection");
}

static void conditional(struct world *w)
{
	AUTO_ANSWER struct http_answer a = {0};
	AUTO_ANSWER struct http_answer b = {0};
	struct taken t = {0};

	is_int(get(w, "/abc", "\"v1\"", 3, &t, &a), ERR_OK, "the same tag");
	ok(a.status == 304 && t.len == 0, "nothing comes again");
	is_int(get(w, "/abc", "\"v0\"", 3, &t, &b), ERR_OK, "another tag");
	ok(b.status == 200 && t.len == 3, "it comes");
	is_int(
	    result_of(w, "/always304", 3, &t), ERR_PROVIDER_ERROR, "a 304 that nobody asked for");
}

static void statuses(struct world *w)
{
	static const struct {
		const char *path;
		enum err want;
	} cases[] = {
	    {"/404", ERR_PROVIDER_ERROR},
	    {"/206", ERR_PROVIDER_ERROR},
	    {"/302", ERR_PROVIDER_ERROR},
	    {"/503", ERR_PROVIDER_UNREACHABLE},
	};
	int before = w->server.seen->requests;
	struct taken t;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		is_int(result_of(w, cases[i].path, 3, &t), cases[i].want, "%s is an error",
		    cases[i].path);
		ok(t.len == 0, "its body is not streamed");
		ok(strstr(http_detail(w->http), "status ") != NULL, "it is told: %s",
		    http_detail(w->http));
	}
	is_int(w->server.seen->requests, before + 4, "SEC-27: a redirect is not followed");
}

static void limits(struct world *w)
{
	AUTO_ANSWER struct http_answer a = {0};
	struct taken t = {.answer = ERR_BAD_DIGEST};

	is_int(result_of(w, "/abc", 2, &t), ERR_PROVIDER_ERROR, "SEC-28: longer than allowed");
	is_int((long long)t.len, 0, "refused by what it announces");
	is_int(result_of(w, "/chunks", 2, &t), ERR_PROVIDER_ERROR, "SEC-28: longer, in chunks");
	ok(t.len <= 2, "refused as it comes");
	t = (struct taken){.answer = ERR_BAD_DIGEST};
	is_int(get(w, "/abc", NULL, 3, &t, &a), ERR_BAD_DIGEST, "the taker's error is the result");
}

static const struct {
	const char *path;
	enum err want;
} hostiles[] = {
    {"/cut", ERR_PROVIDER_ERROR},
    {"/nolength", ERR_PROVIDER_ERROR},
    {"/gzip", ERR_PROVIDER_ERROR},
    {"/endless", ERR_PROVIDER_ERROR},
    {"/endless-error", ERR_PROVIDER_ERROR},
    {"/drip", ERR_PROVIDER_UNREACHABLE},
    {"/hang", ERR_PROVIDER_UNREACHABLE},
};

static long peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

/* In a process of its own: bit 0 wrong error, 1 too late, 2 too much memory. */
static int suffer(struct world *w, const char *path, enum err want)
{
	struct taken t;
	int64_t start;
	long before;
	enum err e;
	int bad = 0;

	(void)result_of(w, "/large", 40 * MIB, &t);
	before = peak_kib();
	start = clock_mono_ms();
	e = result_of(w, path, 40 * MIB, &t);
	bad |= e != want;
	bad |= (clock_mono_ms() - start > 10000) << 1;
	bad |= (peak_kib() - before >= 1024) << 2;
	if (bad)
		printf("# %s: %s (%s) after %lld ms, %ld KiB more\n", path, err_word(e),
		    http_detail(w->http), (long long)(clock_mono_ms() - start),
		    peak_kib() - before);
	fflush(stdout);
	return bad;
}

static void hostile_servers(struct world *w)
{
	enum { N = sizeof(hostiles) / sizeof(hostiles[0]) };
	pid_t pids[N];

	fflush(stdout);
	for (size_t i = 0; i < N; i++) {
		pids[i] = fork();
		if (pids[i] == 0)
			_exit(suffer(w, hostiles[i].path, hostiles[i].want));
	}
	for (size_t i = 0; i < N; i++) {
		int status = 0, bad;

		waitpid(pids[i], &status, 0);
		bad = WIFEXITED(status) ? WEXITSTATUS(status) : 255;
		ok(!(bad & 1), "SEC-28: %s is refused", hostiles[i].path);
		ok(!(bad & 2), "SEC-28: %s within 10 s", hostiles[i].path);
#ifdef ENCVOY_SANITIZED
		tap_skip("memory", "a sanitizer counts as well");
#else
		ok(!(bad & 4), "SEC-28: %s with less than 1 MiB", hostiles[i].path);
#endif
	}
}

static void tags(void)
{
	static const struct {
		const char *line, *want;
	} cases[] = {
	    {"ETag: \"a\"\r\n", "\"a\""},
	    {"etag:W/\"a-b\"\r\n", "W/\"a-b\""},
	    {"ETag: \"\"\r\n", "\"\""},
	    {"ETag: a\r\n", ""},
	    {"ETag: \"a\r\n", ""},
	    {"ETag: \"a b\"\r\n", ""},
	    {"ETag: \"a\"b\"\r\n", ""},
	    {"ETag: \"\xc3\xa4\"\r\n", ""},
	    {"ETag: W/\r\n", ""},
	    {"ETag:\r\n", ""},
	    {"X-ETag: \"b\"\r\n", "old"},
	    {"HTTP/1.1 200 OK\r\n", ""},
	};
	char etag[HTTP_ETAG_MAX], line[HTTP_ETAG_MAX + 16];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		snprintf(etag, sizeof(etag), "old");
		http_header_etag(slice_of(cases[i].line), etag);
		is_str(
		    etag, cases[i].want, "%.*s", (int)strcspn(cases[i].line, "\r"), cases[i].line);
	}
	memset(line, 'x', sizeof(line));
	memcpy(line, "ETag: \"", 7);
	for (size_t n = HTTP_ETAG_MAX - 1; n <= HTTP_ETAG_MAX; n++) {
		line[6 + n - 1] = '"';
		http_header_etag((struct slice){line, 6 + n}, etag);
		is_int((long long)strlen(etag), n < HTTP_ETAG_MAX ? (long long)n : 0,
		    "a tag of %zu bytes", n);
		line[6 + n - 1] = 'x';
	}
}

int main(void)
{
	struct world w = {0};

	tags();
	if (http_init() != ERR_OK)
		return 99;
	server_start(&w.server, CERT_GOOD, 0, answer);
	if (trust_load(w.server.ca, &w.trust) != ERR_OK ||
	    http_new(&w.trust, NULL, -1, &w.http) != ERR_OK)
		return 99;
	good(&w);
	conditional(&w);
	statuses(&w);
	limits(&w);
	http_rest(w.http);
	hostile_servers(&w);
	http_free(w.http);
	trust_free(&w.trust);
	server_stop(&w.server);
	return tap_done();
}
