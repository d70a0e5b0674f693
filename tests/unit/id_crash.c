/* SPDX-License-Identifier: MIT */
/* SEC-33: the process is killed in the middle of writing database and map: at random moments, and
 * at every system call. */
#include "tests/unit/id_util.h"

#include "common/cleanup.h"
#include "common/map.h"
#include "common/record.h"
#include "encvoyd/dirstage.h"
#include "encvoyd/ids.h"
#include "encvoyd/mapfile.h"
#include "encvoyd/publish.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/ptrace.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef ENCVOY_SANITIZED
#define ROUNDS 30
#define LIFE_US 250000
#else
#define ROUNDS 250
#define LIFE_US 25000
#endif
#define ROUNDS_MAX 20000

static void close_only(struct world *w)
{
	identities_free(w->ids);
	w->ids = NULL;
}

/* A new person with a single-use token: one row in each of four tables. */
static enum err one_login(struct world *w, uint32_t n)
{
	struct msg_identity who = {.issuer = ISSUER, .full = true, .single_use = true};
	struct publish_report report;
	struct decision d;
	char name[32];
	enum err e;

	snprintf(who.sub, sizeof(who.sub), "%u", n);
	snprintf(name, sizeof(name), "encvoy-%u", n);
	memcpy(who.token_hash, &n, sizeof(n));
	e = identity_login(w->ids, &w->conf, &w->conf.service, name, &who, NOW, &d);
	if (e == ERR_OK)
		e = publish_change(w->ids, &w->conf, w->cache, &w->published, who.sub, &report);
	return e;
}

/* The four tables grow together or not at all, and the uids are what they must be. */
static bool consistent(struct world *w)
{
	return count_of(w, "SELECT count(*) FROM pragma_integrity_check"
			   " WHERE integrity_check <> 'ok'") == 0 &&
	       count_of(w, "SELECT count(*) FROM pragma_foreign_key_check") == 0 &&
	       count_of(w,
		   "SELECT (SELECT count(*) FROM ledger) = (SELECT count(*) FROM names)"
		   " AND (SELECT count(*) FROM names) = (SELECT count(*) FROM identity)"
		   " AND (SELECT count(*) FROM identity) = (SELECT count(*) FROM used_token)") ==
		   1 &&
	       count_of(w,
		   "SELECT count(*) FROM ledger l LEFT JOIN names n ON n.name ="
		   " 'encvoy-' || l.sub AND n.sub = l.sub"
		   " WHERE n.name IS NULL OR l.uid <> 1879048192 + CAST(l.sub AS INTEGER)") == 0;
}

/* How many of the people, who come one after the other, are there and right; -1: one is wrong. */
static int64_t people_in(const struct map *map, int64_t known)
{
	char buf[4096];

	for (int64_t n = 1; n <= known + 1; n++) {
		struct user_record rec;
		struct map_name key;
		char name[32];
		enum err e;

		snprintf(name, sizeof(name), "encvoy-%lld", (long long)n);
		e = map_name_set(&key, name) ? map_user_by_name(map, &key, buf, sizeof(buf), &rec)
					     : ERR_SYNTAX;
		if (e == ERR_NOT_FOUND)
			return n - 1;
		if (e != ERR_OK || rec.uid != ID_FLOOR + n)
			return -1;
	}
	return known + 1;
}

static char *read_cache(const struct world *w, const char *file, size_t *ret_len)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", w->cache, file);
	return access(path, F_OK) == 0 ? read_file(path, ret_len) : NULL;
}

/* Everybody in the map and the changes beside it is right, and there are as many as at some point
 * of the run. (That its file of the generation lags behind is what the next publication mends.) */
static bool map_right(struct world *w, int64_t least, int64_t known)
{
	size_t len = 0, changes_len = 0;
	AUTO_FREE char *bytes = read_cache(w, "users.map", &len);
	AUTO_FREE char *changes_bytes = read_cache(w, "users.changes", &changes_len);
	struct map map, changes;
	int64_t found;

	if (!bytes)
		return least == 0;
	if (map_open(&map, bytes, len) != ERR_OK)
		return false;
	if (changes_bytes) {
		enum err e = map_open_changes(&changes, changes_bytes, changes_len);

		if (e == ERR_OK)
			e = map_join(&map, &changes);
		if (e != ERR_OK && e != ERR_EXISTS) /* of another base: as good as none */
			return false;
	}
	found = people_in(&map, known);
	return found >= least && found <= known;
}

