/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/process.h"

#include "common/cleanup.h"
#include "common/num.h"

#include <fcntl.h>
#include <limits.h>
#include <malloc.h>
#include <signal.h>
#include <stdbool.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define LISTEN_FD 3
#define DESCRIPTORS 4096

static bool env_is_number(const char *name, uint64_t want)
{
	const char *text = getenv(name);
	uint64_t n = 0;

	return text && num_parse(text, strlen(text), INT_MAX, &n) == ERR_OK && n == want;
}

static bool sock_option_is(int fd, int option, int want)
{
	int v = 0;
	socklen_t len = sizeof(v);

	return getsockopt(fd, SOL_SOCKET, option, &v, &len) == 0 && v == want;
}

enum err process_listen_fd(int *ret_fd)
{
	if (!env_is_number("LISTEN_PID", (uint64_t)getpid()) || !env_is_number("LISTEN_FDS", 1))
		return ERR_NOT_FOUND;
	if (!sock_option_is(LISTEN_FD, SO_DOMAIN, AF_UNIX) ||
	    !sock_option_is(LISTEN_FD, SO_TYPE, SOCK_SEQPACKET) ||
	    !sock_option_is(LISTEN_FD, SO_ACCEPTCONN, 1))
		return ERR_PROTOCOL;
	if (fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC) != 0 ||
	    fcntl(LISTEN_FD, F_SETFL, O_NONBLOCK) != 0)
		return ERR_IO;
	*ret_fd = LISTEN_FD;
	return ERR_OK;
}

static bool open_standard_fds(void)
{
	int fd;

	do
		fd = open("/dev/null", O_RDWR);
	while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd < 0)
		return false;
	close(fd);
	return true;
}

/* clearenv(3) forgets the pointers; /proc would still show the texts. */
static bool forget_environment(void)
{
	for (char **e = environ; e && *e; e++)
		explicit_bzero(*e, strlen(*e));
	return clearenv() == 0;
}

/* The keys child has a socket to each login. */
static bool want_descriptors(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
		return false;
	if (limit.rlim_cur < DESCRIPTORS)
		limit.rlim_cur = limit.rlim_max < DESCRIPTORS ? limit.rlim_max : DESCRIPTORS;
	return setrlimit(RLIMIT_NOFILE, &limit) == 0;
}

enum err process_harden(void)
{
	struct rlimit none = {0, 0};

	if (geteuid() == 0 || getuid() == 0)
		return ERR_PERMISSION;
	if (!open_standard_fds() || !want_descriptors() || setrlimit(RLIMIT_CORE, &none) != 0 ||
	    prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) != 0 || prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return ERR_INTERNAL;
	umask(077);
	/* one arena: the resolver's thread would cost every child another */
	(void)mallopt(M_ARENA_MAX, 1);
	return forget_environment() && chdir("/") == 0 ? ERR_OK : ERR_INTERNAL;
}

static void default_signals(void)
{
	sigset_t kept;

	/* a new configuration is for those that come after, and for whom it concerns */
	sigemptyset(&kept);
	sigaddset(&kept, SIGHUP);
	(void)signal(SIGPIPE, SIG_IGN);
	(void)signal(SIGTERM, SIG_DFL);
	(void)signal(SIGINT, SIG_DFL);
	(void)signal(SIGHUP, SIG_DFL);
	sigprocmask(SIG_SETMASK, &kept, NULL);
}

void process_name(const char *name)
{
	(void)prctl(PR_SET_NAME, name, 0, 0, 0);
}

enum err process_fork(const char *name, pid_t *ret_pid)
{
	pid_t parent = getpid(), pid = fork();

	if (pid < 0)
		return ERR_INTERNAL;
	if (pid == 0) {
		process_name(name);
		if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0 || getppid() != parent)
			_exit(EXIT_FAILURE);
		default_signals();
	}
	*ret_pid = pid;
	return ERR_OK;
}

void process_end_by_reload(const char *name)
{
	sigset_t none;

	process_name(name);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}
