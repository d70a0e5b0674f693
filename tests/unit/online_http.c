/* SPDX-License-Identifier: MIT */
/* HTTPS requests against servers that are good, broken, hostile and not who they say. */
#include "encvoyd/online/http.h"

#include "sys/clock.h"
#include "tests/unit/online_server.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#define JSON_HEAD "HTTP/1.1 200 OK\r\nContent-Type: application/json"

static bool path_is(const char *request, const char *path)
{
	const char *p = strchr(request, ' ');

	return p && strncmp(p + 1, path, strlen(path)) == 0 && p[1 + strlen(path)] == ' ';
}

static void pour(SSL *ssl, const char *chunk)
{
	int len = (int)strlen(chunk);

	while (SSL_write(ssl, chunk, len) == len)
		;
}

static bool drip(SSL *ssl)
{
	server_print(ssl, JSON_HEAD "\r\nContent-Length: 100\r\n\r\n{\"a\":\"");
	while (SSL_write(ssl, "x", 1) == 1)
		sleep(1);
	return false;
}

static bool bomb(SSL *ssl, const char *how)
{
	char head[256];

	snprintf(head, sizeof(head), JSON_HEAD "\r\n%s", how);
	server_reply(ssl, head, "\x1f\x8b\x08");
	return false;
}

static const struct canned {
	const char *path;
	const char *head;
	const char *body;
} canned[] = {
    {"/", JSON_HEAD, "{\"good\":1}"},
    {"/keys", "HTTP/1.1 200 OK\r\nContent-Type: application/jwk-set+json; charset=utf-8", "{}"},
    {"/400", "HTTP/1.1 400 Bad Request\r\nContent-Type: application/json", "{\"error\":\"x\"}"},
    {"/400html", "HTTP/1.1 400 Bad Request\r\nContent-Type: text/html", "<p>"},
    {"/500", "HTTP/1.1 500 Oops\r\nContent-Type: application/json", "{}"},
    {"/503", "HTTP/1.1 503 Away\r\nContent-Type: text/html", "<p>"},
    {"/html", "HTTP/1.1 200 OK\r\nContent-Type: text/html", "<p>"},
    {"/notype", "HTTP/1.1 200 OK", "{}"},
    {"/redirect", "HTTP/1.1 302 Found\r\nLocation: /", ""},
    {"/redirect-http", "HTTP/1.1 307 Found\r\nLocation: http://localhost/", ""},
    {"/cookie", JSON_HEAD "\r\nSet-Cookie: a=b", "{}"},
    {"/nonsense", "ICY 200 OK", "{}"},
};

static bool hostile(SSL *ssl, const char *request)
{
	if (path_is(request, "/endless-body")) {
		server_print(ssl, JSON_HEAD "\r\n\r\n");
		pour(ssl, "\"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\",");
	} else if (path_is(request, "/announced")) {
		server_print(ssl, JSON_HEAD "\r\nContent-Length: 99999999\r\n\r\n{");
		sleep(3600);
	} else if (path_is(request, "/endless-headers")) {
		server_print(ssl, JSON_HEAD "\r\n");
		pour(ssl,
		    "X-Fill: yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\r\n");
	} else if (path_is(request, "/endless-line")) {
		server_print(ssl, JSON_HEAD "\r\nX-Fill: ");
		pour(ssl,
		    "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy");
	} else if (path_is(request, "/endless-100")) {
		pour(ssl, "HTTP/1.1 100 Continue\r\n\r\n");
	} else if (path_is(request, "/truncated")) {
		server_print(ssl, JSON_HEAD "\r\nContent-Length: 100\r\n\r\n{\"a\":");
	} else if (path_is(request, "/half-close")) {
		server_print(ssl, JSON_HEAD "\r\nContent-Length: 100\r\n\r\n{\"a\":");
		SSL_shutdown(ssl);
		shutdown(SSL_get_fd(ssl), SHUT_WR);
		sleep(3600);
	} else if (path_is(request, "/silent-end")) {
		server_print(ssl, JSON_HEAD "\r\n\r\n{\"a\":");
	} else if (path_is(request, "/gzip")) {
		return bomb(ssl, "Content-Encoding: gzip");
	} else if (path_is(request, "/gzip-transfer")) {
		return bomb(ssl, "Transfer-Encoding: gzip");
	} else if (path_is(request, "/drip")) {
		return drip(ssl);
	} else if (path_is(request, "/garbage")) {
		server_write(ssl, "\x01\x02\x03\x04\xff\xfe\r\n\r\n", 10);
	} else {
		sleep(3600); /* "/hang" */
	}
	return false;
}

