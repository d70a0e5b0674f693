/* SPDX-License-Identifier: MIT */
/* Look-ups while a daemon is in trouble, with limits in time.
 *   trouble [-n users] [-c count] [-l seconds] LEVEL hit|miss|seldom MODULE
 *     count look-ups by name (seldom: unknown names 20 ms apart), not waited for longer than
 *     that: "FIRST_US P50_US MAX_US SUCCESS NOTFOUND UNAVAIL WRONG", or "late SECONDS DONE".
 *   trouble -L [-n users] [-l seconds] LEVEL - MODULE
 *     hits and misses from two processes for that long:
 *     "HITS MISSES UNAVAIL_HITS UNAVAIL_MISSES WRONG". LEVEL is direct or glibc. */
#include "bench/calls.h"
#include "bench/people.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define COUNT_MAX 100000U

/* Shared with the child, who may have to be left behind. */
struct shared {
	unsigned done;
	unsigned by_status[3]; /* success, not found, unavailable */
	unsigned wrong;
	unsigned load[2][5];
	uint64_t ns[COUNT_MAX];
};

static struct shared *shared;
static struct calls calls;
static unsigned users = 1000;

enum verdict { FOUND, NOT_FOUND, UNAVAILABLE, WRONG };

static enum verdict ask(bool hit, uint64_t *random, uint64_t *ret_ns)
{
	struct person p = person_of(next_below(random, users));
	char buf[8192], stranger[32];
	struct passwd pw = {0};
	enum nss_status s;
	uint64_t start;
	int err;

	snprintf(stranger, sizeof(stranger), "nosuch%08x", next_number(random));
	start = now_ns();
	s = calls.getpwnam(hit ? p.name : stranger, &pw, buf, sizeof(buf), &err);
	*ret_ns = now_ns() - start;
	if (s == NSS_STATUS_SUCCESS)
		return hit && pw.pw_uid == p.id && strcmp(pw.pw_name, p.name) == 0 ? FOUND : WRONG;
	return s == NSS_STATUS_NOTFOUND ? NOT_FOUND : UNAVAILABLE;
}

static void ask_many(bool hit, bool seldom, unsigned count)
{
	uint64_t random = now_ns() | 1;

	for (unsigned i = 0; i < count; i++) {
		enum verdict v = ask(hit, &random, &shared->ns[i]);

		if (v == WRONG)
			shared->wrong++;
		else
			shared->by_status[v]++;
		__atomic_store_n(&shared->done, i + 1, __ATOMIC_RELEASE);
		if (seldom)
			usleep(20000);
	}
}

/* A hit that is "not found" is as wrong as another's record. */
static void load(unsigned lane, unsigned seconds)
{
	uint64_t random = 0x9e3779b97f4a7c15U + lane, end = now_ns() + seconds * 1000000000UL, ns;
	unsigned *out = shared->load[lane];

	while (now_ns() < end) {
		bool hit = next_number(&random) & 1;
		enum verdict v = ask(hit, &random, &ns);

		out[hit ? 0 : 1]++;
		if (v == UNAVAILABLE)
			out[hit ? 2 : 3]++;
		out[4] += v == WRONG || (hit && v == NOT_FOUND);
	}
}

static bool finished_within(pid_t child, unsigned seconds)
{
	for (uint64_t end = now_ns() + seconds * 1000000000UL; now_ns() < end; usleep(2000))
		if (waitpid(child, NULL, WNOHANG) == child)
			return true;
	kill(child, SIGKILL);
	waitpid(child, NULL, 0);
	return false;
}

static void report_many(bool finished, unsigned seconds)
{
	unsigned n = shared->done;
	double first = n ? (double)shared->ns[0] / 1e3 : 0;

	if (!finished || !n) {
		printf("late %u %u\n", seconds, n);
		return;
	}
	sort_ns(shared->ns, n);
	printf("%.1f %.2f %.1f %u %u %u %u\n", first, (double)shared->ns[n / 2] / 1e3,
	    (double)shared->ns[n - 1] / 1e3, shared->by_status[FOUND], shared->by_status[NOT_FOUND],
	    shared->by_status[UNAVAILABLE], shared->wrong);
}

static void run_load(unsigned seconds)
{
	pid_t child[2];
	unsigned sum[5] = {0};
	bool all = true;

	for (unsigned i = 0; i < 2; i++) {
		child[i] = fork();
		if (child[i] == 0) {
			load(i, seconds);
			_exit(0);
		}
	}
	for (unsigned i = 0; i < 2; i++)
		all &= finished_within(child[i], seconds + 70);
	for (unsigned i = 0; i < 10; i++)
		sum[i % 5] += shared->load[i / 5][i % 5];
	printf("%s%u %u %u %u %u\n", all ? "" : "late ", sum[0], sum[1], sum[2], sum[3], sum[4]);
}

static void run_many(const char *what, unsigned count, unsigned seconds)
{
	pid_t child = fork();

	if (child < 0)
		give_up("fork");
	if (child == 0) {
		ask_many(strcmp(what, "hit") == 0, strcmp(what, "seldom") == 0, count);
		_exit(0);
	}
	report_many(finished_within(child, seconds), seconds);
}

int main(int argc, char **argv)
{
	unsigned count = 1000, seconds = 10;
	bool under_load = false;
	const char *why;
	int o;

	while ((o = getopt(argc, argv, "n:c:l:L")) != -1) {
		switch (o) {
		case 'n':
			users = number_arg(optarg, USERS_MAX);
			break;
		case 'c':
			count = number_arg(optarg, COUNT_MAX);
			break;
		case 'l':
			seconds = number_arg(optarg, 3600);
			break;
		case 'L':
			under_load = true;
			break;
		default:
			return 2;
		}
	}
	if (argc - optind != 3)
		return 2;
	calls = calls_glibc();
	if (strcmp(argv[optind], "direct") == 0 && !calls_direct(argv[optind + 2], &calls, &why)) {
		fprintf(stderr, "%s\n", why);
		return 1;
	}
	shared =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		give_up("memory");
	if (under_load)
		run_load(seconds);
	else
		run_many(argv[optind + 1], count, seconds);
	return 0;
}
