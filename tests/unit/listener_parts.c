/* SPDX-License-Identifier: MIT */
/* The listener's small parts by themselves. */
#include "encvoyd/clients.h"
#include "encvoyd/log.h"
#include "encvoyd/loop.h"
#include "encvoyd/throttle.h"
#include "encvoyd/uidcount.h"
#include "sys/clock.h"
#include "sys/notify.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define MINUTE 60000

static void failures_in_a_window(void)
{
	CLEANUP(throttle_free) struct throttle t = {0};
	int64_t now = 1000000;

	throttle_failed(&t, "alice", "ssh", true, now);
	throttle_failed(&t, "alice", "ssh", true, now + MINUTE);
	ok(!throttle_slow(&t, "alice", "ssh", now + MINUTE),
	    "SEC-26: two failures do not slow down");
	throttle_failed(&t, "alice", "ssh", true, now + 2 * MINUTE);
	ok(throttle_slow(&t, "alice", "ssh", now + 2 * MINUTE), "SEC-26: three do");
	ok(throttle_slow(&t, "alice", "ssh", now + 15 * MINUTE - 1), "SEC-26: for 15 minutes");
	ok(!throttle_slow(&t, "alice", "ssh", now + 15 * MINUTE), "SEC-26: and no longer");
	ok(!throttle_slow(&t, "alice", "sudo", now + 2 * MINUTE), "SEC-26: per service");
	ok(!throttle_slow(&t, "bob", "ssh", now + 2 * MINUTE), "SEC-26: per user");
	throttle_succeeded(&t, "alice", "ssh");
	ok(!throttle_slow(&t, "alice", "ssh", now + 2 * MINUTE), "SEC-26: a success forgets them");
	is_int(t.used, 0, "SEC-26: and frees the place");
}

static void a_full_table(void)
{
	CLEANUP(throttle_free) struct throttle t = {0};
	char user[32];

	for (int i = 0; i < 3; i++)
		throttle_failed(&t, "alice", "ssh", true, 1 + i);
	for (int i = 0; i < 5000; i++) {
		snprintf(user, sizeof(user), "encvoy-%d", i);
		throttle_failed(&t, user, "ssh", false, 1000 + i);
	}
	is_int(t.used, THROTTLE_ENTRIES, "SEC-26: the table is bounded");
	ok(throttle_slow(&t, "alice", "ssh", 10000),
	    "SEC-26: names nobody has used do not push a known user out");
	for (int i = 0; i < THROTTLE_ENTRIES; i++) {
		snprintf(user, sizeof(user), "known-%d", i);
		throttle_failed(&t, user, "ssh", true, 2000 + i);
	}
	ok(!throttle_slow(&t, "alice", "ssh", 10000), "the oldest makes room for known ones");
	throttle_failed(&t, "encvoy-9", "ssh", false, 9000);
	is_int(t.used, THROTTLE_ENTRIES, "SEC-26: and an unknown one then finds none");
}

static void what_counts(void)
{
	ok(throttle_counts(ERR_WRONG_USER) && throttle_counts(ERR_BAD_TOKEN) &&
		throttle_counts(ERR_ACCESS_DENIED) && throttle_counts(ERR_NOT_ALLOWED),
	    "SEC-26: the person's failures count");
	ok(!throttle_counts(ERR_OK) && !throttle_counts(ERR_PROVIDER_UNREACHABLE) &&
		!throttle_counts(ERR_INTERNAL) && !throttle_counts(ERR_SUPERSEDED) &&
		!throttle_counts(ERR_UNKNOWN_USER),
	    "SEC-26: the machine's and the provider's do not, nor names nobody has");
}

static void counts_by_uid(void)
{
	static struct uid_counts c;
	size_t added = 0;

	for (uid_t uid = 1; uid <= 1000; uid++)
		for (int i = 0; i < 3; i++)
			added += uid_counts_add(&c, uid, 2) == ERR_OK;
	is_int(added, 2000, "two of three per uid");
	uid_counts_remove(&c, 7);
	is_int(uid_counts_add(&c, 7, 2), ERR_OK, "one that went makes room");
	is_int(uid_counts_add(&c, 7, 2), ERR_TOO_MANY, "for one");
	for (uid_t uid = 1; uid <= 1000; uid++)
		for (int i = 0; i < 2; i++)
			uid_counts_remove(&c, uid);
	uid_counts_remove(&c, 5000);
	for (size_t i = 0; i < UID_BUCKETS; i++)
		added += !LIST_EMPTY(&c.buckets[i]);
	is_int(added, 2000, "nothing is left");
}

