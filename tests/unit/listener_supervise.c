/* SPDX-License-Identifier: MIT */
/* The supervisor with this program as both helpers: started with LISTEN_FDS it reports over its
 * socket what it was given. */
#include "encvoyd/supervise.h"

#include "common/buf.h"
#include "common/num.h"
#include "common/str.h"
#include "encvoyd/log.h"
#include "sys/clock.h"
#include "sys/sock.h"
#include "tests/unit/tap.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/wait.h>

#define LISTENER_UID 64101
#define ONLINE_UID 64102

extern char **environ;

/* ---- the helper ---- */

static volatile sig_atomic_t hangups;

static void on_hangup(int sig)
{
	(void)sig;
	hangups++;
}

static size_t count_env(void)
{
	size_t n = 0;

	while (environ[n])
		n++;
	return n;
}

static size_t count_fds(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	while (d && readdir(d))
		n++;
	if (d)
		closedir(d);
	return n - 3; /* ".", ".." and the directory itself */
}

static void report(struct buf *b, int argc, char **argv)
{
	struct rlimit core = {1, 1};
	uid_t u[3];
	gid_t g[3];

	getrlimit(RLIMIT_CORE, &core);
	(void)!getresuid(&u[0], &u[1], &u[2]);
	(void)!getresgid(&g[0], &g[1], &g[2]);
	buf_printf(b, "pid=%d uid=%u,%u,%u gid=%u,%u,%u groups=%d nnp=%d core=%d env=%zu fds=%zu ",
	    (int)getpid(), u[0], u[1], u[2], g[0], g[1], g[2], getgroups(0, NULL),
	    prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0), (int)core.rlim_max, count_env(), count_fds());
	buf_printf(b, "path=%s argv=%s %s hup=%d ", getenv("PATH"), argv[0],
	    argc > 1 ? argv[1] : "none", (int)hangups);
}

_Noreturn static void be_helper(int argc, char **argv)
{
	struct sigaction sa = {.sa_handler = on_hangup};

	sigaction(SIGHUP, &sa, NULL);
	for (;;) {
		AUTO_FD int fd = accept4(3, NULL, NULL, SOCK_CLOEXEC);
		struct pollfd p = {.fd = 3, .events = POLLIN};
		AUTO_BUF struct buf b = {0};

		if (fd < 0) {
			(void)poll(&p, 1, -1);
			continue;
		}
		buf_init(&b, 1024);
		report(&b, argc, argv);
		(void)sock_send(fd, &b, clock_mono_ms() + 1000);
	}
}

/* ---- the test ---- */

static char dir[64], run_dir[96], state_dir[96], cache_dir[96], log_path[96];
static char socket_path[128], online_path[128];
static pid_t supervisor;

static void set_paths(void)
{
	snprintf(dir, sizeof(dir), "/tmp/encvoy-supervise-XXXXXX");
	if (!mkdtemp(dir) || chmod(dir, 0755) != 0)
		exit(99);
	snprintf(run_dir, sizeof(run_dir), "%s/a/run", dir);
	snprintf(state_dir, sizeof(state_dir), "%s/b/c/state", dir);
	snprintf(cache_dir, sizeof(cache_dir), "%s/cache", dir);
	snprintf(socket_path, sizeof(socket_path), "%s/socket", run_dir);
	snprintf(online_path, sizeof(online_path), "%s/online", run_dir);
	snprintf(log_path, sizeof(log_path), "%s/log", dir);
}

static void start(const char *online_exe)
{
	const struct daemon_paths paths = {.run_dir = run_dir,
	    .state_dir = state_dir,
	    .cache_dir = cache_dir,
	    .socket = socket_path,
	    .online_socket = online_path,
	    .listener_exe = "/proc/self/exe",
	    .online_exe = online_exe};
	const struct supervise_options o = {.paths = &paths,
	    .listener = {LISTENER_UID, LISTENER_UID},
	    .online = {ONLINE_UID, ONLINE_UID},
	    .to_stderr = true};

	fflush(stdout);
	supervisor = fork();
	if (supervisor == 0) {
		int fd = open(log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);

		prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
		dup2(fd, STDERR_FILENO);
		setenv("LD_PRELOAD", "", 1); /* must not reach the helpers */
		exit(supervise(&o));
	}
}