static bool answer(SSL *ssl, const char *request)
{
	for (size_t i = 0; i < sizeof(canned) / sizeof(canned[0]); i++) {
		if (path_is(request, canned[i].path)) {
			server_reply(ssl, canned[i].head, canned[i].body);
			return true;
		}
	}
	return hostile(ssl, request);
}

struct world {
	struct server server;
	struct trust trust;
	struct http *http;
};

static void world_up(struct world *w, enum server_cert cert, int version)
{
	server_start(&w->server, cert, version, answer);
	if (trust_load(w->server.ca, &w->trust) != ERR_OK ||
	    http_new(&w->trust, NULL, -1, &w->http) != ERR_OK) {
		puts("Bail out! no trust store");
		exit(99);
	}
}

static void world_down(struct world *w)
{
	http_free(w->http);
	trust_free(&w->trust);
	server_stop(&w->server);
}

static enum err get(struct world *w, const char *path, struct http_answer *a)
{
	char url[256];
	struct http_request r = {.url = url, .deadline = clock_mono_ms() + 60000};

	snprintf(url, sizeof(url), "https://localhost:%d%s", w->server.port, path);
	return http_perform(w->http, &r, a);
}

static enum err status_of(struct world *w, const char *path)
{
	AUTO_ANSWER struct http_answer a = {0};

	return get(w, path, &a);
}

static void good_answers(struct world *w)
{
	AUTO_ANSWER struct http_answer a = {0};
	AUTO_ANSWER struct http_answer b = {0};
	AUTO_BUF struct buf form = {0};
	struct http_request post = {.url = w->server.url,
	    .form = &form,
	    .authorization = "Bearer abc",
	    .deadline = clock_mono_ms() + 60000};

	is_int(get(w, "/", &a), ERR_OK, "a plain GET works");
	is_int(a.status, 200, "its status is told");
	ok(a.body.len == 10 && memcmp(a.body.data, "{\"good\":1}", 10) == 0, "and its body");
	buf_init(&form, 100);
	buf_text(&form, "a=b");
	is_int(http_perform(w->http, &post, &b), ERR_OK, "a POST with a bearer token works");
	ok(w->server.seen->authorization, "the Authorization header went along");
	ok(!w->server.seen->encoding, "SEC-28: no compression is offered");
	is_int(w->server.seen->connections, 1, "the connection was used again");
	http_rest(w->http);
	is_int(status_of(w, "/keys"), ERR_OK, "application/jwk-set+json is JSON");
	is_int(w->server.seen->connections, 2, "after a rest there is a new connection");
}

static void statuses(struct world *w)
{
	AUTO_ANSWER struct http_answer a = {0};

	is_int(get(w, "/400", &a), ERR_OK, "a 400 with JSON is an answer");
	is_int(a.status, 400, "with its status");
	is_int(status_of(w, "/400html"), ERR_PROVIDER_ERROR, "a 400 with HTML is none");
	is_int(status_of(w, "/500"), ERR_PROVIDER_ERROR, "a 500 is the provider's error");
	is_int(status_of(w, "/503"), ERR_PROVIDER_UNREACHABLE, "a 503 means away");
	is_int(status_of(w, "/html"), ERR_PROVIDER_ERROR, "SEC-28: a wrong type is refused");
	is_int(status_of(w, "/notype"), ERR_PROVIDER_ERROR, "SEC-28: and no type as well");
	is_int(
	    status_of(w, "/nonsense"), ERR_PROVIDER_ERROR, "SEC-28: another protocol is refused");
	is_int(status_of(w, "/garbage"), ERR_PROVIDER_ERROR, "SEC-28: garbage is refused");
}

