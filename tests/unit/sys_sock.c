/* SPDX-License-Identifier: MIT */
#include "sys/sock.h"

#include "common/cleanup.h"
#include "sys/clock.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/un.h>
#include <sys/wait.h>

static void pair(int fds[2])
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0) {
		printf("Bail out! no socket pair\n");
		exit(99);
	}
}

static enum err send_text(int fd, const char *text, int64_t deadline)
{
	AUTO_BUF struct buf b;

	buf_init(&b, 200000);
	buf_text(&b, text);
	return sock_send(fd, &b, deadline);
}

static void listening(void)
{
	AUTO_FD int server = -1, client = -1;
	struct stat st;

	umask(022);
	is_int(sock_connect("sock", &client), ERR_NO_DAEMON, "no socket, no daemon");
	temp_write("sock", "stale");
	is_int(sock_connect("sock", &client), ERR_NO_DAEMON, "a file is no daemon");
	is_int(sock_listen("sock", 0620, (uid_t)-1, (gid_t)-1, &server), ERR_OK,
	    "listening, in the place of what was there");
	ok(lstat("sock", &st) == 0 && S_ISSOCK(st.st_mode) && (st.st_mode & 0777) == 0620,
	    "with the mode asked for");
	is_int(umask(022), 022, "the umask is as it was");
	ok(fcntl(server, F_GETFD) == FD_CLOEXEC, "close-on-exec");
	is_int(sock_connect("sock", &client), ERR_OK, "a daemon");
	ok(fcntl(client, F_GETFD) == FD_CLOEXEC && (fcntl(client, F_GETFL) & O_NONBLOCK),
	    "the client's end is close-on-exec and never blocks");
	close_fd(&server);
	close_fd(&client);
	is_int(sock_connect("sock", &client), ERR_NO_DAEMON, "the socket of a dead daemon");
}

static void addresses(void)
{
	char path[200];
	int fd = -1;

	memset(path, 'x', sizeof(path) - 1);
	path[sizeof(path) - 1] = 0;
	is_int(sock_connect(path, &fd), ERR_TOO_LONG, "a path that no address holds");
	is_int(
	    sock_listen(path, 0600, (uid_t)-1, (gid_t)-1, &fd), ERR_TOO_LONG, "nor to listen at");
	is_int(sock_listen("no/sock", 0600, (uid_t)-1, (gid_t)-1, &fd), ERR_IO, "no directory");
	is_int(fd, -1, "no descriptor on failure");
}

/* A daemon that hangs accepts nobody: connecting must not wait for it. */
static void full_queue(void)
{
	AUTO_FD int server = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = "full"};
	int fds[10], n = 0;
	int64_t start = clock_mono_ms();
	enum err e = ERR_OK;

	(void)!bind(server, (const struct sockaddr *)&sa, sizeof(sa));
	(void)!listen(server, 0);
	while (n < 10 && (e = sock_connect("full", &fds[n])) == ERR_OK)
		n++;
	is_int(e, ERR_NO_DAEMON, "SEC-40: a full queue is no daemon");
	ok(clock_mono_ms() - start < 1000, "SEC-40: and is not waited for");
	while (n)
		close(fds[--n]);
}

static void standard_descriptors(void)
{
	AUTO_FD int server = -1;
	int status = 0;
	pid_t pid;

	(void)sock_listen("std", 0600, (uid_t)-1, (gid_t)-1, &server);
	pid = fork();
	if (pid == 0) {
		int fd = -1;

		close(0);
		close(1);
		close(2);
		if (sock_connect("std", &fd) != ERR_OK || fd < 3 || fcntl(0, F_GETFD) != -1 ||
		    fcntl(fd, F_GETFD) != FD_CLOEXEC)
			_exit(1);
		_exit(0);
	}
	waitpid(pid, &status, 0);
	is_int(status, 0, "SEC-43: with 0 to 2 closed the socket is another descriptor");
}