/* What stderr gets while f runs. */
static const char *logged(void (*f)(void))
{
	static char text[16384];
	char path[] = "/tmp/encvoy-log-XXXXXX";
	int fd = mkstemp(path), saved = dup(STDERR_FILENO);
	ssize_t n;

	unlink(path);
	dup2(fd, STDERR_FILENO);
	f();
	dup2(saved, STDERR_FILENO);
	n = pread(fd, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = 0;
	close(fd);
	close(saved);
	return text;
}

static void log_hostile_line(void)
{
	log_line(LOG_INFO, "a\nb\033[2J%s", "\r\177");
}

static void log_values(void)
{
	AUTO_BUF struct buf line = {0};

	log_begin(&line, "login");
	log_kv(&line, "plain", "x");
	log_kv(&line, "empty", "");
	log_kv(&line, "absent", NULL);
	log_kv(&line, "quoted", "a \"b\"=c\n");
	log_kv_number(&line, "n", 18446744073709551615ULL);
	log_buf(LOG_INFO, &line);
}

static void log_long_value(void)
{
	char text[5000];
	AUTO_BUF struct buf line = {0};

	memset(text, 'a', sizeof(text) - 1);
	text[sizeof(text) - 1] = 0;
	log_begin(&line, "login");
	log_kv(&line, "long", text);
	log_kv(&line, "next", "here");
	log_buf(LOG_INFO, &line);
	log_line(LOG_INFO, "%s", text);
}

static void log_lines(void)
{
	const char *text = logged(log_hostile_line);

	is_str(text, "encvoyd: a?b?[2J??\n", "SEC-25: no control byte passes log_line");
	text = logged(log_values);
	is_str(text,
	    "encvoyd: login plain=x empty=\"\" quoted=\"a \\x22b\\x22=c\\x0a\" "
	    "n=18446744073709551615\n",
	    "SEC-25: values stay values");
	text = logged(log_long_value);
	ok(strstr(text, "aaa... next=here") && strlen(text) < 4096 + 400,
	    "long values and lines are cut");
}

static unsigned fired;
static struct timer timers[3];

static void on_fire(struct timer *t)
{
	fired++;
	if (t == &timers[0] || t == &timers[1])
		loop_disarm(t == &timers[0] ? &timers[1] : &timers[0]);
}

static void timers_fire(void)
{
	struct loop l;
	int64_t now = clock_mono_ms();

	is_int(loop_init(&l), ERR_OK, "a loop");
	for (int i = 0; i < 3; i++)
		timers[i].fire = on_fire;
	loop_arm(&l, &timers[0], now + 20);
	loop_arm(&l, &timers[1], now + 20);
	loop_arm(&l, &timers[2], now + 10);
	loop_arm(&l, &timers[2], now + 60); /* moved */
	while (!fired)
		(void)loop_step(&l);
	ok(fired == 1 && clock_mono_ms() >= now + 20,
	    "of two timers due at once one disarms the other; a moved one waits");
	while (timers[2].armed)
		(void)loop_step(&l);
	ok(fired == 2 && clock_mono_ms() >= now + 60, "and fires when it is due");
	loop_free(&l);
}

static void service_manager(void)
{
	char dir[] = "/tmp/encvoy-notify-XXXXXX", text[64] = "";
	struct sockaddr_un sa = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

	if (!mkdtemp(dir))
		return;
	snprintf(sa.sun_path, sizeof(sa.sun_path), "%s/notify", dir);
	(void)bind(fd, (const struct sockaddr *)&sa, sizeof(sa));
	notify_manager("READY=1");
	ok(recv(fd, text, sizeof(text), 0) < 0, "no service manager: nothing is sent");
	setenv("NOTIFY_SOCKET", sa.sun_path, 1);
	notify_manager("READY=1");
	ok(recv(fd, text, sizeof(text), 0) == 7 && memcmp(text, "READY=1", 7) == 0,
	    "READY=1 reaches the service manager");
	notify_reloading();
	ok(recv(fd, text, sizeof(text) - 1, 0) > 0 && strstr(text, "RELOADING=1\nMONOTONIC_USEC="),
	    "RELOADING=1 with the time");
	while (recv(fd, text, sizeof(text), 0) > 0)
		;
	notify_keep();
	unsetenv("NOTIFY_SOCKET");
	notify_manager("STOPPING=1");
	ok(recv(fd, text, sizeof(text), 0) == 10 && memcmp(text, "STOPPING=1", 10) == 0,
	    "what was kept outlives the environment");
	close(fd);
	unlink(sa.sun_path);
	rmdir(dir);
}

static void watchdog(void)
{
	char pid[32];

	is_int(notify_watchdog_ms(), 0, "without WATCHDOG_USEC nobody watches");
	setenv("WATCHDOG_USEC", "30000000", 1);
	is_int(notify_watchdog_ms(), 15000, "half of what the manager allows");
	setenv("WATCHDOG_PID", "1", 1);
	is_int(notify_watchdog_ms(), 0, "another process is meant");
	setenv("WATCHDOG_PID", "x", 1);
	is_int(notify_watchdog_ms(), 0, "a WATCHDOG_PID that is no number means nobody");
	snprintf(pid, sizeof(pid), "%d", (int)getpid());
	setenv("WATCHDOG_PID", pid, 1);
	setenv("WATCHDOG_USEC", "1", 1);
	is_int(notify_watchdog_ms(), 1, "never 0, which would turn without a pause");
	setenv("WATCHDOG_USEC", "-5", 1);
	is_int(notify_watchdog_ms(), 0, "a bad number is none");
	unsetenv("WATCHDOG_USEC");
	unsetenv("WATCHDOG_PID");
}

static unsigned missing;

static void on_missing(const char *user, enum err why)
{
	(void)user;
	missing += why == ERR_NOT_FOUND;
}

static void pairs_of_clients(void)
{
	CLEANUP(clients_free) struct login_clients c = {0};

	is_int(clients_parse("root:one, no-such-account:two root:three", on_missing, &c), ERR_OK,
	    "login_clients are read");
	is_str(clients_service(&c, 0), "one", "a uid listed twice keeps its first service");
	is_int(missing, 1, "an account that does not exist is reported");
	ok(!clients_service(&c, 12345), "others have none");
}

int main(void)
{
	failures_in_a_window();
	a_full_table();
	what_counts();
	counts_by_uid();
	log_lines();
	timers_fire();
	watchdog();
	service_manager();
	pairs_of_clients();
	return tap_done();
}
