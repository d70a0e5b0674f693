/* SPDX-License-Identifier: MIT */
/* The listener when things around it hang, die or change: the online side, itself, its
 * configuration. */
#include "tests/unit/listener_fixture.h"
#include "tests/unit/tap.h"

#include "sys/sock.h"

#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <time.h>
#include <unistd.h>

#define WAITING 1000
#define LOOKUPS 2000

static int compare(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static int64_t now_us(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

/* The 99th percentile of look-ups, each with its own connection, in microseconds; -1 when one was
 * not answered. */
static int64_t measure_lookups(const struct fixture *fx)
{
	static int64_t took[LOOKUPS];

	for (size_t i = 0; i < LOOKUPS; i++) {
		int64_t start = now_us();
		int fd = client(fx, 0);

		send_lookup(fd, LOOKUP_PWNAM, "encvoy-2", 0);
		if (next(fd) != MSG_PASSWD)
			return -1;
		close(fd);
		took[i] = now_us() - start;
	}
	qsort(took, LOOKUPS, sizeof(took[0]), compare);
	return took[LOOKUPS * 99 / 100];
}

/* The online side accepts nothing, reads nothing, says nothing: 1,000 logins wait. */
static void online_side_hangs(void)
{
	static int fds[WAITING];
	struct fixture fx;
	struct rlimit files;
	int64_t idle, loaded, slowest_ack = 0;

	getrlimit(RLIMIT_NOFILE, &files);
	files.rlim_cur = files.rlim_max < 4096 ? files.rlim_max : 4096;
	setrlimit(RLIMIT_NOFILE, &files);
	fx_start(&fx, base_conf);
	is_int(whole_login(&fx, "encvoy-2", "2"), ERR_OK, "a login before");
	idle = measure_lookups(&fx);
	for (size_t i = 0; i < WAITING; i++) {
		char user[32], rhost[32];
		int64_t start = now_ms();

		/* known users may use all slots, others not the last quarter */
		snprintf(user, sizeof(user), i < 700 ? "encvoy-%zu" : "encvoy-2", 1000 + i);
		snprintf(rhost, sizeof(rhost), "10.0.%zu.1", i);
		fds[i] = begin_login(&fx, user, rhost);
		if (now_ms() - start > slowest_ack)
			slowest_ack = now_ms() - start;
	}
	ok(slowest_ack < 1000, "SEC-40: each ACK comes within 1 s (slowest %lld ms)",
	    (long long)slowest_ack);
	ok(is_quiet(fds[0]) && is_quiet(fds[WAITING - 1]), "%d logins wait", WAITING);
	loaded = measure_lookups(&fx);
	printf("# look-ups' p99: %lld us idle, %lld us with %d logins waiting\n", (long long)idle,
	    (long long)loaded, WAITING);
	ok(idle >= 0 && loaded >= 0 && loaded < 250000,
	    "SEC-37: look-ups are answered at once meanwhile");
	for (size_t i = 0; i < WAITING; i++)
		close(fds[i]);
	is_int(fx_stop(&fx), 0, "and it ends cleanly");
}

/* Every reason of the online side reaches the client as it is, and none grants. */
static void every_reason(void)
{
	struct listener_limits limits = listener_limits_default;
	struct fixture fx;
	size_t same = 0;

	limits.delay_ms = 1;
	fx_start_limited(&fx, base_conf, &limits);
	for (unsigned code = ERR_INTERNAL; code < ERR_COUNT; code++) {
		int fd = begin_login(&fx, "encvoy-2", "");
		int online = online_job(&fx);

		send_refusal(online, (enum err)code, "");
		same += result_of(fd) == (enum err)code &&
			strcmp(result.reason, err_word((enum err)code)) == 0;
		close(fd);
		close(online);
	}
	is_int(same, ERR_COUNT - 1, "SEC-45: each reason word passes unchanged");
	fx_stop(&fx);
}

static void reload(void)
{
	static const char more[] = "issuer = " ISSUER "\nclient_id = host\n"
				   "allow = sub:2 sub:3 sub:5\n";
	struct fixture fx;
	int fd, online;

	fx_start(&fx, base_conf);
	is_int(whole_login(&fx, "encvoy-5", "5"), ERR_NOT_ALLOWED, "not allowed so far");
	fd = begin_login(&fx, "encvoy-2", "");
	online = online_job(&fx);
	fx_write_conf(&fx, more);
	kill(fx.pid, SIGHUP);
	ok(fx_log_has(&fx, "configuration reloaded"), "SIGHUP reloads");
	is_int(whole_login(&fx, "encvoy-5", "5"), ERR_OK, "the new rules hold");
	send_identity(online, "2");
	is_int(result_of(fd), ERR_OK, "a login that waited goes on");
	close(fd);
	close(online);
	fx_write_conf(&fx, "issuer = " ISSUER "\nclient_id = host\nno_such_key = 1\n");
	kill(fx.pid, SIGHUP);
	ok(fx_log_has(&fx, "encvoy.conf:3: no_such_key: unknown option"),
	    "a bad configuration is logged with file and line");
	ok(fx_log_has(&fx, "the former configuration stays"), "and the former one stays");
	is_int(whole_login(&fx, "encvoy-5", "5"), ERR_OK, "and holds");
	is_int(fx_end(&fx, SIGTERM), 0, "SIGTERM");
	fx_run(&fx);
	is_int(fx_end(&fx, 0), 78, "started with a bad configuration it exits with 78");
	fx_run(&fx);
	fx_stop(&fx);
}

static void sigterm(void)
{
	struct fixture fx;
	int waiting, idle, asked, online, late, status;
	int64_t start;

	fx_start(&fx, base_conf);
	is_int(whole_login(&fx, "encvoy-2", "2"), ERR_OK, "a login before");
	waiting = begin_login(&fx, "encvoy-2", "10.0.0.1");
	(void)online_job(&fx);
	asked = begin_login(&fx, "encvoy-2", "10.0.0.2");
	online = online_job(&fx);
	send_ask(online, ASK_ENTER, "Enter:");
	(void)next(asked);
	idle = client(&fx, 0);
	start = now_ms();
	kill(fx.pid, SIGTERM);
	is_int(result_of(waiting), ERR_CANCELLED, "SIGTERM: a waiting login gets cancelled");
	is_int(result_of(asked), ERR_CANCELLED, "so does one that was asked");
	ok(is_closed(online), "the online side is closed");
	ok(is_closed(idle), "a connection without a login is closed");
	late = client(&fx, 0);
	ok(late >= 0 && is_quiet(late), "a new one waits for the next listener");
	close(waiting);
	close(asked);
	status = fx_end(&fx, 0);
	is_int(status, 0, "exit status 0");
	ok(now_ms() - start < 3000, "soon");
	ok(fx_log_has(&fx, "stopped"), "and it says so");
	fx_run(&fx);
	send_lookup(late, LOOKUP_PWNAM, "encvoy-2", 0);
	is_int(next(late), MSG_PASSWD, "the next listener serves it, from the same database");
	close(late);
	close(idle);
	close(online);
	fx_stop(&fx);
}

/* Clients that never close must not keep it. */
static void sigterm_with_a_stuck_client(void)
{
	struct fixture fx;
	int64_t start;
	int fd;

	fx_start(&fx, base_conf);
	fd = begin_login(&fx, "encvoy-2", "");
	start = now_ms();
	is_int(fx_end(&fx, SIGTERM), 0, "SIGTERM with a client that never closes: status 0");
	ok(now_ms() - start < 3000, "within its grace (%lld ms)", (long long)(now_ms() - start));
	close(fd);
	fx_run(&fx);
	fx_stop(&fx);
}

static void killed(void)
{
	struct fixture fx;
	int fd, online;

	fx_start(&fx, base_conf);
	for (int i = 0; i < 10; i++) {
		char user[32];

		fd = begin_login(&fx, "encvoy-3", "");
		online = online_job(&fx);
		if (i % 2)
			send_identity(online, "3");
		is_int(fx_end(&fx, SIGKILL), 128 + SIGKILL, "SEC-33: kill -9, %s",
		    i % 2 ? "while it decides" : "with a login waiting");
		if (i % 2 == 0)
			ok(is_closed(fd), "SEC-03: the login ends without a RESULT");
		ok(is_closed(online), "and the online side sees the end");
		close(fd);
		close(online);
		fx_run(&fx);
		snprintf(user, sizeof(user), "encvoy-%d", 2 + i % 2);
		is_int(whole_login(&fx, user, user + 7), ERR_OK, "the next login works");
	}
	ok(!strstr(fx_log(&fx), "damaged"), "SEC-33: and the database was never damaged");
	fx_stop(&fx);
}

/* A login needs a descriptor for the online side; without one it is refused, and look-ups wait
 * until there are some again. */
static void out_of_descriptors(void)
{
	struct fixture fx;
	struct rlimit old, few = {48, 48};
	int fds[64], fd;
	size_t n = 0;

	getrlimit(RLIMIT_NOFILE, &old);
	fx_start(&fx, base_conf);
	is_int(whole_login(&fx, "encvoy-2", "2"), ERR_OK, "a login before");
	if (prlimit(fx.pid, RLIMIT_NOFILE, &few, NULL) != 0) {
		tap_skip("out of descriptors", "prlimit is not allowed");
		fx_stop(&fx);
		return;
	}
	for (; n < 64; n++)
		fds[n] = client(&fx, 0);
	ok(fx_log_has(&fx, "no descriptors"), "SEC-41: running out of descriptors is logged");
	for (size_t i = 0; i < n; i++)
		close(fds[i]);
	fd = client(&fx, 0);
	send_lookup(fd, LOOKUP_PWNAM, "encvoy-2", 0);
	is_int(next(fd), MSG_PASSWD, "SEC-41: and it goes on when there are some");
	close(fd);
	is_int(fx_stop(&fx), 0, "and ends cleanly");
}

int main(void)
{
	if (!fx_possible())
		return 0;
	every_reason();
	reload();
	sigterm();
	sigterm_with_a_stuck_client();
	killed();
	out_of_descriptors();
	online_side_hangs();
	return tap_done();
}