static void packets(void)
{
	int fds[2];
	char storage[16];
	size_t len = 0;
	struct buf failed = {.err = ERR_TOO_LONG};

	pair(fds);
	is_int((long)sock_next_len(fds[1]), 0, "no packet has no length");
	is_int(send_text(fds[0], "hello", 0), ERR_OK, "a packet is sent");
	is_int(send_text(fds[0], "world!", 0), ERR_OK, "another");
	is_int((long)sock_next_len(fds[1]), 5, "the first one's length is known");
	is_int(
	    sock_recv(fds[1], storage, sizeof(storage), 0, &len), ERR_OK, "the first is received");
	ok(len == 5 && !memcmp(storage, "hello", 5), "alone and whole");
	is_int(sock_recv(fds[1], storage, 6, 0, &len), ERR_OK, "the second just fits");
	(void)send_text(fds[0], "0123456", 0);
	is_int(sock_recv(fds[1], storage, 6, 0, &len), ERR_PROTOCOL,
	    "SEC-32: a packet that does not fit is refused");
	(void)send_text(fds[0], "next", 0);
	is_int(sock_recv(fds[1], storage, 6, 0, &len), ERR_OK, "the next is whole again");
	is_int(sock_send(fds[0], &failed, 0), ERR_TOO_LONG, "a failed buffer is not sent");
	close(fds[0]);
	is_int(
	    sock_recv(fds[1], storage, sizeof(storage), SOCK_FOREVER, &len), ERR_CLOSED, "the end");
	is_int(sock_wait(fds[1], 0), ERR_OK, "the end can be waited for");
	is_int((long)sock_next_len(fds[1]), 0, "and is no packet");
	signal(SIGPIPE, SIG_DFL);
	is_int(send_text(fds[1], "x", 0), ERR_CLOSED, "SEC-41: no signal when nobody listens");
	close(fds[1]);
	is_int(sock_recv(fds[1], storage, sizeof(storage), 0, &len), ERR_IO, "a closed descriptor");
	is_int(send_text(fds[1], "x", 0), ERR_IO, "is none to send on");
}

/* The other side said something, and closed with bytes of ours unread: what it said still counts.
 */
static void last_words(void)
{
	int fds[2];
	char storage[16];
	size_t len = 0;

	pair(fds);
	(void)send_text(fds[0], "unread", 0);
	(void)send_text(fds[1], "last words", 0);
	close(fds[1]);
	is_int(sock_recv(fds[0], storage, sizeof(storage), 0, &len), ERR_OK,
	    "what was sent before a reset is received");
	ok(len == 10, "whole");
	is_int(
	    sock_recv(fds[0], storage, sizeof(storage), 0, &len), ERR_CLOSED, "and then the end");
	close(fds[0]);
}

static void deadlines(void)
{
	static char big[60000];
	int fds[2];
	char storage[16];
	size_t len = 0;
	int64_t start = clock_mono_ms(), took;
	enum err e = ERR_OK;

	pair(fds);
	is_int(sock_recv(fds[0], storage, sizeof(storage), start + 100, &len), ERR_TIMEOUT,
	    "a deadline");
	took = clock_mono_ms() - start;
	ok(took >= 99 && took < 1000, "is kept (%lld ms)", (long long)took);
	is_int(sock_recv(fds[0], storage, sizeof(storage), start, &len), ERR_TIMEOUT,
	    "one in the past");
	is_int(sock_wait(fds[0], start), ERR_TIMEOUT, "waiting for one in the past");
	(void)send_text(fds[1], "x", 0);
	is_int(sock_recv(fds[0], storage, sizeof(storage), start, &len), ERR_OK,
	    "what is there is received whatever the deadline");
	memset(big, 'b', sizeof(big) - 1);
	start = clock_mono_ms();
	while (e == ERR_OK)
		e = send_text(fds[0], big, start + 100);
	took = clock_mono_ms() - start;
	is_int(e, ERR_TIMEOUT, "a side that does not read");
	ok(took >= 99 && took < 1000, "is not waited for beyond the deadline (%lld ms)",
	    (long long)took);
	close(fds[0]);
	close(fds[1]);
}

static void on_alarm(int sig)
{
	(void)sig;
}

static void signals(void)
{
	const struct itimerval often = {{0, 2000}, {0, 2000}}, never = {0};
	struct sigaction sa = {.sa_handler = on_alarm};
	int fds[2];
	char storage[16];
	size_t len = 0;
	int64_t start = clock_mono_ms(), took;

	pair(fds);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &often, NULL);
	is_int(sock_recv(fds[0], storage, sizeof(storage), start + 150, &len), ERR_TIMEOUT,
	    "SEC-41: signals do not end the wait");
	took = clock_mono_ms() - start;
	ok(took >= 149 && took < 1000, "SEC-41: nor prolong it (%lld ms)", (long long)took);
	setitimer(ITIMER_REAL, &never, NULL);
	close(fds[0]);
	close(fds[1]);
}