static int64_t published; /* what the last check left in the map */

/* As found after the kill, and after the publication that every start makes. */
static bool map_old_or_new(struct world *w)
{
	int64_t known = count_of(w, "SELECT count(*) FROM identity");
	struct publish_report report;
	uint64_t users = 0;
	bool right = map_right(w, published, known);

	published = known;
	return right &&
	       publish_map(w->ids, &w->conf, w->cache, &w->published, NULL, NULL, &report) ==
		   ERR_OK &&
	       mapfile_verify(w->cache, &users) == ERR_OK && (int64_t)users == known;
}

static void write_for_ever(struct world *w, uint32_t first, int fd)
{
	if (world_reopen(w, NOW) != ERR_OK)
		_exit(1);
	for (uint32_t n = first;; n++) {
		if (one_login(w, n) != ERR_OK || write(fd, &n, sizeof(n)) != sizeof(n))
			_exit(1);
	}
}

/* The last number that the child was told to be granted; first - 1 when none was. */
static uint32_t last_granted(int fd, uint32_t first)
{
	uint32_t last = first - 1, n;

	while (read(fd, &n, sizeof(n)) == sizeof(n))
		last = n;
	return last;
}

static void killed_at_random(void)
{
	struct timespec seed;
	unsigned bad = 0, lost = 0, granted = 0, rounds = 0;
	uint32_t first = 1;
	struct world w;

	clock_gettime(CLOCK_MONOTONIC, &seed);
	srandom((unsigned)seed.tv_nsec);
	printf("# seed %u\n", (unsigned)seed.tv_nsec);
	world_open(&w, "allow = everyone\n");
	published = 0;
	/* on a slow machine a round may end before its first login */
	for (; (rounds < ROUNDS || granted <= ROUNDS / 4) && rounds < ROUNDS_MAX && !bad;
	     rounds++) {
		uint32_t last;
		int pipes[2], status;
		pid_t pid;

		close_only(&w);
		if (pipe2(pipes, O_CLOEXEC) != 0)
			break;
		pid = fork();
		if (pid == 0)
			write_for_ever(&w, first, pipes[1]);
		close(pipes[1]);
		usleep((useconds_t)(random() % LIFE_US));
		kill(pid, SIGKILL);
		waitpid(pid, &status, 0);
		bad += !WIFSIGNALED(status);
		last = last_granted(pipes[0], first);
		close(pipes[0]);
		bad += world_reopen(&w, NOW) != ERR_OK || w.report.set_aside;
		bad += !bad && (!consistent(&w) || !map_old_or_new(&w));
		lost += !bad && last >= first &&
			count_of(&w, "SELECT max(CAST(sub AS INTEGER)) FROM ledger") < last;
		granted += last - (first - 1);
		first = (uint32_t)count_of(&w, "SELECT max(CAST(sub AS INTEGER)) FROM ledger") + 1;
	}
	is_int(bad, 0, "SEC-33: killed %d times at random: database whole, map old or new",
	    (int)rounds);
	is_int(lost, 0, "SEC-33: none of %u logins that were granted is forgotten", granted);
	ok(granted > ROUNDS / 4, "and there were enough of them");
	world_close(&w);
}

typedef int (*traced_fn)(struct world *w, uint32_t n);

/* Stops are entries and returns of system calls in turn. Between the return of one and the entry of
 * the next nothing happens that outlives the process, so the entries are enough. */
#define STEP 2
#define SLOW_STEP 14 /* where each of many runs takes long */

/* Runs fn in a child and kills it at the nth stop. False when fn ended before. */
static bool kill_at(struct world *w, traced_fn fn, uint32_t arg, unsigned nth, int *ret_status)
{
	pid_t pid = fork();

	if (pid == 0) {
		ptrace(PTRACE_TRACEME, 0, NULL, NULL);
		raise(SIGSTOP);
		_exit(fn(w, arg));
	}
	waitpid(pid, ret_status, 0);
	for (unsigned i = 0; i < nth && WIFSTOPPED(*ret_status); i++) {
		ptrace(PTRACE_SYSCALL, pid, NULL, NULL);
		waitpid(pid, ret_status, 0);
	}
	if (!WIFSTOPPED(*ret_status))
		return false;
	kill(pid, SIGKILL);
	waitpid(pid, ret_status, 0);
	return true;
}

