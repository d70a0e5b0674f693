/* SPDX-License-Identifier: MIT */
/* Processes as odd as they come: no free descriptor, none at 0 to 2, descriptors taken away, tiny
 * stacks, another root; and files that must not be trusted. Each case in a child of its own. */
#include "sys/clock.h"
#include "tests/unit/nss_fake.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"
#include "tests/unit/temp.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <pthread.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/wait.h>

/* What a case may answer beside good (0) and bad (anything else). */
#define CANNOT 77

#ifdef ENCVOY_SANITIZED
static const bool sanitized = true; /* larger stacks; and threads that fight for descriptors */
#else
static const bool sanitized = false;
#endif

static void in_child(const char *name, int (*check)(void))
{
	pid_t pid;
	int status = 0;

	fflush(stdout);
	pid = fork();
	if (pid == 0)
		_exit(check());
	ground_need(pid > 0 && waitpid(pid, &status, 0) == pid, "a child");
	if (WIFEXITED(status) && WEXITSTATUS(status) == CANNOT)
		tap_skip(name, "not possible here");
	else
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "%s (%d)", name, status);
}

static bool knows_user1(void)
{
	struct passwd pw;

	return ask_name("user1", &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 1, 0);
}

static bool knows_nobody(void)
{
	struct passwd pw;

	return ask_name("user1", &pw) == NSS_STATUS_UNAVAIL;
}

static unsigned open_descriptors(void)
{
	unsigned n = 0;

	for (int fd = 0; fd < 8000; fd++)
		n += fcntl(fd, F_GETFD) >= 0;
	return n;
}

static int many_descriptors(void)
{
	struct rlimit r = {.rlim_cur = 6000, .rlim_max = 6000};
	int fd = 0;

	if (setrlimit(RLIMIT_NOFILE, &r) != 0)
		return CANNOT;
	while (fd >= 0 && fd < 5000)
		fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	if (fd < 5000)
		return CANNOT;
	return !(knows_user1() && ask_anna() == NSS_STATUS_SUCCESS &&
		 open_descriptors() == (unsigned)fd + 1);
}

static int no_descriptor(void)
{
	struct rlimit old, r;

	if (getrlimit(RLIMIT_NOFILE, &old) != 0)
		return CANNOT;
	r = old;
	r.rlim_cur = 0;
	if (setrlimit(RLIMIT_NOFILE, &r) != 0 || !knows_nobody() || last.asked)
		return 1;
	/* nothing was learned from that */
	return !(setrlimit(RLIMIT_NOFILE, &old) == 0 && knows_user1());
}

static int standard_closed(void)
{
	unsigned before;

	close(0);
	close(1);
	close(2);
	before = open_descriptors();
	return !(knows_user1() && ask_anna() == NSS_STATUS_SUCCESS &&
		 open_descriptors() == before && fcntl(0, F_GETFD) < 0 && fcntl(1, F_GETFD) < 0 &&
		 fcntl(2, F_GETFD) < 0);
}

static atomic_uint written;

/* A program that prints without looking. */
static void *print_blindly(void *arg)
{
	int64_t end = clock_mono_ms() + 700;

	while (clock_mono_ms() < end)
		for (int fd = 0; fd < 3; fd++)
			if (write(fd, "secret", 6) >= 0)
				atomic_fetch_add(&written, 1);
	return arg;
}

static int printing_meanwhile(void)
{
	pthread_t t;

	signal(SIGPIPE, SIG_DFL);
	close(0);
	close(1);
	close(2);
	/* the fake daemon, in the parent, hangs: the descriptor is there for half a second */
	if (sanitized || pthread_create(&t, NULL, print_blindly, NULL) != 0)
		return CANNOT;
	if (ask_anna() != NSS_STATUS_UNAVAIL)
		return 1;
	pthread_join(t, NULL);
	return atomic_load(&written) != 0;
}

static int hung_up(void)
{
	signal(SIGPIPE, SIG_DFL);
	return ask_anna() != NSS_STATUS_UNAVAIL;
}

static atomic_int stolen = -1;

/* Closes the module's socket behind its back and opens a file under its number. */
static void *thief(void *arg)
{
	usleep(100000);
	for (int fd = 3; fd < 100; fd++) {
		struct stat st;
		int taken;

		if (fstat(fd, &st) != 0 || !S_ISSOCK(st.st_mode))
			continue;
		taken = open("/dev/null", O_RDONLY | O_CLOEXEC);
		dup3(taken, fd, O_CLOEXEC);
		close(taken);
		atomic_store(&stolen, fd);
	}
	return arg;
}

static int descriptor_stolen(void)
{
	struct stat st;
	pthread_t t;

	if (sanitized || pthread_create(&t, NULL, thief, NULL) != 0)
		return CANNOT;
	if (ask_anna() != NSS_STATUS_UNAVAIL)
		return 1;
	pthread_join(t, NULL);
	if (atomic_load(&stolen) < 0)
		return CANNOT;
	return !(fstat(atomic_load(&stolen), &st) == 0 && S_ISCHR(st.st_mode));
}

static void *ask_both(void *arg)
{
	*(bool *)arg = knows_user1() && ask_anna() == NSS_STATUS_SUCCESS;
	return NULL;
}