static void no_side_ways(struct world *w)
{
	int before;

	is_int(status_of(w, "/cookie"), ERR_OK, "a cookie is offered");
	before = w->server.seen->requests;
	is_int(status_of(w, "/redirect"), ERR_PROVIDER_ERROR, "SEC-27: a redirect is refused");
	is_int(status_of(w, "/redirect-http"), ERR_PROVIDER_ERROR, "SEC-27: one to http as well");
	is_int(w->server.seen->requests, before + 2, "SEC-27: and not followed");
}

static void only_https(struct world *w)
{
	static const char *const bad[] = {"http://localhost/", "ftp://localhost/",
	    "file:///etc/passwd", "HTTP://localhost/", "localhost", ""};
	struct http_request r = {.deadline = clock_mono_ms() + 60000};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		AUTO_ANSWER struct http_answer a = {0};

		r.url = bad[i];
		is_int(http_perform(w->http, &r, &a), ERR_FOREIGN_ENDPOINT,
		    "SEC-27: \"%s\" is not asked", bad[i]);
	}
}

/* What the environment and the home directory say about proxies and passwords does not count. */
static void no_environment(void)
{
	char dir[] = "/tmp/encvoy-home.XXXXXX", path[64];
	struct world w = {0};
	FILE *f;

	if (!mkdtemp(dir))
		return;
	snprintf(path, sizeof(path), "%s/.netrc", dir);
	f = fopen(path, "w");
	if (f) {
		fputs("machine localhost login me password secret\n", f);
		fclose(f);
		chmod(path, 0600);
	}
	setenv("HOME", dir, 1);
	setenv("https_proxy", "http://127.0.0.1:9", 1);
	setenv("HTTPS_PROXY", "http://127.0.0.1:9", 1);
	setenv("ALL_PROXY", "http://127.0.0.1:9", 1);
	setenv("SSL_CERT_FILE", "/dev/null", 1);
	world_up(&w, CERT_GOOD, 0);
	is_int(status_of(&w, "/"), ERR_OK, "SEC-27: proxies of the environment are ignored");
	ok(!w.server.seen->authorization, "SEC-27: .netrc is ignored");
	world_down(&w);
	unsetenv("https_proxy");
	unsetenv("HTTPS_PROXY");
	unsetenv("ALL_PROXY");
	unsetenv("SSL_CERT_FILE");
	unlink(path);
	rmdir(dir);
}

static void proxy_is_used(void)
{
	struct world w = {0};

	setenv("no_proxy", "localhost", 1);
	world_up(&w, CERT_GOOD, 0);
	http_free(w.http);
	w.http = NULL;
	is_int(
	    http_new(&w.trust, "http://127.0.0.1:9", -1, &w.http), ERR_OK, "a proxy is configured");
	is_int(status_of(&w, "/"), ERR_PROVIDER_UNREACHABLE,
	    "SEC-27: then nothing goes around it, whatever no_proxy says");
	is_int(w.server.seen->connections, 0, "SEC-27: no connection of our own");
	world_down(&w);
	unsetenv("no_proxy");
}

static void certificates(void)
{
	static const struct {
		enum server_cert cert;
		int version;
		const char *what;
	} bad[] = {
	    {CERT_WRONG_HOST, 0, "a certificate for another host"},
	    {CERT_EXPIRED, 0, "an expired certificate"},
	    {CERT_SELF_SIGNED, 0, "a self-signed certificate"},
	    {CERT_GOOD, TLS1_1_VERSION, "TLS 1.1"},
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct world w = {0};

		world_up(&w, bad[i].cert, bad[i].version);
		is_int(status_of(&w, "/"), ERR_TLS, "SEC-29: %s is refused", bad[i].what);
		ok(*http_detail(w.http), "and the log can say why: %s", http_detail(w.http));
		is_int(w.server.seen->requests, 0, "SEC-29: nothing was sent to it");
		world_down(&w);
	}
}

