/* SPDX-License-Identifier: MIT */
/* SEC-32: what encvoy-userdbd's server does with clients that mean no good. */
#include "sys/clock.h"
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"
#include "userdb/answer.h"
#include "userdb/server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#define PEOPLE 3000
#define IDLE_MS 1500
#define CLIENTS 120

static struct sockaddr_un address = {.sun_family = AF_UNIX, .sun_path = RUN "/userdb"};
static pid_t server;
static char got[8 * 1024 * 1024];

static void start(unsigned clients, unsigned per_uid)
{
	const struct userdb_limits limits = {clients, per_uid, IDLE_MS};
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	(void)unlink(address.sun_path);
	ground_need(fd >= 0 && bind(fd, (struct sockaddr *)&address, sizeof(address)) == 0 &&
			listen(fd, 256) == 0 && chmod(address.sun_path, 0666) == 0,
	    "no socket");
	fflush(stdout);
	server = fork();
	if (server == 0)
		_exit(userdb_serve(fd, &limits, NULL) == ERR_OK ? 0 : 1);
	close(fd);
}

static bool stop(void)
{
	int status = -1;

	return kill(server, SIGTERM) == 0 && waitpid(server, &status, 0) == server &&
	       WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int dial(void)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	ground_need(
	    fd >= 0 && connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0, "no server");
	return fd;
}

static void say(int fd, const char *bytes, size_t len)
{
	(void)!send(fd, bytes, len, MSG_NOSIGNAL);
}

/* Replies up to the n-th NUL, or what there is when the other side closes (or says nothing for
 * 5 s). Returns the bytes. */
static size_t hear(int fd, unsigned n)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	size_t len = 0;

	while (n && len < sizeof(got) - 1 && poll(&p, 1, 5000) == 1) {
		ssize_t r = recv(fd, got + len, sizeof(got) - 1 - len, 0);

		if (r <= 0)
			break;
		for (ssize_t i = 0; i < r; i++)
			n -= n && got[len + (size_t)i] == 0;
		len += (size_t)r;
	}
	got[len] = 0;
	return len;
}

/* Whether the server closes the connection, within that time. */
static bool closes(int fd, int ms)
{
	struct pollfd p = {.fd = fd, .events = POLLIN};
	char c;

	return poll(&p, 1, ms) == 1 && recv(fd, &c, 1, 0) <= 0;
}

#define CALL(method, parameters)                                                         \
	"{\"method\":\"io.systemd.UserDatabase." method "\",\"parameters\":{" parameters \
	"\"service\":\"io.encvoy.UserDatabase\"}}"
#define USER1 CALL("GetUserRecord", "\"userName\":\"user1\",")

static const char *ask(const char *call)
{
	int fd = dial();

	say(fd, call, strlen(call) + 1);
	hear(fd, 1);
	close(fd);
	return got;
}

static void is_fault(const char *call, const char *want, const char *name)
{
	char text[256];

	snprintf(text, sizeof(text), "{\"error\":\"%s\",\"parameters\":{}}", want);
	is_str(ask(call), text, "%s", name);
}

#define DB "io.systemd.UserDatabase."
#define VARLINK "org.varlink.service."