static void marks(void)
{
	int fds[2], other[2];
	struct sock_mark mark;

	pair(fds);
	is_int(sock_mark(fds[0], &mark), ERR_OK, "a socket is marked");
	ok(sock_is(fds[0], &mark), "and known again");
	ok(!sock_is(fds[1], &mark), "SEC-41: its other end is another");
	close(fds[0]);
	ok(!sock_is(fds[0], &mark), "SEC-41: a closed one is not it");
	pair(other);
	ok(other[0] == fds[0] && !sock_is(other[0], &mark), "SEC-41: nor is what took its number");
	is_int(sock_mark(-1, &mark), ERR_IO, "nothing has no mark");
	close(fds[1]);
	close(other[0]);
	close(other[1]);
}

/* A server of another uid listens at path in dir; what do we think of it? */
static enum err foreign_server(const char *path, uid_t uid)
{
	AUTO_FD int client = -1;
	int ready[2], gate[2];
	enum err e = ERR_INTERNAL;
	pid_t pid;
	char c;

	(void)!pipe(ready);
	(void)!pipe(gate);
	pid = fork();
	if (pid == 0) {
		struct sockaddr_un sa = {.sun_family = AF_UNIX};
		int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

		memcpy(sa.sun_path, path, strlen(path));
		unlink(path);
		if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) || chmod(path, 0666) ||
		    chown(path, uid, uid) || setuid(uid) || listen(fd, 5))
			_exit(1);
		(void)!write(ready[1], "x", 1);
		(void)!read(gate[0], &c, 1);
		_exit(0);
	}
	(void)!read(ready[0], &c, 1);
	if (sock_connect(path, &client) == ERR_OK)
		e = sock_check_server(client, path);
	(void)!write(gate[1], "x", 1);
	waitpid(pid, NULL, 0);
	for (int i = 0; i < 2; i++) {
		close(ready[i]);
		close(gate[i]);
	}
	return e;
}

static void servers(void)
{
	AUTO_FD int server = -1, client = -1;
	struct peer peer = {0};

	if (geteuid() != 0) {
		tap_skip("SEC-43: the server's credentials", "needs root");
		return;
	}
	mkdir("run", 0755);
	(void)sock_listen("run/root", 0666, 12345, (gid_t)-1, &server);
	(void)sock_connect("run/root", &client);
	is_int(sock_peer(client, &peer), ERR_OK, "the peer's credentials");
	ok(peer.uid == 0 && peer.pid == getpid(), "are those of whoever listens");
	is_int(sock_check_server(client, "run/root"), ERR_OK,
	    "SEC-43: root serves, whoever owns the socket");
	is_int(sock_check_server(0, "run/root"), ERR_IO, "SEC-43: what is no socket has no server");
	is_int(foreign_server("run/own", 12345), ERR_OK,
	    "SEC-43: the socket's owner serves in a directory of root's");
	chmod("run", 0775);
	is_int(
	    foreign_server("run/own", 12345), ERR_PERMISSION, "SEC-43: not if the group may write");
	chmod("run", 0757);
	is_int(foreign_server("run/own", 12345), ERR_PERMISSION, "SEC-43: not if everybody may");
	chmod("run", 0755);
	(void)!chown("run", 12345, 12345);
	is_int(foreign_server("run/own", 12345), ERR_PERMISSION,
	    "SEC-43: not in a directory of its own");
	(void)!chown("run", 0, 0);
	temp_link("run", "link");
	is_int(
	    foreign_server("link/own", 12345), ERR_PERMISSION, "SEC-43: not through a linked one");
	is_int(foreign_server("here", 12345), ERR_PERMISSION, "SEC-43: not without a directory");
}

/* Somebody else listens behind a socket that was root's. */
static void replaced_owner(void)
{
	AUTO_FD int client = -1;
	int ready[2];
	pid_t pid;
	char c;

	if (geteuid() != 0)
		return;
	(void)!pipe(ready);
	pid = fork();
	if (pid == 0) {
		AUTO_FD int server = -1;

		if (sock_listen("run/x", 0666, 0, 0, &server) != ERR_OK || setuid(12345) != 0 ||
		    listen(server, 5) != 0)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		pause();
		_exit(0);
	}
	(void)!read(ready[0], &c, 1);
	is_int(sock_connect("run/x", &client), ERR_OK, "a server that is not the socket's owner");
	is_int(sock_check_server(client, "run/x"), ERR_PERMISSION, "SEC-43: is not ours");
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
	close(ready[0]);
	close(ready[1]);
}

int main(void)
{
	temp_enter();
	listening();
	addresses();
	full_queue();
	standard_descriptors();
	packets();
	last_words();
	deadlines();
	signals();
	marks();
	servers();
	replaced_owner();
	return tap_done();
}