static int wait_end(void)
{
	int status = 0;

	waitpid(supervisor, &status, 0);
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* What the helper behind a socket reports, "" when nothing comes. */
static const char *ask(const char *path)
{
	static char text[1024];
	int64_t end = clock_mono_ms() + 10000;
	size_t len = 0;
	int fd = -1;

	text[0] = 0;
	while (sock_connect(path, &fd) != ERR_OK && clock_mono_ms() < end)
		poll(NULL, 0, 20);
	if (sock_recv(fd, text, sizeof(text) - 1, end, &len) == ERR_OK)
		text[len] = 0;
	close_fd(&fd);
	return text;
}

static pid_t pid_of(const char *path)
{
	const char *text = ask(path);
	uint64_t pid = 0;

	if (str_starts(text, "pid="))
		(void)num_parse(text + 4, strcspn(text + 4, " "), INT32_MAX, &pid);
	return (pid_t)pid;
}

static bool gone(pid_t pid)
{
	int64_t end = clock_mono_ms() + 8000;

	while (kill(pid, 0) == 0 && clock_mono_ms() < end)
		poll(NULL, 0, 10);
	return kill(pid, 0) != 0 && errno == ESRCH;
}

static bool log_has(const char *want)
{
	static char text[65536];
	int64_t end = clock_mono_ms() + 2000;

	do {
		int fd = open(log_path, O_RDONLY | O_CLOEXEC);
		ssize_t n = fd >= 0 ? read(fd, text, sizeof(text) - 1) : 0;

		close_fd(&fd);
		text[n > 0 ? n : 0] = 0;
		if (strstr(text, want))
			return true;
		poll(NULL, 0, 20);
	} while (clock_mono_ms() < end);
	printf("# the log: %s\n", text);
	return false;
}

static bool has(const char *text, const char *part)
{
	if (strstr(text, part))
		return true;
	printf("# \"%s\" is not in \"%s\"\n", part, text);
	return false;
}

static unsigned mode_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_mode & 07777 : 0;
}

static uid_t owner_of(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 ? st.st_uid : (uid_t)-1;
}

static void places(void)
{
	ok(mode_of(run_dir) == 0755 && owner_of(run_dir) == 0, "the run directory: root, 0755");
	ok(mode_of(state_dir) == 0700 && owner_of(state_dir) == LISTENER_UID,
	    "SEC-34: the state directory: encvoy, 0700");
	ok(mode_of(cache_dir) == 0755 && owner_of(cache_dir) == LISTENER_UID,
	    "the cache directory: encvoy, 0755");
	ok(mode_of(socket_path) == 0666, "the socket is for everybody");
	ok(mode_of(online_path) == 0600 && owner_of(online_path) == LISTENER_UID,
	    "SEC-47: the online socket is for the listener alone");
}

static void helpers_are_confined(void)
{
	char want[64];
	const char *text = ask(socket_path);

	snprintf(want, sizeof(want), "uid=%d,%d,%d gid=%d,%d,%d groups=0 ", LISTENER_UID,
	    LISTENER_UID, LISTENER_UID, LISTENER_UID, LISTENER_UID, LISTENER_UID);
	ok(has(text, want), "the listener runs as encvoy, with no other group");
	ok(has(text, "nnp=1 core=0"), "with no_new_privs and without core dumps");
	ok(has(text, "env=3 fds=5 path=/usr/sbin:/usr/bin:/sbin:/bin"),
	    "with three variables and four descriptors (the fifth is the report's)");
	ok(has(text, "argv=encvoyd -d"), "-d is passed on");
	text = ask(online_path);
	snprintf(want, sizeof(want), "uid=%d,%d,%d gid=%d,%d,%d groups=0 ", ONLINE_UID, ONLINE_UID,
	    ONLINE_UID, ONLINE_UID, ONLINE_UID, ONLINE_UID);
	ok(has(text, want), "encvoyd-online runs as encvoy-online");
	ok(has(text, "nnp=1 core=0 env=3 fds=5"), "confined in the same way");
}

static void a_killed_helper_comes_back(const char *path, const char *name)
{
	pid_t first = pid_of(path), second;
	int64_t start = clock_mono_ms();
	int early = -1;

	kill(first, SIGKILL);
	ok(sock_connect(path, &early) == ERR_OK, "%s killed: its socket still takes connections",
	    name);
	second = pid_of(path);
	ok(first > 0 && second > 0 && first != second && clock_mono_ms() - start < 1000,
	    "and another one serves them soon (%lld ms)", (long long)(clock_mono_ms() - start));
	close_fd(&early);
}