static void replies(void)
{
	is_str(ask(USER1),
	    "{\"parameters\":{\"record\":{\"userName\":\"user1\",\"uid\":1879048193,\"gid\":"
	    "1879048193,\"realName\":\"Person 1\",\"homeDirectory\":\"/home/1/"
	    "user1\",\"shell\":\"/bin/sh\",\"disposition\":\"regular\"},\"incomplete\":false}}",
	    "a user, to the byte");
	is_str(ask(CALL("GetGroupRecord", "\"gid\":1879048193,")),
	    "{\"parameters\":{\"record\":{\"groupName\":\"user1\",\"gid\":1879048193,"
	    "\"disposition\":\"regular\"},\"incomplete\":false}}",
	    "a private group");
	is_fault(CALL("GetUserRecord", "\"userName\":\"nobody-here\","), DB "NoRecordFound",
	    "an unknown user");
	is_fault(CALL("GetUserRecord", "\"uid\":0,"), DB "NoRecordFound", "root is not ours");
	is_fault(CALL("GetUserRecord", "\"userName\":\"user1\",\"uid\":1879048194,"),
	    DB "ConflictingRecordFound", "a name and another's uid");
	is_fault(CALL("GetUserRecord", ""), DB "EnumerationNotSupported", "all users");
	is_fault(CALL("GetGroupRecord", ""), DB "EnumerationNotSupported", "all groups");
	is_fault(CALL("GetMemberships", ""), DB "EnumerationNotSupported", "all memberships");
	is_fault(CALL("GetMemberships", "\"groupName\":\"team-0\","), VARLINK "ExpectedMore",
	    "many replies where one is expected");
	is_str(ask(CALL("GetMemberships", "\"userName\":\"user2\",\"groupName\":\"team-0\",")),
	    "{\"parameters\":{\"userName\":\"user2\",\"groupName\":\"team-0\"}}", "one membership");
	is_fault(CALL("GetMemberships", "\"userName\":\"user1\",\"groupName\":\"team-0\","),
	    DB "NoRecordFound", "one that is none");
	is_fault("{\"method\":\"io.systemd.UserDatabase.GetUserRecord\",\"parameters\":{\"uid\":1,"
		 "\"service\":\"io.systemd.Home\"}}",
	    DB "BadService", "another service");
	is_fault(
	    "{\"method\":\"io.systemd.UserDatabase.GetUserRecord\",\"parameters\":{\"uid\":1}}",
	    DB "BadService", "no service");
	is_fault("{\"method\":\"io.systemd.UserDatabase.Delete\",\"parameters\":{}}",
	    VARLINK "MethodNotFound", "another method");
	is_fault(CALL("GetUserRecord", "\"uid\":\"1\","), VARLINK "InvalidParameter",
	    "SEC-32: a uid that is no number");
	is_fault(CALL("GetUserRecord", "\"uid\":4294967295,"), VARLINK "InvalidParameter",
	    "SEC-32: the uid -1");
	is_fault(CALL("GetUserRecord", "\"uid\":1.5,"), VARLINK "InvalidParameter",
	    "SEC-32: a fraction of a uid");
	is_fault(CALL("GetUserRecord", "\"userName\":{},"), VARLINK "InvalidParameter",
	    "SEC-32: a name that is no string");
	is_fault(CALL("GetUserRecord", "\"userName\":\"user1\",\"uidMin\":5,"),
	    VARLINK "InvalidParameter", "a filter that is not supported");
}

/* Many replies to one call: all but the last say that more will come. */
static void series(void)
{
	static const char call[] = "{\"method\":\"io.systemd.UserDatabase.GetMemberships\","
				   "\"parameters\":{\"groupName\":\"team-0\",\"service\":"
				   "\"io.encvoy.UserDatabase\"},\"more\":true}";
	int fd = dial();
	unsigned n = 0, more = 0;
	size_t len;

	say(fd, call, sizeof(call));
	len = hear(fd, PEOPLE / 2);
	for (size_t i = 0; i < len; i += strlen(got + i) + 1) {
		n++;
		more += strstr(got + i, "\"continues\":true") != NULL;
	}
	is_int(n, PEOPLE / 2, "every member of a large group");
	is_int(more, PEOPLE / 2 - 1, "with the last one marked");
	say(fd, USER1, sizeof(USER1));
	hear(fd, 1);
	ok(strstr(got, "\"user1\""), "and the connection goes on");
	say(fd, USER1 "\0" USER1 "\0{\"method\":\"x\",\"oneway\":true}\0" USER1,
	    3 * sizeof(USER1) + sizeof("{\"method\":\"x\",\"oneway\":true}"));
	hear(fd, 3);
	ok(!strstr(got, "error"), "calls behind one another; a one-way call has no reply");
	close(fd);
}

