/* SPDX-License-Identifier: MIT */
/* What the kernel says of processes, and of the one at the other end of a socket. */
#include "sys/process.h"

#include "common/cleanup.h"
#include "sys/sock.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define TAIL " S 7 8 9 0 -1 4194304 1 2 3 4 5 6 7 8 20 0 1 0 12345 1000 2000\n"

static enum err parse(const char *text, struct process *p)
{
	*p = (struct process){0};
	return process_parse_stat(text, strlen(text), p);
}

static void stat_lines(void)
{
	static const char *const good[] = {
	    "42 (sh)" TAIL, "42 (a) S 1 1 1)" TAIL, "42 ())" TAIL, "42 (\n(x)" TAIL, "42 ()" TAIL};
	static const char *const bad[] = {"", "42", "42 (sh)", "42 (sh) S", "(sh)" TAIL,
	    "x (sh)" TAIL, "-1 (sh)" TAIL, "42 (sh) S -7 8 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1",
	    "42 (sh) S 7 8 x 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1",
	    "42 (sh) S 7 8 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 -1",
	    "42 (sh) S 7 8 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0",
	    "42 (sh) S 4294967296 8 9 0 0 0 0 0 0 0 0 0 0 0 0 0 0 0 1"};
	struct process p;

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		ok(parse(good[i], &p) == ERR_OK && p.pid == 42 && p.parent == 7 && p.leader == 9 &&
			p.started == 12345,
		    "line %zu: whatever the program is called", i);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(parse(bad[i], &p), ERR_SYNTAX, "line %zu that is none", i);
}

/* A child that lives until it is ended. */
static pid_t sleeper(void)
{
	pid_t pid = fork();

	if (pid == 0) {
		pause();
		_exit(0);
	}
	return pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	waitpid(pid, NULL, 0);
}

static void processes(void)
{
	struct process self, child, again;
	siginfo_t info;
	pid_t pid = sleeper();

	is_int(process_read(getpid(), &self), ERR_OK, "this process");
	ok(self.pid == getpid() && self.parent == getppid() && self.leader == getsid(0),
	    "with its relatives");
	is_int(process_read(pid, &child), ERR_OK, "a child");
	ok(child.parent == getpid() && child.session == self.session, "has our login session");
	ok(process_is(&child, &child) && !process_is(&child, &self), "and is not us");
	again = child;
	again.started++;
	ok(!process_is(&child, &again), "a later one of its number is another one");
	kill(pid, SIGKILL);
	(void)waitid(P_PID, (id_t)pid, &info, WEXITED | WNOWAIT);
	is_int(process_read(pid, &child), ERR_NOT_FOUND, "one that has ended");
	end(pid);
	is_int(process_read(pid, &child), ERR_NOT_FOUND, "and is buried");
	is_int(process_read(0, &child), ERR_NOT_FOUND, "no process");
	is_int(process_read(-1, &child), ERR_NOT_FOUND, "nor that");
}

/* A child that connects, and lives until it is ended. */
static pid_t connector(int server, int *ret_fd)
{
	pid_t pid = fork();

	if (pid == 0) {
		int fd = -1;

		if (sock_connect("sock", &fd) == ERR_OK)
			pause();
		_exit(1);
	}
	*ret_fd = sock_wait(server, SOCK_FOREVER) == ERR_OK ? accept(server, NULL, NULL) : -1;
	return pid;
}

static void peers(void)
{
	AUTO_FD int server = -1, fd = -1, other = -1;
	struct process p, kept = {.pid = 1};
	pid_t pid;

	is_int(sock_listen("sock", 0600, (uid_t)-1, (gid_t)-1, &server), ERR_OK, "a socket");
	pid = connector(server, &fd);
	ok(process_of_peer(fd, &p) == ERR_OK && p.pid == pid && p.parent == getpid(),
	    "the process at the other end");
	end(pid);
	is_int(process_of_peer(fd, &kept), ERR_NOT_FOUND, "is nobody when it has ended");
	is_int(kept.pid, 1, "and nothing is written");
	is_int(sock_connect("sock", &other), ERR_OK, "one of our own");
	close_fd(&fd);
	fd = accept(server, NULL, NULL);
	is_int(process_of_peer(fd, &p), ERR_OK, "is us");
	close_fd(&other);
	is_int(process_of_peer(fd, &p), ERR_NOT_FOUND, "and nobody when it is closed");
	is_int(process_of_peer(-1, &p), ERR_IO, "no socket");
}

int main(void)
{
	temp_enter();
	stat_lines();
	processes();
	peers();
	return tap_done();
}