static int tiny_stack(void)
{
	pthread_attr_t attr;
	bool good = false;
	pthread_t t;

	pthread_attr_init(&attr);
	if (sanitized || pthread_attr_setstacksize(&attr, 32768) != 0 ||
	    pthread_create(&t, &attr, ask_both, &good) != 0)
		return CANNOT;
	pthread_join(t, NULL);
	return !good;
}

static int other_root(void)
{
	/* mapped before: goes on; a new map cannot be seen, so nothing is known */
	if (!knows_user1())
		return 1;
	if (mkdir("root", 0755) != 0 || chroot("root") != 0)
		return CANNOT;
	return !knows_user1();
}

static int foreign_root(void)
{
	char path[PATH_MAX];

	/* somebody else's directory tree, with a map as if it were ours */
	if (geteuid() != 0 || !getcwd(path, sizeof(path)) || chown(path, 12345, 12345) != 0)
		return CANNOT;
	return !knows_nobody();
}

static int foreign_server(void)
{
	bool good;

	/* a socket that anybody may have bound where root's daemon is expected */
	unlink(SOCKET);
	if (geteuid() != 0 || chmod(RUN, 0777) != 0 || seteuid(12345) != 0)
		return CANNOT;
	fake_start();
	if (seteuid(0) != 0)
		return CANNOT;
	answer_anna();
	good = ask_anna() == NSS_STATUS_UNAVAIL && last.asked == 0;
	fake_stop();
	return !good;
}

/* --- files that are not to be trusted, or not to be had */

static int writable_map(void)
{
	return !(chmod(CACHE "/" USERS_MAP, 0666) == 0 && knows_nobody());
}

static int writable_generation(void)
{
	return !(chmod(CACHE "/" USERS_GEN, 0664) == 0 && knows_nobody());
}

static int writable_directory(void)
{
	return !(chmod(CACHE, 0777) == 0 && knows_nobody());
}

static int linked_map(void)
{
	return !(rename(CACHE "/" USERS_MAP, "elsewhere") == 0 &&
		 symlink("../elsewhere", CACHE "/" USERS_MAP) == 0 && knows_nobody());
}

static int foreign_map(void)
{
	if (geteuid() != 0 || chown(CACHE "/" USERS_MAP, 12345, 12345) != 0)
		return CANNOT;
	return !knows_nobody();
}

static int no_generation(void)
{
	return !(unlink(CACHE "/" USERS_GEN) == 0 && knows_nobody());
}

static int damaged_map(void)
{
	int fd = open(CACHE "/" USERS_MAP, O_WRONLY | O_CLOEXEC);
	unsigned version = 0;

	/* replaced by garbage, and by a new map after that */
	if (pwrite(fd, "garbage", 7, 20) != 7 || !knows_nobody() || !knows_nobody())
		return 1;
	ground_publish(10, 0, false, version);
	return !knows_user1();
}

static int lost_files(void)
{
	struct passwd pw;

	/* removed by hand: nothing tells; but the first miss after a second looks */
	if (!knows_user1() || unlink(CACHE "/" USERS_GEN) != 0 || unlink(CACHE "/" USERS_MAP) != 0)
		return 1;
	(void)ask_name("user15", &pw);
	ground_publish(20, 0, true, 0);
	sleep(2);
	return !(ask_name("user15", &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 15, 0));
}

/* Publishes everything anew, so that each case finds the same. */
static void files(const char *name, int (*check)(void))
{
	unlink(CACHE "/" USERS_MAP);
	unlink(CACHE "/" USERS_GEN);
	ground_need(chmod(CACHE, 0755) == 0, "the directory");
	ground_publish(10, 0, false, 0);
	in_child(name, check);
}

static void test_processes(void)
{
	ground_publish(10, 0, false, 0);
	answer_anna();
	in_child("SEC-41: 5,000 descriptors", many_descriptors);
	in_child("SEC-41: no descriptor left: unavailable, and better later", no_descriptor);
	in_child("SEC-41: 0, 1 and 2 closed: they stay so", standard_closed);
	in_child("SEC-41: a stack of 32 KiB is enough", tiny_stack);
	in_child("SEC-43: another root after the first look-up", other_root);
	fake->behaviour = SILENCE;
	in_child("SEC-43: what goes to 0, 1 or 2 meanwhile reaches nobody", printing_meanwhile);
	in_child("SEC-41: a stolen descriptor is not closed", descriptor_stolen);
	fake->behaviour = HANG_UP;
	in_child("SEC-41: SIGPIPE as it comes", hung_up);
	answer_anna();
}

int main(void)
{
	if (!private_user()) {
		printf("1..0 # SKIP needs to be root, or a user namespace\n");
		return 0;
	}
	ground_enter();
	fake_start();
	test_processes();
	fake_stop();
	files("SEC-34: a map that others may write to", writable_map);
	files("SEC-34: a generation that others may write to", writable_generation);
	files("SEC-34: a directory that others may write to", writable_directory);
	files("SEC-34: a link", linked_map);
	files("SEC-34: a map of somebody else", foreign_map);
	files("no generation: no map", no_generation);
	files("SEC-33: a damaged map is none, until there is a new one", damaged_map);
	files("files that were removed by hand", lost_files);
	files("SEC-43: another's root directory is not trusted", foreign_root);
	files("SEC-43: another's socket is not trusted", foreign_server);
	return tap_done();
}