#define ALL(method)                                                                       \
	"{\"method\":\"io.systemd.UserDatabase." method "\",\"parameters\":{\"service\":" \
	"\"io.encvoy.UserDatabase\"},\"more\":true}"

/* Each of n replies has what its kind has, and all but the last announce another. */
static void is_listed(const char *call, unsigned n, const char *what, const char *last)
{
	int fd = dial();
	unsigned replies = 0, of_kind = 0, more = 0;
	size_t len;
	const char *end = got;

	say(fd, call, strlen(call) + 1);
	len = hear(fd, n);
	for (size_t i = 0; i < len; i += strlen(got + i) + 1) {
		end = got + i;
		replies++;
		of_kind += strstr(end, what) != NULL;
		more += strstr(end, "\"continues\":true}") != NULL;
	}
	is_int(replies, n, "replies of the listing");
	is_int(of_kind, n, "all with %s", what);
	is_int(more, n - 1, "the last one is marked");
	ok(strstr(end, last), "it is %s", last);
	say(fd, USER1, sizeof(USER1));
	hear(fd, 1);
	ok(strstr(got, "\"user1\"") && !strstr(got, "continues"), "and the connection goes on");
	close(fd);
}

static void everybody(void)
{
	unsigned members = PEOPLE / 2 + PEOPLE / 3;
	char name[64];
	int fd;

	snprintf(name, sizeof(name), "\"user%d\"", PEOPLE - 1);
	is_listed(ALL("GetUserRecord"), PEOPLE, "\"record\":{\"userName\":\"", name);
	is_listed(ALL("GetGroupRecord"), PEOPLE + 2, "\"groupName\":\"", "\"team-1\"");
	is_listed(ALL("GetMemberships"), members, "\"groupName\":\"team-", "\"team-1\"");
	is_fault(CALL("GetUserRecord", ""), VARLINK "ExpectedMore", "all users in one reply");
	is_fault(CALL("GetMemberships", ""), VARLINK "ExpectedMore", "and all memberships");
	fd = dial();
	say(fd, ALL("GetUserRecord"), sizeof(ALL("GetUserRecord")));
	(void)hear(fd, 1);
	ok(strstr(ask(USER1), "\"user1\""), "SEC-32: a listing not taken keeps nobody waiting");
	close(fd);
	ground_publish(1, 0, MAP_COMPLETE | MAP_ENUMERATE, 1);
	is_int(strstr(ask(CALL("GetUserRecord", "")), "\"uid\":1879048192,") != NULL, 1,
	    "one alone fits");
	ground_publish(0, 0, MAP_COMPLETE | MAP_ENUMERATE, 1);
	is_fault(ALL("GetUserRecord"), DB "NoRecordFound", "nobody to be listed");
}

static void hostile(void)
{
	static const char *const bad[] = {"", "x", "[]", "null", "{}", "{\"method\":1}",
	    "{\"method\":\"a\",\"method\":\"b\"}", "{\"method\":\"a\",\"more\":1}",
	    "{\"method\":\"a\",\"parameters\":[]}", "{\"method\":\"a\"} x", "{\"method\":\"\xff\"}",
	    "{\"method\":\"io.systemd.UserDatabase.GetUserRecord\""};
	static char big[REQUEST_MAX + 200];
	int fd;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		fd = dial();
		say(fd, bad[i], strlen(bad[i]) + 1);
		ok(closes(fd, 1000), "SEC-32: closed for \"%s\"", i == 10 ? "bad UTF-8" : bad[i]);
		close(fd);
	}
	memset(big, ' ', sizeof(big));
	memcpy(big, USER1, sizeof(USER1) - 1);
	big[REQUEST_MAX] = 0;
	fd = dial();
	say(fd, big, REQUEST_MAX + 1);
	hear(fd, 1);
	ok(strstr(got, "\"user1\""), "the longest call");
	close(fd);
	big[REQUEST_MAX] = ' ';
	fd = dial();
	say(fd, big, sizeof(big));
	ok(closes(fd, 1000), "SEC-32: one byte more");
	close(fd);
	for (size_t n = 1; n < sizeof(USER1); n += 13) {
		fd = dial();
		say(fd, USER1, n);
		shutdown(fd, SHUT_WR);
		if (!closes(fd, 1000)) {
			ok(false, "SEC-32: %zu bytes of a call and an end", n);
			return;
		}
		close(fd);
	}
	ok(true, "SEC-32: a call cut off is no call");
}