static void back_off(void)
{
	int64_t start = clock_mono_ms();

	for (int i = 0; i < 4; i++)
		kill(pid_of(socket_path), SIGKILL);
	(void)pid_of(socket_path);
	ok(clock_mono_ms() - start >= 1000 && clock_mono_ms() - start < 8000,
	    "one that keeps dying is started ever more slowly (%lld ms)",
	    (long long)(clock_mono_ms() - start));
	ok(log_has("encvoyd[") && log_has("ended by signal 9, starting it again in 200 ms"),
	    "and the log says so");
}

static void signals_are_handed_on(void)
{
	pid_t listener, online;

	kill(supervisor, SIGHUP);
	for (int i = 0; i < 100 && !strstr(ask(socket_path), "hup=1"); i++)
		poll(NULL, 0, 20);
	ok(has(ask(socket_path), "hup=1") && has(ask(online_path), "hup=1"),
	    "SIGHUP is handed on to both");
	listener = pid_of(socket_path);
	online = pid_of(online_path);
	kill(supervisor, SIGTERM);
	is_int(wait_end(), 0, "SIGTERM: exit status 0");
	ok(gone(listener) && gone(online), "both helpers are gone");
	ok(owner_of(socket_path) == (uid_t)-1 && owner_of(online_path) == (uid_t)-1,
	    "and the sockets");
}

static void a_dead_supervisor_leaves_nobody(void)
{
	pid_t listener, online;

	start("/proc/self/exe");
	listener = pid_of(socket_path);
	online = pid_of(online_path);
	kill(supervisor, SIGKILL);
	(void)wait_end();
	ok(listener > 0 && gone(listener) && online > 0 && gone(online),
	    "the supervisor killed: both helpers end");
}

static void a_helper_that_hangs(void)
{
	pid_t listener;
	int64_t begun;

	start("/proc/self/exe");
	listener = pid_of(socket_path);
	kill(listener, SIGSTOP);
	poll(NULL, 0, 300); /* SIGTERM would overtake it */
	begun = clock_mono_ms();
	kill(supervisor, SIGTERM);
	is_int(wait_end(), 0, "a helper that does not end: status 0 all the same");
	ok(gone(listener) && clock_mono_ms() - begun < 7000, "after it was killed (%lld ms)",
	    (long long)(clock_mono_ms() - begun));
	ok(log_has("had to be killed"), "and the log says so");
}

static void a_missing_program(void)
{
	start("/nonexistent/encvoyd-online");
	ok(log_has(
	       "cannot start encvoyd-online (/nonexistent/encvoyd-online): execve: No such file"),
	    "a missing program is logged");
	ok(pid_of(socket_path) > 0, "and the other helper runs");
	kill(supervisor, SIGTERM);
	(void)wait_end();
}

static void foreign_directories(void)
{
	if (chown(state_dir, 12345, 12345) != 0)
		exit(99);
	start("/proc/self/exe");
	is_int(wait_end(), 1, "SEC-34: somebody else's state directory: exit status 1");
	ok(log_has("state: the file is a link, foreign-owned or writable by others"),
	    "SEC-34: and the log says why");
	if (rmdir(state_dir) != 0 || symlink("/tmp", state_dir) != 0)
		exit(99);
	start("/proc/self/exe");
	is_int(wait_end(), 1, "SEC-34: a link in its place: exit status 1");
	(void)unlink(state_dir);
}

int main(int argc, char **argv)
{
	char command[128];

	if (getenv("LISTEN_FDS"))
		be_helper(argc, argv);
	if (geteuid() != 0) {
		printf("1..0 # SKIP needs root\n");
		return 0;
	}
	signal(SIGPIPE, SIG_IGN);
	set_paths();
	start("/proc/self/exe");
	(void)pid_of(socket_path);
	places();
	helpers_are_confined();
	a_killed_helper_comes_back(socket_path, "the listener");
	a_killed_helper_comes_back(online_path, "encvoyd-online");
	back_off();
	signals_are_handed_on();
	a_dead_supervisor_leaves_nobody();
	a_helper_that_hangs();
	a_missing_program();
	foreign_directories();
	snprintf(command, sizeof(command), "rm -rf %s", dir);
	if (system(command) != 0)
		printf("# cannot remove %s\n", dir);
	return tap_done();
}
