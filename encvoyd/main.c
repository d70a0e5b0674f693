/* SPDX-License-Identifier: MIT */
/* encvoyd: the supervisor when root starts it, the listener when it gets its socket (systemd's
 * protocol) as an ordinary user. */
#include "config.h"

#include "common/num.h"
#include "encvoyd/listener.h"
#include "encvoyd/log.h"
#include "encvoyd/reload.h"
#include "encvoyd/supervise.h"
#include "sys/conffile.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#define LISTEN_FD 3
#define EXIT_USAGE 2

static const struct daemon_paths paths = {
    .conf_dir = ENCVOY_SYSCONFDIR,
    .run_dir = ENCVOY_RUNDIR,
    .socket = ENCVOY_RUNDIR "/socket",
    .online_socket = ENCVOY_RUNDIR "/online",
    .state_dir = ENCVOY_STATEDIR,
    .cache_dir = ENCVOY_CACHEDIR,
    .listener_exe = "/proc/self/exe",
    .online_exe = ENCVOY_LIBEXECDIR "/encvoyd-online",
    .locale_dir = ENCVOY_LOCALEDIR,
    .evict_exe = ENCVOY_LIBEXECDIR "/encvoyd-evict",
};

static const char usage[] = "usage: encvoyd [-f] [-d] | -t [DIRECTORY] | -V\n"
			    "  -f  stay in the foreground (it always does)\n"
			    "  -d  log to standard error, too\n"
			    "  -t  check the configuration (in that directory) and exit\n"
			    "  -V  print the version and exit\n";

/* Descriptors 0 to 2 must be open: what is opened next would otherwise be written to as stderr. */
static void open_standard_fds(void)
{
	int fd;

	do {
		fd = open("/dev/null", O_RDWR);
	} while (fd >= 0 && fd <= STDERR_FILENO);
	if (fd >= 0)
		close(fd);
}

static enum err check_conf(const char *dir)
{
	AUTO_CONF struct conf c = {0};
	struct conf_error ce = {0};
	enum err e = conffile_load(dir, &c, &ce);

	if (e != ERR_OK)
		log_conf_refused(&ce);
	return e;
}

static int test_conf(const char *dir)
{
	if (check_conf(dir) != ERR_OK)
		return EXIT_FAILURE;
	puts("the configuration is good");
	return EXIT_SUCCESS;
}

/* The environment gives us exactly one socket. */
static bool has_socket(void)
{
	const char *pid = getenv("LISTEN_PID"), *fds = getenv("LISTEN_FDS");
	uint64_t n = 0, me = 0;

	return pid && fds && num_parse(pid, strlen(pid), INT32_MAX, &me) == ERR_OK &&
	       num_parse(fds, strlen(fds), INT32_MAX, &n) == ERR_OK && me == (uint64_t)getpid() &&
	       n == 1;
}

static bool socket_option_is(int option, int want)
{
	int value = -1;
	socklen_t len = sizeof(value);

	return getsockopt(LISTEN_FD, SOL_SOCKET, option, &value, &len) == 0 && value == want;
}

static bool socket_ok(void)
{
	return socket_option_is(SO_DOMAIN, AF_UNIX) && socket_option_is(SO_TYPE, SOCK_SEQPACKET) &&
	       socket_option_is(SO_ACCEPTCONN, 1) && fcntl(LISTEN_FD, F_SETFD, FD_CLOEXEC) == 0 &&
	       fcntl(LISTEN_FD, F_SETFL, O_NONBLOCK) == 0;
}

/* Answers pass through this memory: nobody may look into it, and no file may get it. */
static bool seal(void)
{
	const struct rlimit none = {0, 0};

	umask(077);
	/* started by way of /proc/self/exe it would be called "exe" */
	(void)prctl(PR_SET_NAME, "encvoyd", 0, 0, 0);
	return prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static uid_t online_uid(void)
{
	struct local_user u;

	return localdb_user(ONLINE_USER, &u) == ERR_OK ? u.uid : (uid_t)-1;
}

static int run_listener(void)
{
	struct listener_options o = {
	    .paths = &paths, .limits = listener_limits_default, .listen_fd = LISTEN_FD};

	if (geteuid() == 0 || getuid() == 0) {
		log_line(LOG_ERR, "the listener does not run as root");
		return EXIT_FAILURE;
	}
	if (!socket_ok() || !seal()) {
		log_line(LOG_ERR, "descriptor 3 is no listening socket, or a limit cannot be set");
		return EXIT_FAILURE;
	}
	o.online_uid = online_uid();
	return listener_run(&o);
}

static int run_supervisor(bool to_stderr)
{
	struct supervise_options o = {.paths = &paths, .to_stderr = to_stderr};
	enum err e;

	/* whoever starts it sees at once why it does not */
	log_open("encvoyd", true);
	if (check_conf(paths.conf_dir) != ERR_OK)
		return EXIT_FAILURE;
	e = localdb_user(LISTENER_USER, &o.listener);
	if (e == ERR_OK)
		e = localdb_user(ONLINE_USER, &o.online);
	if (e != ERR_OK) {
		log_line(LOG_ERR, "/etc/passwd needs the users %s and %s: %s", LISTENER_USER,
		    ONLINE_USER, err_text(e));
		return EXIT_FAILURE;
	}
	log_open("encvoyd", to_stderr);
	return supervise(&o);
}

int main(int argc, char **argv)
{
	bool to_stderr = false, test = false;
	int opt;

	open_standard_fds();
	while ((opt = getopt(argc, argv, "fdtV")) != -1) {
		switch (opt) {
		case 'f':
			break;
		case 'd':
			to_stderr = true;
			break;
		case 't':
			test = true;
			break;
		case 'V':
			puts("encvoyd " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		default:
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
	}
	if (test && argc - optind <= 1)
		return test_conf(optind < argc ? argv[optind] : paths.conf_dir);
	if (optind < argc) {
		fputs(usage, stderr);
		return EXIT_USAGE;
	}
	log_open("encvoyd", to_stderr);
	if (has_socket())
		return run_listener();
	if (geteuid() != 0) {
		fputs("encvoyd: start it as root, or with its socket (LISTEN_FDS)\n", stderr);
		return EXIT_FAILURE;
	}
	return run_supervisor(to_stderr);
}