static void slow(void)
{
	int drip = dial(), silent = dial(), fd;
	int64_t begin = clock_mono_ms();

	say(drip, USER1, 10);
	ok(strstr(ask(USER1), "\"user1\"") && clock_mono_ms() - begin < 1000,
	    "slow clients keep nobody waiting");
	ok(closes(silent, IDLE_MS * 3), "one that says nothing is closed");
	ok(closes(drip, IDLE_MS * 3), "so is one that says nothing whole");
	close(silent);
	close(drip);
	fd = dial();
	for (size_t i = 0; i < sizeof(USER1); i++)
		say(fd, &USER1[i], 1);
	hear(fd, 1);
	ok(strstr(got, "\"user1\""), "byte by byte is as good");
	close(fd);
	/* asks for much, and takes nothing */
	fd = dial();
	for (int i = 0; i < 200; i++)
		(void)!send(fd, CALL("GetGroupRecord", "\"groupName\":\"team-0\","),
		    sizeof(CALL("GetGroupRecord", "\"groupName\":\"team-0\",")),
		    MSG_NOSIGNAL | MSG_DONTWAIT);
	ok(strstr(ask(USER1), "\"user1\""), "one that takes no replies keeps nobody waiting");
	begin = clock_mono_ms();
	while (send(fd, "x", 1, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0 || errno == EAGAIN)
		if (clock_mono_ms() - begin > IDLE_MS * 4)
			break;
	ok(clock_mono_ms() - begin <= IDLE_MS * 4, "and is closed");
	close(fd);
}

static void many(void)
{
	static int fds[CLIENTS];
	unsigned good = 0;

	for (unsigned i = 0; i < CLIENTS; i++)
		fds[i] = dial();
	for (unsigned i = 0; i < CLIENTS; i++)
		say(fds[i], USER1, sizeof(USER1));
	for (unsigned i = 0; i < CLIENTS; i++) {
		hear(fds[i], 1);
		good += strstr(got, "\"user1\"") != NULL;
		close(fds[i]);
	}
	is_int(good, CLIENTS, "%d clients at once", CLIENTS);
}

/* As somebody else: for root there is no bound of its own. */
static void bounds(void)
{
	int fds[6], status = -1;
	pid_t pid = fork();

	if (pid == 0) {
		bool good = setgid(65534) == 0 && setuid(65534) == 0;

		for (unsigned i = 0; i < 4; i++)
			fds[i] = dial();
		good = good && closes(fds[3], 1000);
		_exit(good && !closes(fds[0], 50) ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	if (geteuid() == 0)
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		    "the fourth connection of a user who may have three is closed");
	else
		tap_skip("the bound of a user", "needs root");
	for (unsigned i = 0; i < 6; i++)
		fds[i] = dial();
	ok(closes(fds[5], 1000) && !closes(fds[4], 50), "and the sixth of five in all");
	for (unsigned i = 0; i < 6; i++)
		close(fds[i]);
}

int main(void)
{
	ground_enter();
	ground_publish(PEOPLE, 2, true, 1);
	start(256, 256);
	replies();
	series();
	hostile();
	slow();
	many();
	ground_publish(PEOPLE, 2, MAP_COMPLETE | MAP_ENUMERATE, 1);
	everybody();
	ok(stop(), "it ends well when it is told to");
	start(5, 3);
	bounds();
	ok(stop(), "once more");
	return tap_done();
}
