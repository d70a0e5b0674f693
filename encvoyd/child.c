/* SPDX-License-Identifier: MIT */
#include "encvoyd/child.h"

#include "encvoyd/log.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTEN_FD 3
#define PATH_VALUE "PATH=/usr/sbin:/usr/bin:/sbin:/bin"

/* Returns NULL, or what failed. */
static const char *drop_privileges(const struct local_user *u)
{
	uid_t uid[3];
	gid_t gid[3];

	if (u->uid == 0 || u->gid == 0)
		return "the user is root";
	if (setgroups(0, NULL) != 0 || setresgid(u->gid, u->gid, u->gid) != 0 ||
	    setresuid(u->uid, u->uid, u->uid) != 0)
		return "changing the user";
	if (getresuid(&uid[0], &uid[1], &uid[2]) != 0 || getresgid(&gid[0], &gid[1], &gid[2]) != 0)
		return "reading the user back";
	for (int i = 0; i < 3; i++)
		if (uid[i] != u->uid || gid[i] != u->gid)
			return "the user did not change";
	if (getgroups(0, NULL) != 0 || setresuid((uid_t)-1, 0, (uid_t)-1) == 0)
		return "privileges are left";
	return NULL;
}

static const char *limit_powers(pid_t parent)
{
	const struct rlimit none = {0, 0};

	if (setrlimit(RLIMIT_CORE, &none) != 0)
		return "forbidding core dumps";
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
		return "no_new_privs";
	/* a change of user clears it, so it comes last; the parent may be gone already */
	if (prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0) != 0 || getppid() != parent)
		return "watching the supervisor";
	return NULL;
}

static const char *place_socket(int fd)
{
	if (fd < 0)
		return close_range(LISTEN_FD, ~0U, CLOSE_RANGE_CLOEXEC) == 0
			   ? NULL
			   : "closing descriptors";
	if (fd == LISTEN_FD) {
		if (fcntl(fd, F_SETFD, 0) != 0)
			return "keeping the socket";
	} else if (dup2(fd, LISTEN_FD) < 0) {
		return "placing the socket";
	}
	if (close_range(LISTEN_FD + 1, ~0U, CLOSE_RANGE_CLOEXEC) != 0)
		return "closing descriptors";
	return NULL;
}

/* A reload asked for before the helper listens to signals must not end it: it is about to read the
 * configuration anyway. */
static void default_signals(void)
{
	struct sigaction sa = {.sa_handler = SIG_DFL};
	sigset_t none;

	for (int sig = 1; sig < NSIG; sig++)
		(void)sigaction(sig, &sa, NULL);
	sa.sa_handler = SIG_IGN;
	(void)sigaction(SIGHUP, &sa, NULL);
	sigemptyset(&none);
	sigprocmask(SIG_SETMASK, &none, NULL);
}

static const char *become(const struct child_spec *spec, pid_t parent)
{
	char pid[32], name[64], journal[64], debug[] = "-d";
	char fds[] = "LISTEN_FDS=1", path[] = PATH_VALUE;
	char *argv[] = {name, spec->to_stderr ? debug : NULL, NULL};
	const char *stream = getenv("JOURNAL_STREAM"), *what;
	bool listens = spec->listen_fd >= 0;
	char *more = stream ? journal : NULL;
	char *env[] = {path, listens ? fds : more, listens ? pid : NULL, more, NULL};

	/* theirs is ours */
	snprintf(journal, sizeof(journal), "JOURNAL_STREAM=%s", stream ? stream : "");
	snprintf(name, sizeof(name), "%s", spec->name);
	snprintf(pid, sizeof(pid), "LISTEN_PID=%d", (int)getpid());
	default_signals();
	umask(077);
	if (chdir("/") != 0)
		return "chdir";
	what = place_socket(spec->listen_fd);
	if (!what && !spec->root)
		what = drop_privileges(&spec->user);
	if (!what)
		what = limit_powers(parent);
	if (!what) {
		execve(spec->exe, argv, env);
		what = "execve";
	}
	return what;
}

enum err child_start(const struct child_spec *spec, pid_t *ret_pid)
{
	pid_t parent = getpid();
	pid_t pid = fork();

	if (pid < 0)
		return ERR_IO;
	if (pid == 0) {
		const char *what = become(spec, parent);

		log_line(LOG_ERR, "cannot start %s (%s): %s: %s", spec->name, spec->exe, what,
		    strerror(errno));
		_exit(127);
	}
	*ret_pid = pid;
	return ERR_OK;
}