static void foreign_ca(void)
{
	struct world w = {0}, other = {0};

	world_up(&w, CERT_GOOD, 0);
	world_up(&other, CERT_GOOD, 0);
	http_free(w.http);
	w.http = NULL;
	(void)http_new(&other.trust, NULL, -1, &w.http);
	is_int(status_of(&w, "/"), ERR_TLS, "SEC-29: another CA's certificate is refused");
	world_down(&w);
	world_down(&other);
}

static void tls12_is_enough(void)
{
	struct world w = {0};

	world_up(&w, CERT_GOOD, TLS1_2_VERSION);
	is_int(status_of(&w, "/"), ERR_OK, "SEC-29: TLS 1.2 is accepted");
	world_down(&w);
}

static void bad_ca_files(void)
{
	struct server s;
	struct trust t = {0};
	char link[80];

	server_start(&s, CERT_GOOD, 0, answer);
	is_int(trust_load("/nonexistent", &t), ERR_UNSAFE_FILE, "SEC-34: no CA file");
	trust_free(&t);
	is_int(trust_load("/dev/null", &t), ERR_UNSAFE_FILE, "SEC-34: a device");
	trust_free(&t);
	snprintf(link, sizeof(link), "%s.link", s.ca);
	ok(symlink(s.ca, link) == 0 && trust_load(link, &t) == ERR_OK, "a link is followed");
	trust_free(&t);
	unlink(link);
	chmod(s.ca, 0666);
	is_int(trust_load(s.ca, &t), ERR_UNSAFE_FILE, "SEC-34: one that others may write");
	trust_free(&t);
	chmod(s.ca, 0600);
	ok(truncate(s.ca, 0) == 0 && trust_load(s.ca, &t) == ERR_CONFIG, "an empty one");
	trust_free(&t);
	server_stop(&s);
}

static long peak_kib(void)
{
	struct rusage u;

	getrusage(RUSAGE_SELF, &u);
	return u.ru_maxrss;
}

static const struct {
	const char *path;
	enum err want;
} hostiles[] = {
    {"/endless-body", ERR_PROVIDER_ERROR},
    {"/announced", ERR_PROVIDER_ERROR},
    {"/endless-headers", ERR_PROVIDER_ERROR},
    {"/endless-line", ERR_PROVIDER_ERROR},
    {"/endless-100", ERR_PROVIDER_ERROR},
    {"/truncated", ERR_PROVIDER_ERROR},
    {"/half-close", ERR_PROVIDER_ERROR},
    {"/silent-end", ERR_PROVIDER_ERROR},
    {"/gzip", ERR_PROVIDER_ERROR},
    {"/gzip-transfer", ERR_PROVIDER_ERROR},
    {"/drip", ERR_PROVIDER_UNREACHABLE},
    {"/hang", ERR_PROVIDER_UNREACHABLE},
};

/* In a process of its own, so that memory can be told apart: bit 0 wrong error, 1 too late, 2 too
 * much memory. */
