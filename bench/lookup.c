/* SPDX-License-Identifier: MIT */
/* lookup [-a] [-n users] [-r rounds] [-m ms] [-l seconds] TEST[,TEST...] NAME=PID:MODULE...
 * Each contender lives in the mount namespace of a process; it is asked there, by a process of its
 * own, in turns with the others. Prints
 *   time TEST USERS NAME P50 MEAN ROUNDS    medians of the rounds, ns (kB of memory; ps for lanes)
 *   none TEST USERS NAME REASON
 * -a checks every answer before (and fills caches); -r 0 does only that. A round that takes longer
 * than -l seconds is not waited for. `lookup -t` asks in this process, for a trace. */
#include "bench/people.h"
#include "bench/worker.h"
#include "common/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#define CONTENDERS_MAX 128
#define ROUNDS_MAX 1000U

struct settings {
	unsigned rounds;
	unsigned limit_s;
	struct job job;
};

struct contender {
	char test[32];
	char name[32];
	char module[32];
	unsigned pid; /* whose namespace */
	pid_t worker;
	int to;
	int from;
	bool out; /* of the race */
	unsigned rounds;
	uint64_t p50[ROUNDS_MAX];
	uint64_t mean[ROUNDS_MAX];
};

static struct contender contenders[CONTENDERS_MAX];
static unsigned n_contenders;

static void take_part(const char *from, size_t len, char *to, size_t size)
{
	if (len >= size)
		give_up("argument too long");
	memcpy(to, from, len);
	to[len] = 0;
}

/* NAME=PID:MODULE for one test. */
static void enter_contender(const char *test, size_t test_len, const char *text)
{
	struct contender *c = &contenders[n_contenders];
	size_t name = strcspn(text, "="), pid = strcspn(text, ":");
	char number[16];

	if (n_contenders == CONTENDERS_MAX || !text[name] || !text[pid] || pid < name)
		give_up("contenders");
	n_contenders++;
	take_part(test, test_len, c->test, sizeof(c->test));
	take_part(text, name, c->name, sizeof(c->name));
	take_part(text + name + 1, pid - name - 1, number, sizeof(number));
	take_part(text + pid + 1, strlen(text + pid + 1), c->module, sizeof(c->module));
	c->pid = number_arg(number, INT32_MAX);
}

/* In the child: becomes the worker, in the contender's namespace. */
static __attribute__((noreturn)) void become_worker(
    const struct settings *s, const struct contender *c)
{
	char path[64], users[16], ms[16], exe[4096];
	ssize_t n = readlink("/proc/self/exe", exe, sizeof(exe) - 1);
	int fd;

	snprintf(path, sizeof(path), "/proc/%u/ns/mnt", c->pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (n < 0 || fd < 0 || setns(fd, CLONE_NEWNS) != 0)
		give_up(path);
	exe[n] = 0;
	snprintf(users, sizeof(users), "%u", s->job.users);
	snprintf(ms, sizeof(ms), "%u", s->job.round_ms);
	execl(exe, "lookup", s->job.all ? "-aw" : "-w", "-n", users, "-m", ms, c->test, c->module,
	    (char *)NULL);
	give_up("worker");
}

static void start(const struct settings *s, struct contender *c)
{
	int down[2], up[2];

	if (pipe2(down, O_CLOEXEC) != 0 || pipe2(up, O_CLOEXEC) != 0)
		give_up("pipe");
	c->worker = fork();
	if (c->worker < 0)
		give_up("fork");
	if (c->worker == 0) {
		if (dup2(down[0], STDIN_FILENO) < 0 || dup2(up[1], STDOUT_FILENO) < 0)
			give_up("pipe");
		become_worker(s, c);
	}
	close(down[0]);
	close(up[1]);
	c->to = down[1];
	c->from = up[0];
}

static void stop(struct contender *c)
{
	if (c->out)
		return;
	c->out = true;
	close(c->to);
	close(c->from);
	kill(c->worker, SIGKILL);
	waitpid(c->worker, NULL, 0);
}

static void fail(const struct settings *s, struct contender *c, const char *why)
{
	printf("none %s %u %s %s\n", c->test, s->job.users, c->name, why);
	fflush(stdout);
	stop(c);
}

/* False when the contender is out. */
static bool outcome_of(const struct settings *s, struct contender *c, struct outcome *ret)
{
	struct pollfd p = {.fd = c->from, .events = POLLIN};
	char why[64];

	if (poll(&p, 1, (int)s->limit_s * 1000) != 1) {
		snprintf(why, sizeof(why), "took longer than %u s", s->limit_s);
		fail(s, c, why);
		return false;
	}
	if (read(c->from, ret, sizeof(*ret)) != (ssize_t)sizeof(*ret)) {
		fail(s, c, "ended unexpectedly");
		return false;
	}
	if (ret->why[0])
		fail(s, c, ret->why);
	return !ret->why[0];
}

static void turn(const struct settings *s, struct contender *c)
{
	struct outcome o;

	if (write(c->to, "g", 1) != 1) {
		fail(s, c, "ended unexpectedly");
		return;
	}
	if (!outcome_of(s, c, &o))
		return;
	c->p50[c->rounds] = o.p50;
	c->mean[c->rounds++] = o.mean;
}

static void race(const struct settings *s)
{
	struct outcome o;

	for (unsigned i = 0; i < n_contenders; i++) {
		start(s, &contenders[i]);
		outcome_of(s, &contenders[i], &o);
	}
	for (unsigned r = 0; r < s->rounds; r++)
		for (unsigned i = 0; i < n_contenders; i++)
			if (!contenders[i].out)
				turn(s, &contenders[i]);
	for (unsigned i = 0; i < n_contenders; i++) {
		struct contender *c = &contenders[i];

		if (!c->out && c->rounds)
			printf("time %s %u %s %ju %ju %u\n", c->test, s->job.users, c->name,
			    (uintmax_t)median(c->p50, c->rounds),
			    (uintmax_t)median(c->mean, c->rounds), c->rounds);
		stop(c);
	}
}

static int usage(void)
{
	fprintf(stderr, "usage: lookup [-a] [-n users] [-r rounds] [-m ms] [-l seconds] "
			"TEST[,TEST...] NAME=PID:MODULE...\n");
	return 2;
}

int main(int argc, char **argv)
{
	struct settings s = {15, 60, {.users = 1000, .round_ms = 60}};
	int (*alone)(const struct job *) = NULL;
	int o;

	while ((o = getopt(argc, argv, "an:r:m:l:wt")) != -1) {
		switch (o) {
		case 'a':
			s.job.all = true;
			break;
		case 'n':
			s.job.users = number_arg(optarg, USERS_MAX);
			break;
		case 'r':
			s.rounds = optarg[0] == '0' ? 0 : number_arg(optarg, ROUNDS_MAX);
			break;
		case 'm':
			s.job.round_ms = number_arg(optarg, 100000);
			break;
		case 'l':
			s.limit_s = number_arg(optarg, 100000);
			break;
		case 'w':
			alone = worker_main;
			break;
		case 't':
			alone = worker_traced;
			break;
		default:
			return usage();
		}
	}
	if (argc - optind < 2)
		return usage();
	if (alone) {
		s.job.test = argv[optind];
		s.job.module = argv[optind + 1];
		return alone(&s.job);
	}
	signal(SIGPIPE, SIG_IGN);
	for (const char *t = argv[optind]; *t; t += strcspn(t, ","), t += *t == ',')
		for (int i = optind + 1; i < argc; i++)
			enter_contender(t, strcspn(t, ","), argv[i]);
	race(&s);
	return 0;
}
