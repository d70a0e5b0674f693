/* SPDX-License-Identifier: MIT */
/* The module inside strange programs: closed standard descriptors, foreign servers, environments
 * that lie, children, and the program's name. */
#include "tests/unit/pam_fake.h"
#include "tests/unit/pam_ground.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define SOCKET "socket"

static struct fake fake;
static struct person person;

static const struct step conversation[] = {{.kind = STEP_ACK}, {STEP_SHOW, 0, "Hello", "##"},
    {STEP_ASK, ASK_PASTE, "Paste: ", NULL}, {STEP_RESULT, ERR_OK, USER, NULL}, {.kind = STEP_END}};

/* The login in a child that has prepared itself; its exit status is the result. */
static int in_child(void (*prepare)(void), pam_call call, const char *service)
{
	int status = -1;
	pid_t pid;

	fake_start(&fake, SOCKET, conversation, 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		person = (struct person){.answers = {"answer", "answer"}};
		prepare();
		_exit(ground_call(service, USER, &person, call, 0));
	}
	waitpid(pid, &status, 0);
	fake_stop(&fake, SOCKET);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static void close_standard(void)
{
	close(0);
	close(1);
	close(2);
}

static void standard_descriptors(void)
{
	is_int(in_child(close_standard, pam_authenticate, "plain"), PAM_SUCCESS,
	    "SEC-41: a login with 0 to 2 closed");
	is_str(fake.answer, "answer", "SEC-41: asks and answers as ever");
}

static int heard[2];

static void redirect(void)
{
	dup2(heard[1], 1);
	dup2(heard[1], 2);
}

static void silence(void)
{
	char c;

	if (pipe2(heard, O_NONBLOCK | O_CLOEXEC) != 0)
		return;
	is_int(in_child(redirect, pam_authenticate, "plain"), PAM_SUCCESS, "a login");
	is_int(in_child(redirect, pam_authenticate, "bad"), PAM_SERVICE_ERR, "a bad argument");
	is_int(in_child(redirect, pam_setcred, "plain"), PAM_SUCCESS, "setcred");
	is_int(read(heard[0], &c, 1), -1, "SEC-43: nothing is written to 1 or 2");
	close(heard[0]);
	close(heard[1]);
}

static void lie(void)
{
	static const char *const names[] = {"ENCVOY_RUNDIR", "ENCVOY_SOCKET", "RUNTIME_DIRECTORY",
	    "TMPDIR", "HOME", "XDG_RUNTIME_DIR", "LOCPATH", "NLSPATH", "PAM_CONFDIR"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		setenv(names[i], "/nonexistent", 1);
}

static void forget_environment(void)
{
	clearenv();
}

static void environments(void)
{
	is_int(in_child(lie, pam_authenticate, "plain"), PAM_SUCCESS,
	    "SEC-43: no variable of the environment changes anything");
	is_int(in_child(forget_environment, pam_authenticate, "plain"), PAM_SUCCESS,
	    "SEC-43: nor does their absence");
}

static void fork_while_asking(struct person *p)
{
	static int status;
	pid_t pid = fork();

	(void)p;
	if (pid == 0)
		_exit(0);
	waitpid(pid, &status, 0);
}

static void children(void)
{
	int rc;

	fake_start(&fake, SOCKET, conversation, 1);
	person = (struct person){.answers = {"answer"}, .before = fork_while_asking};
	rc = ground_call("plain", USER, &person, pam_authenticate, 0);
	fake_stop(&fake, SOCKET);
	is_int(rc, PAM_SUCCESS, "SEC-41: a program that forks while it asks");
}

/* Somebody else listens at our path; what it hears is the child's exit status. */
static pid_t foreign_server(uid_t uid)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = SOCKET};
	int ready[2];
	pid_t pid;
	char c;

	if (pipe(ready) != 0 || (pid = fork()) < 0)
		return -1;
	if (pid == 0) {
		int fd = socket(AF_UNIX, SOCK_SEQPACKET, 0);

		if (bind(fd, (const struct sockaddr *)&sa, sizeof(sa)) || chmod(SOCKET, 0666) ||
		    setuid(uid) || listen(fd, 5))
			_exit(99);
		(void)!write(ready[1], "x", 1);
		fd = accept(fd, NULL, NULL);
		_exit(recv(fd, &c, 1, 0) == 0 ? 0 : 1);
	}
	(void)!read(ready[0], &c, 1);
	close(ready[0]);
	close(ready[1]);
	return pid;
}

static void foreign_servers(void)
{
	int status = -1;
	pid_t pid;

	if (chown(".", 0, 12345) != 0) {
		tap_skip("SEC-43: a foreign server", "this namespace has no other users");
		return;
	}
	unlink(SOCKET);
	pid = foreign_server(12345);
	person = (struct person){.answers = {"secret-token"}};
	is_int(ground_call("token", USER, &person, pam_authenticate, 0), PAM_AUTHINFO_UNAVAIL,
	    "SEC-43: a server of another user is no daemon");
	waitpid(pid, &status, 0);
	is_int(status, 0, "SEC-43: and is told nothing, not a byte");
	unlink(SOCKET);
}

/* The flag depends on the program's file: this test runs copies of itself under other names. */
static const char self[] = "/proc/self/exe";

static void copy_self(const char *name)
{
	char bytes[65536];
	int from = open(self, O_RDONLY | O_CLOEXEC);
	int to = open(name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0755);
	ssize_t n;

	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		if (write(to, bytes, (size_t)n) != n)
			break;
	close(from);
	close(to);
}

static unsigned flags_of(const char *name, const char *vanish)
{
	unsigned flags;
	pid_t pid;

	copy_self(name);
	fake_start(&fake, SOCKET, conversation + 3, 1);
	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		execl(name, name, "child", vanish, (char *)NULL);
		_exit(99);
	}
	waitpid(pid, NULL, 0);
	fake_stop(&fake, SOCKET);
	flags = fake.request.flags;
	unlink(name);
	return flags;
}

static void program_names(void)
{
	static const struct {
		const char *name;
		bool sshd;
	} names[] = {{"./sshd", true}, {"./sshd-session", true}, {"./sshd-auth", true},
	    {"./sshd2", false}, {"./sudo", false}, {"./xsshd", false}, {"./SSHD", false}};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		is_int(flags_of(names[i].name, NULL),
		    LOGIN_INTERACTIVE | (names[i].sshd ? LOGIN_SSHD : 0), "flags of %s",
		    names[i].name);
	is_int(flags_of("./sshd", "./sshd"), LOGIN_INTERACTIVE | LOGIN_SSHD,
	    "of an sshd whose file was replaced meanwhile");
}

/* Runs in the copy: the ground is its parent's. */
static int child(const char *vanish)
{
	if (vanish)
		unlink(vanish);
	person = (struct person){0};
	return ground_call("plain", USER, &person, pam_authenticate, 0);
}

int main(int argc, char **argv)
{
	if (argc > 1)
		return child(argv[2]);
	ground_enter();
	ground_service("plain", "");
	ground_service("token", "methods=token");
	ground_service("bad", "frobnicate");
	standard_descriptors();
	silence();
	environments();
	children();
	foreign_servers();
	program_names();
	return tap_done();
}
