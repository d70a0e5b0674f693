/* SPDX-License-Identifier: MIT */
/* The web server for one request: what it takes, and that nobody can hold it up. */
#include "ctl/loopback.h"
#include "ctl/redirect.h"
#include "sys/clock.h"
#include "tests/unit/tap.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

static void request_lines(void)
{
	static const struct {
		const char *request;
		const char *query; /* NULL: not for us */
	} cases[] = {
	    {"GET /cb?code=1&state=2 HTTP/1.1\r\nHost: x\r\n\r\n", "code=1&state=2"},
	    {"GET /cb HTTP/1.1\r\n\r\n", ""},
	    {"GET /cb? HTTP/1.0\r\n\r\n", ""},
	    {"GET /cb?a=b HTTP/2\r\n\r\n", NULL},
	    {"GET /cb?a=b\r\n\r\n", NULL},
	    {"GET /cbx?a=b HTTP/1.1\r\n\r\n", NULL},
	    {"GET /c HTTP/1.1\r\n\r\n", NULL},
	    {"GET /favicon.ico HTTP/1.1\r\n\r\n", NULL},
	    {"GET http://127.0.0.1/cb?a=b HTTP/1.1\r\n\r\n", NULL},
	    {"POST /cb?a=b HTTP/1.1\r\n\r\n", NULL},
	    {"get /cb?a=b HTTP/1.1\r\n\r\n", NULL},
	    {"GET  /cb?a=b HTTP/1.1\r\n\r\n", NULL},
	    {"GET /cb?a=b HTTP/1.1 \r\n\r\n", NULL},
	    {"GET /cb?a=b", NULL},
	    {"\r\n\r\n", NULL},
	    {"", NULL},
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const char *query = NULL;
		size_t len = 0;
		bool taken =
		    loopback_query(cases[i].request, strlen(cases[i].request), "/cb", &query, &len);

		ok(taken == (cases[i].query != NULL), "request %zu is %s", i,
		    cases[i].query ? "taken" : "refused");
		if (taken)
			ok(len == strlen(cases[i].query) && !memcmp(query, cases[i].query, len),
			    "and its query is found");
	}
}

static int call(uint16_t port)
{
	struct sockaddr_in sa = {
	    .sin_family = AF_INET, .sin_port = htons(port), .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (fd < 0 || connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0)
		return -1;
	return fd;
}

/* Sends a request in pieces of `piece` bytes and returns the status of the answer, or 0. */
static unsigned ask(uint16_t port, const char *request, size_t piece)
{
	char answer[4096] = "";
	size_t len = strlen(request), have = 0;
	int fd = call(port);
	ssize_t n;

	for (size_t i = 0; i < len; i += piece) {
		size_t part = len - i < piece ? len - i : piece;

		if (send(fd, request + i, part, MSG_NOSIGNAL) < 0)
			break;
	}
	while (have + 1 < sizeof(answer) &&
	       (n = recv(fd, answer + have, sizeof(answer) - 1 - have, 0)) > 0)
		have += (size_t)n;
	close(fd);
	if (have < 12 || memcmp(answer, "HTTP/1.1 ", 9) != 0)
		return 0;
	return (unsigned)(answer[9] - '0') * 100 + (unsigned)(answer[10] - '0') * 10 +
	       (unsigned)(answer[11] - '0');
}

static bool take(void *arg, const char *query, size_t len)
{
	(void)arg;
	return len == 7 && memcmp(query, "state=1", 7) == 0;
}

/* A crowd of strangers, then the browser; the exit status has a bit for each wrong answer. */
static int visitors(uint16_t port)
{
	static char huge[40000];
	int wrong = 0;

	for (int i = 0; i < 20; i++)
		(void)call(port); /* left open and silent, as a browser's spare connections */
	memset(huge, 'x', sizeof(huge) - 1);
	wrong |= ask(port, "GET / HTTP/1.1\r\n\r\n", 100) != 404;
	wrong |= (ask(port, "GET /cb?state=2 HTTP/1.1\r\n\r\n", 100) != 400) << 1;
	wrong |= (ask(port, huge, 1000) != 0) << 2;
	for (int i = 0; i < 20; i++)
		(void)call(port);
	wrong |= (ask(port, "GET /cb?state=1 HTTP/1.1\r\nA: b\r\n\r\n", 1) != 200) << 3;
	return wrong;
}

static void a_crowd(void)
{
	uint16_t port = 0;
	AUTO_FD int fd = -1;
	int status = -1;
	pid_t pid;
	enum err e = loopback_listen(0, &fd, &port);

	is_int(e, ERR_OK, "listens at a free port");
	pid = fork();
	if (pid == 0)
		_exit(visitors(port));
	e = loopback_receive(fd, "/cb", take, NULL, -1, clock_mono_ms() + 20000);
	is_int(e, ERR_OK, "the wanted request comes through a crowd of silent strangers");
	waitpid(pid, &status, 0);
	is_int(status, 0, "strangers get 404 or 400, too long ones nothing, the browser 200");
}

static void deadlines(void)
{
	uint16_t port = 0, again = 0;
	AUTO_FD int fd = -1;
	AUTO_FD int second = -1;
	int pipe_fd[2];
	int64_t began;

	ok(loopback_listen(0, &fd, &port) == ERR_OK && pipe(pipe_fd) == 0, "set up");
	is_int(loopback_listen(port, &second, &again), ERR_IO, "a port is taken once");
	began = clock_mono_ms();
	is_int(loopback_receive(fd, "/cb", take, NULL, -1, began + 200), ERR_TIMEOUT,
	    "nobody comes: the deadline ends it");
	ok(clock_mono_ms() - began < 1500, "in time");
	ok(write(pipe_fd[1], "\n", 1) == 1, "somebody types");
	is_int(loopback_receive(fd, "/cb", take, NULL, pipe_fd[0], clock_mono_ms() + 5000),
	    ERR_CANCELLED, "which is noticed");
}

static void redirects(void)
{
	static const char *const elsewhere[] = {"https://127.0.0.1/cb", "http://127.0.0.1",
	    "http://127.0.0.2/cb", "http://localhost.evil.example/cb", "http://127.0.0.1:0/cb",
	    "http://127.0.0.1:65536/cb", "http://127.0.0.1:8o/cb", "http://127.0.0.1/cb?x=1",
	    "http://127.0.0.1@evil.example/cb", "https://hosts.example.test/cb", ""};
	AUTO_BUF struct buf text = {0};
	struct redirect r = {0};

	buf_init(&text, 1024);
	ok(redirect_is_here("http://127.0.0.1/cb", &r) && !r.port, "any port");
	redirect_put(&text, &r, 4711);
	is_str(buf_cstr(&text), "http://127.0.0.1:4711/cb", "gets one");
	ok(redirect_is_here("http://localhost:8080/a/b", &r) && r.port == 8080, "a fixed port");
	is_str(r.path, "/a/b", "with its path");
	for (size_t i = 0; i < sizeof(elsewhere) / sizeof(elsewhere[0]); i++)
		ok(!redirect_is_here(elsewhere[i], &r), "not here: \"%s\"", elsewhere[i]);
}

int main(void)
{
	request_lines();
	redirects();
	deadlines();
	a_crowd();
	return tap_done();
}