static int suffer(struct world *w, const char *path, enum err want)
{
	int64_t start, took;
	long before;
	enum err e;
	int bad = 0;

	(void)status_of(w, "/");
	before = peak_kib();
	start = clock_mono_ms();
	e = status_of(w, path);
	took = clock_mono_ms() - start;
	if (e != want)
		bad |= 1;
	if (took > 10000)
		bad |= 2;
	if (peak_kib() - before >= 1024)
		bad |= 4;
	if (bad)
		printf("# %s: %s (%s) after %lld ms, %ld KiB more\n", path, err_word(e),
		    http_detail(w->http), (long long)took, peak_kib() - before);
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

static void deadlines(struct world *w)
{
	char url[64];
	struct http_request r = {.url = url, .deadline = clock_mono_ms() + 300};
	AUTO_ANSWER struct http_answer a = {0};
	int64_t start = clock_mono_ms();

	snprintf(url, sizeof(url), "https://localhost:%d/hang", w->server.port);
	is_int(http_perform(w->http, &r, &a), ERR_TIMEOUT, "the caller's deadline ends a request");
	ok(clock_mono_ms() - start < 1500, "in time");
	is_int(http_perform(w->http, &r, &a), ERR_TIMEOUT, "a past deadline starts none");
}

static void cancelled(void)
{
	struct world w = {0};
	int pair[2];
	int64_t start, took;
	pid_t pid;

	world_up(&w, CERT_GOOD, 0);
	http_free(w.http);
	w.http = NULL;
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0 ||
	    http_new(&w.trust, NULL, pair[0], &w.http) != ERR_OK)
		return;
	pid = fork();
	if (pid == 0) {
		close(pair[0]);
		(void)send(pair[1], "x", 1, 0);
		usleep(300000);
		_exit(0);
	}
	close(pair[1]);
	start = clock_mono_ms();
	is_int(status_of(&w, "/hang"), ERR_CANCELLED, "a request ends when the listener has gone");
	took = clock_mono_ms() - start;
	ok(took < 1000, "well within a second (%lld ms), although a message was waiting",
	    (long long)took);
	waitpid(pid, NULL, 0);
	world_down(&w);
	close(pair[0]);
}

static void nobody_there(void)
{
	struct world w = {0};
	char url[64];
	struct http_request r = {.url = url, .deadline = clock_mono_ms() + 60000};
	AUTO_ANSWER struct http_answer a = {0};

	world_up(&w, CERT_GOOD, 0);
	snprintf(url, sizeof(url), "https://127.0.0.1:9/");
	is_int(
	    http_perform(w.http, &r, &a), ERR_PROVIDER_UNREACHABLE, "nobody listens: unreachable");
	snprintf(url, sizeof(url), "https://no-such-host.invalid/");
	is_int(http_perform(w.http, &r, &a), ERR_PROVIDER_UNREACHABLE, "no such name: unreachable");
	snprintf(url, sizeof(url), "https://me:secret@localhost:%d/", w.server.port);
	is_int(http_perform(w.http, &r, &a), ERR_PROVIDER_ERROR, "no user names in addresses");
	world_down(&w);
}

/* One process waits for the network and its clients together. */
static void stepwise(struct world *w)
{
	struct http_request r = {.url = w->server.url, .deadline = clock_mono_ms() + 60000};
	AUTO_ANSWER struct http_answer a = {0};
	struct pollfd p;
	int pair[2];
	bool done = false;

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) != 0)
		return;
	p = (struct pollfd){.fd = pair[0], .events = POLLIN};
	is_int(http_step(w->http, &p, 1, 0, &done), ERR_OK, "without a request a step is a poll");
	ok(!done && !p.revents, "that finds nothing");
	(void)send(pair[1], "x", 1, 0);
	is_int(http_step(w->http, &p, 1, 1000, &done), ERR_OK, "or something");
	ok(!done && p.revents == POLLIN, "as it is");
	p.revents = 0;
	is_int(http_start(w->http, &r), ERR_OK, "a request starts");
	for (int i = 0; i < 5000 && !done; i++) {
		if (http_step(w->http, &p, 1, 1000, &done) != ERR_OK)
			break;
		usleep(1000);
	}
	ok(done && p.revents == POLLIN, "and ends, the client seen meanwhile");
	is_int(http_finish(w->http, &a), ERR_OK, "with its answer");
	is_int(a.status, 200, "whole");
	close(pair[0]);
	close(pair[1]);
}

int main(void)
{
	struct world w = {0};

	if (http_init() != ERR_OK)
		return 99;
	world_up(&w, CERT_GOOD, 0);
	good_answers(&w);
	statuses(&w);
	no_side_ways(&w);
	only_https(&w);
	stepwise(&w);
	deadlines(&w);
	http_rest(w.http);
	hostile_servers(&w);
	world_down(&w);
	no_environment();
	proxy_is_used();
	certificates();
	foreign_ca();
	bad_ca_files();
	tls12_is_enough();
	cancelled();
	nobody_there();
	return tap_done();
}
