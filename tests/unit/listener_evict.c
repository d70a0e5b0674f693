/* SPDX-License-Identifier: MIT */
/* Who is put out: the list, and real processes of real uids. */
#include "encvoyd/evict.h"

#include "sys/clock.h"
#include "tests/unit/tap.h"

#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define BLOCKED_UID 1879148197U
#define OTHER_UID 1879148198U

static enum err parse(const char *text)
{
	AUTO_BLOCKED struct blocked b = {0};

	return blocked_parse(text, strlen(text), &b);
}

static void lists(void)
{
	static const char good[] = BLOCKED_HEAD "\n1879048193\n1879148197\n2147352575\nend\n";
	static const char *const bad[] = {"", "\n", "end\n", BLOCKED_HEAD, BLOCKED_HEAD "\n",
	    BLOCKED_HEAD "\nend", BLOCKED_HEAD "\n1879048193\n", "encvoy-blocked 2\nend\n",
	    BLOCKED_HEAD "\n0\nend\n",                      /* root */
	    BLOCKED_HEAD "\n33\nend\n",                     /* a system account */
	    BLOCKED_HEAD "\n1000\nend\n",                   /* a local user */
	    BLOCKED_HEAD "\n65534\nend\n",                  /* nobody */
	    BLOCKED_HEAD "\n1879048191\nend\n",             /* below our range */
	    BLOCKED_HEAD "\n2147352576\nend\n",             /* above it */
	    BLOCKED_HEAD "\n4294967295\nend\n",             /* -1 */
	    BLOCKED_HEAD "\n4294967296\nend\n",             /* 0 again */
	    BLOCKED_HEAD "\n6174015489\nend\n",             /* wraps around into our range */
	    BLOCKED_HEAD "\n-1\nend\n",                     /* a sign */
	    BLOCKED_HEAD "\n 1879048193\nend\n",            /* a blank */
	    BLOCKED_HEAD "\n1879048193\n1879048193\nend\n", /* twice */
	    BLOCKED_HEAD "\n1879048194\n1879048193\nend\n", /* out of order */
	    BLOCKED_HEAD "\nend\nend\n", BLOCKED_HEAD "\nend\n1879048193\n",
	    BLOCKED_HEAD "\n1879048193\n1000\nend\n"};
	AUTO_BLOCKED struct blocked b = {0};

	is_int(blocked_parse(good, strlen(good), &b), ERR_OK, "a list");
	is_int(b.n, 3, "with its uids");
	ok(blocked_has(&b, 1879048193) && blocked_has(&b, 2147352575), "they are on it");
	ok(!blocked_has(&b, 1879048194) && !blocked_has(&b, 0), "others are not");
	is_int(parse(BLOCKED_HEAD "\nend\n"), ERR_OK, "an empty list");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(parse(bad[i]), ERR_SYNTAX, "refused whole: no. %zu", i);
}

enum kind { PLAIN, STUBBORN, STOPPED, FORKING, EFFECTIVE };

/* Never ends by itself in the time of this test. */
_Noreturn static void live(enum kind kind)
{
	if (kind == STUBBORN) {
		(void)signal(SIGHUP, SIG_IGN);
		(void)signal(SIGTERM, SIG_IGN);
	}
	for (int i = 0; kind == FORKING && i < 3; i++)
		(void)!fork();
	alarm(120);
	for (;;)
		pause();
}

static pid_t start(uid_t real, uid_t effective, enum kind kind)
{
	int ready[2];
	char byte;
	pid_t pid;

	if (pipe(ready) != 0)
		return -1;
	pid = fork();
	if (pid == 0) {
		close(ready[0]);
		if (setresuid(real, effective, kind == EFFECTIVE ? (uid_t)-1 : effective) != 0)
			_exit(1);
		(void)!write(ready[1], "x", 1);
		close(ready[1]);
		live(kind);
	}
	close(ready[1]);
	(void)!read(ready[0], &byte, 1);
	close(ready[0]);
	if (kind == STOPPED)
		kill(pid, SIGSTOP);
	return pid;
}

static bool has_ended(pid_t pid)
{
	return waitpid(pid, NULL, WNOHANG) == pid;
}

static void end(pid_t pid)
{
	kill(pid, SIGKILL);
	(void)waitpid(pid, NULL, 0);
}

static void processes(void)
{
	uint32_t uid = BLOCKED_UID;
	const struct blocked b = {&uid, 1};
	struct evict_report r = {0};
	pid_t plain = start(uid, uid, PLAIN), stubborn = start(uid, uid, STUBBORN);
	pid_t stopped = start(uid, uid, STOPPED), forking = start(uid, uid, FORKING);
	pid_t other = start(OTHER_UID, OTHER_UID, PLAIN);
	pid_t root = start(0, 0, PLAIN), system_own = start(0, uid, EFFECTIVE);

	is_int(evict_processes(&b, &r), ERR_OK, "processes of a blocked uid");
	ok(r.ended >= 4, "%llu were told to end", (unsigned long long)r.ended);
	is_int(r.left, 0, "and none is left");
	ok(has_ended(plain), "one that hears a hang-up");
	ok(has_ended(stubborn), "one that does not");
	ok(has_ended(stopped), "one that is stopped");
	ok(has_ended(forking), "one that has children");
	ok(!has_ended(other), "another user's stays");
	ok(!has_ended(root), "root's stays");
	ok(!has_ended(system_own), "a system process that acts for the user stays");
	end(other);
	end(root);
	end(system_own);
	is_int(evict_processes(&b, &r), ERR_OK, "again");
	is_int(r.ended, 0, "there is nobody");
}

int main(void)
{
	lists();
	ok(!evict_may(0), "root has a local account");
	ok(evict_may(BLOCKED_UID), "who is ours has none");
	if (geteuid() == 0)
		processes();
	else
		tap_skip("real processes", "needs root");
	return tap_done();
}
