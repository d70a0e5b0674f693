/* SPDX-License-Identifier: MIT */
#include "bench/people.h"
#include "bench/worker.h"
#include "common/cleanup.h"

#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MANY_MAX 64U
#define FRESH_MAX 4096U
#define MEMORY_ASKED 400000U
#define WARM_NS UINT64_C(2000000000)

extern char **environ;

/* One of several that ask at the same time. */
struct lane {
	const struct job *job;
	const struct calls *calls;
	unsigned number;
	uint64_t asked;
	uint64_t ns; /* meanwhile */
	bool wrong;
};

/* Asks so many times, or for so long. */
static void ask_on(struct lane *l, struct asker *a, uint64_t times, uint64_t end)
{
	const struct kind *k = kind_find("pwnam");
	uint64_t ns;

	l->ns = l->asked = 0;
	while (l->asked < times && l->ns < end && !l->wrong) {
		l->wrong = !ask_batch(a, k, BATCH_MAX, &ns);
		l->ns += ns;
		l->asked += BATCH_MAX;
	}
}

/* A process that was just forked has none of the map's pages: it asks until it has most of them. */
static void *run_lane(void *arg)
{
	struct lane *l = arg;
	struct asker *a =
	    asker_new(l->calls, l->job->users, (l->number + UINT64_C(1)) * 0x9e3779b97f4a7c15U);

	ask_on(l, a, l->job->users, WARM_NS);
	ask_on(l, a, UINT64_MAX, l->job->round_ms * UINT64_C(1000000));
	asker_free(a);
	return NULL;
}

static void sum_up(const struct lane *lanes, unsigned n, struct outcome *ret)
{
	double rate = 0;

	for (unsigned i = 0; i < n; i++) {
		if (lanes[i].wrong || !lanes[i].ns) {
			snprintf(ret->why, sizeof(ret->why), "wrong answer while measuring");
			return;
		}
		rate += (double)lanes[i].asked / (double)lanes[i].ns;
	}
	/* thousandths, because many lanes share a nanosecond */
	ret->mean = ret->p50 = (uint64_t)(1000 / rate);
}

static struct lane *lanes_new(const struct job *job, const struct calls *c, unsigned n)
{
	struct lane *lanes = mmap(NULL, MANY_MAX * sizeof(*lanes), PROT_READ | PROT_WRITE,
	    MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (lanes == MAP_FAILED)
		give_up("memory");
	for (unsigned i = 0; i < n; i++)
		lanes[i] = (struct lane){.job = job, .calls = c, .number = i};
	return lanes;
}

void measure_threads(const struct job *job, const struct calls *c, unsigned n, struct outcome *ret)
{
	struct lane *lanes = lanes_new(job, c, n);
	pthread_t threads[MANY_MAX];

	for (unsigned i = 0; i < n; i++)
		if (pthread_create(&threads[i], NULL, run_lane, &lanes[i]) != 0)
			give_up("thread");
	for (unsigned i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	sum_up(lanes, n, ret);
	munmap(lanes, MANY_MAX * sizeof(*lanes));
}

void measure_processes(
    const struct job *job, const struct calls *c, unsigned n, struct outcome *ret)
{
	struct lane *lanes = lanes_new(job, c, n);

	for (unsigned i = 0; i < n; i++) {
		pid_t pid = fork();

		if (pid < 0)
			give_up("fork");
		if (pid == 0) {
			run_lane(&lanes[i]);
			_exit(0);
		}
	}
	while (wait(NULL) > 0 || errno == EINTR)
		;
	sum_up(lanes, n, ret);
	munmap(lanes, MANY_MAX * sizeof(*lanes));
}

/* The path of the program beside this one. */
static const char *once_path(void)
{
	static char path[4096];
	ssize_t n = readlink("/proc/self/exe", path, sizeof(path) - 8);
	char *slash;

	if (n < 0)
		give_up("/proc/self/exe");
	path[n] = 0;
	slash = strrchr(path, '/');
	memcpy(slash, "/once", sizeof("/once"));
	return path;
}

static bool fresh_one(const struct person *p, uint64_t *ret_ns)
{
	posix_spawn_file_actions_t actions;
	char id[16], *argv[] = {(char *)(uintptr_t) "once", (char *)(uintptr_t)p->name, id, NULL};
	AUTO_FD int from = -1;
	AUTO_FD int to = -1;
	int fds[2], status;
	pid_t pid;

	if (pipe2(fds, O_CLOEXEC) != 0)
		give_up("pipe");
	from = fds[0];
	to = fds[1];
	snprintf(id, sizeof(id), "%u", p->id);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, to, STDOUT_FILENO);
	if (posix_spawn(&pid, once_path(), &actions, NULL, argv, environ) != 0)
		give_up("once");
	posix_spawn_file_actions_destroy(&actions);
	if (waitpid(pid, &status, 0) != pid || status != 0)
		return false;
	return read(from, ret_ns, sizeof(*ret_ns)) == (ssize_t)sizeof(*ret_ns);
}

void measure_fresh(const struct job *job, uint64_t *random, struct outcome *ret)
{
	static uint64_t samples[FRESH_MAX];
	uint64_t begun = now_ns(), sum = 0;
	size_t n = 0;

	do {
		struct person p = person_of(next_below(random, job->users));

		if (!fresh_one(&p, &samples[n])) {
			snprintf(ret->why, sizeof(ret->why), "wrong answer in a fresh process");
			return;
		}
		sum += samples[n++];
	} while (n < FRESH_MAX && now_ns() - begun < job->round_ms * UINT64_C(1000000));
	ret->mean = sum / n;
	ret->p50 = median(samples, n);
}

static unsigned pss_kb(void)
{
	FILE *f = fopen("/proc/self/smaps_rollup", "re");
	char line[256];
	unsigned kb = 0;

	while (f && fgets(line, sizeof(line), f)) {
		if (strncmp(line, "Pss:", 4) == 0) {
			char *at = line + 4;

			at += strspn(at, " \t");
			at[strcspn(at, " ")] = 0;
			kb = number_arg(at, UINT32_MAX);
		}
	}
	if (f)
		fclose(f);
	return kb;
}

void measure_memory(struct asker *a, const struct kind *k, struct outcome *ret)
{
	uint64_t ns;

	for (unsigned i = 0; i < MEMORY_ASKED; i += BATCH_MAX) {
		if (!ask_batch(a, k, BATCH_MAX, &ns)) {
			snprintf(ret->why, sizeof(ret->why), "wrong answer while measuring");
			return;
		}
	}
	ret->mean = ret->p50 = pss_kb();
}