static bool can_trace(void)
{
	pid_t pid;
	int status = 0;

	if (under_valgrind())
		return false;
	pid = fork();
	if (pid == 0)
		_exit(ptrace(PTRACE_TRACEME, 0, NULL, NULL) == 0 ? 0 : 1);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static int open_and_login(struct world *w, uint32_t n)
{
	return world_reopen(w, NOW) == ERR_OK && one_login(w, n) == ERR_OK &&
		       one_login(w, n + 1) == ERR_OK
		   ? 0
		   : 1;
}

/* Used tokens may be forgotten by then: none is accepted for a while. */
static int open_rebuilt(struct world *w, uint32_t n)
{
	struct decision d;

	return world_reopen(w, NOW) == ERR_OK && w->report.set_aside &&
		       login_as(w, NULL, "encvoy-1000", "1000", NOW, &d) == ERR_OK &&
		       login_token(w, "encvoy-1001", "1001", (int)n, NOW, &d) == ERR_TOKEN_TOO_OLD
		   ? 0
		   : 1;
}

static void forget_database(struct world *w)
{
	static const char *const suffixes[] = {"", "-wal", "-journal", ".new", ".new-journal"};

	for (size_t i = 0; i < sizeof(suffixes) / sizeof(suffixes[0]); i++) {
		char path[192];

		snprintf(path, sizeof(path), "%s%s", w->database, suffixes[i]);
		unlink(path);
	}
}

static void forget_map(struct world *w)
{
	char path[160];

	snprintf(path, sizeof(path), "%s/users.map", w->cache);
	unlink(path);
	snprintf(path, sizeof(path), "%s/users.changes", w->cache);
	unlink(path);
	snprintf(path, sizeof(path), "%s/users.gen", w->cache);
	unlink(path);
	published = 0;
}

/* Every system call of: opening (creating, when fresh) and two logins, each with its publication: a
 * whole map when fresh, changes beside it otherwise. */
static void killed_at_every_call(bool fresh)
{
	unsigned n = 0, bad = 0, done = 0;
	int status = 0;
	struct world w;

	world_open(&w, "allow = everyone\n");
	published = 0;
	for (n = 1; !bad; n += STEP) {
		uint32_t next =
		    fresh ? 1 : (uint32_t)count_of(&w, "SELECT count(*) + 1 FROM ledger");
		bool killed;

		close_only(&w);
		if (fresh) {
			forget_database(&w);
			forget_map(&w);
		}
		killed = kill_at(&w, open_and_login, next, n, &status);
		bad += world_reopen(&w, NOW) != ERR_OK || w.report.set_aside;
		bad += !bad && (!consistent(&w) || !map_old_or_new(&w) || db_file_left(&w));
		done += killed;
		if (!killed)
			break;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the last run went to its end");
	is_int(bad, 0, "SEC-33: killed at %u system calls of %s: database whole, map old or new",
	    done, fresh ? "creating, logins and publications" : "opening, logins and publications");
	ok(done > 50, "and there were that many");
	world_close(&w);
}

static void killed_at_every_call_of_rebuilding(void)
{
	unsigned n = 0, bad = 0, done = 0;
	char *bytes = NULL;
	size_t len = 0;
	int status = 0;
	struct world w;

	world_open(&w, "allow = everyone\n");
	published = 0;
	for (uint32_t i = 1; i <= 100; i++)
		one_login(&w, i);
	close_only(&w);
	bytes = read_file(w.database, &len);
	memset(bytes + len / 2 / 4096 * 4096, 0x5a, 4096); /* a page in the middle */
	for (n = 1; !bad; n += getenv("ENCVOY_TEST_LONG") ? STEP : SLOW_STEP) {
		const char *aside;
		bool killed;

		close_only(&w);
		forget_database(&w);
		while ((aside = db_file_aside(&w)))
			unlink(aside);
		write_file(w.database, bytes, len);
		killed = kill_at(&w, open_rebuilt, 1, n, &status);
		bad += world_reopen(&w, NOW) != ERR_OK || !db_file_aside(&w) || db_file_left(&w);
		bad += !bad && count_of(&w, "SELECT count(*) FROM pragma_integrity_check"
					    " WHERE integrity_check <> 'ok'") != 0;
		bad +=
		    !bad && count_of(&w, "SELECT count(*) FROM ledger WHERE sub <> '1000'") != 100;
		done += killed;
		if (!killed)
			break;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the last run went to its end");
	is_int(bad, 0, "SEC-33: killed at %u system calls of rebuilding: every id saved, one file",
	    done);
	free(bytes);
	world_close(&w);
}

#define PEOPLE 40

/* A pass that brings, changes and drops people, and gives ids and names. */
static int open_and_pass(struct world *w, uint32_t n)
{
	const struct standing standing = {.passed = NOW + (int64_t)n};
	static struct msg_person p;
	struct dirstage_report report;
	const char *field;
	struct dirstage st;
	enum err e = world_reopen(w, NOW);

	if (e == ERR_OK)
		e = dirstage_begin(w->ids, true, &st);
	for (uint32_t i = n; i < n + PEOPLE && e == ERR_OK; i++) {
		p = (struct msg_person){.blocked = n % 2};
		snprintf(p.sub, sizeof(p.sub), "%u", i);
		snprintf(p.login, sizeof(p.login), "user%u", i);
		e = dirstage_add(w->ids, &w->conf, &st, &p, &field);
	}
	if (e == ERR_OK)
		e = dirstage_apply(w->ids, &w->conf, &st, true, &standing, NOW, &report);
	return e == ERR_OK ? 0 : 1;
}

/* Exactly what the last pass that counts said. */
static bool pass_whole(struct world *w)
{
	int64_t n = count_of(w, "SELECT value FROM meta WHERE key = 'directory_passed'") - NOW;
	char sql[512];

	snprintf(sql, sizeof(sql),
	    "SELECT (SELECT count(*) FROM person WHERE dropped = 0 AND blocked = %d"
	    " AND CAST(sub AS INTEGER) BETWEEN %lld AND %lld) = %d"
	    " AND (SELECT count(*) FROM person WHERE dropped = 0) = %d"
	    " AND (SELECT count(*) FROM person) = (SELECT count(*) FROM ledger)"
	    " AND (SELECT count(*) FROM names) = (SELECT count(*) FROM ledger)"
	    " AND (SELECT count(*) FROM identity WHERE bound_name = 'user' || sub)"
	    " = (SELECT count(*) FROM ledger)",
	    (int)(n % 2), (long long)n, (long long)n + PEOPLE - 1, PEOPLE, PEOPLE);
	return count_of(w, "SELECT count(*) FROM pragma_integrity_check"
			   " WHERE integrity_check <> 'ok'") == 0 &&
	       count_of(w, sql) == 1;
}

static void killed_at_every_call_of_a_pass(void)
{
	unsigned n, bad = 0, done = 0, counted = 1;
	int status = 0;
	struct world w;

	world_open(&w, "directory = api\napi_applications = a\napi_client_id = c\napi_user = u\n"
		       "api_password_file = /p\n");
	bad += open_and_pass(&w, counted) != 0;
	for (n = 1; !bad; n += STEP) {
		bool killed;

		close_only(&w);
		killed = kill_at(&w, open_and_pass, counted + 1, n, &status);
		bad += world_reopen(&w, NOW) != ERR_OK || w.report.set_aside;
		bad += !bad && !pass_whole(&w);
		counted = (unsigned)(count_of(&w,
					 "SELECT value FROM meta WHERE key = 'directory_passed'") -
				     NOW);
		done += killed;
		if (!killed)
			break;
	}
	ok(WIFEXITED(status) && WEXITSTATUS(status) == 0, "the last run went to its end");
	is_int(bad, 0, "SEC-33: killed at %u system calls of a pass: the former one or this one",
	    done);
	ok(done > 20, "and there were that many");
	world_close(&w);
}

int main(void)
{
	worlds_in_memory();
	killed_at_random();
	if (!can_trace() || slow_run()) {
		tap_skip("SEC-33: killed at every system call",
		    slow_run() ? "would be slow here" : "ptrace is not allowed here");
		return tap_done();
	}
	killed_at_every_call(false);
	killed_at_every_call(true);
	killed_at_every_call_of_rebuilding();
	killed_at_every_call_of_a_pass();
	return tap_done();
}
