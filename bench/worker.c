/* SPDX-License-Identifier: MIT */
#include "bench/worker.h"

#include "bench/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

#define SEED 0x2545f4914f6cdd1dU
#define CHECK_NS 1000000000U /* how long answers are checked before a test */
#define BATCH_NS 20000U      /* reading the clock must not be felt */
#define SAMPLES_MAX 65536U
#define TRACED 600U

enum level {
	LEVEL_DIRECT,
	LEVEL_GLIBC,
	LEVEL_FRESH,
	LEVEL_MEMORY,
	LEVEL_THREADS,
	LEVEL_PROCS,
	LEVELS
};
static const char *const level_names[LEVELS] = {
    "direct", "glibc", "fresh", "memory", "threads", "procs"};

struct worker {
	const struct job *job;
	enum level level;
	const struct kind *kind;
	unsigned many; /* threads or processes */
	unsigned batch;
	struct calls calls;
	struct asker *asker;
	uint64_t samples[SAMPLES_MAX];
};

uint64_t median(uint64_t *samples, size_t n)
{
	sort_ns(samples, n);
	return samples[(n - 1) / 2];
}

bool ask_batch(struct asker *a, const struct kind *k, unsigned n, uint64_t *ret_ns)
{
	unsigned count = k->count(a->users), good = 0;
	uint64_t start;

	for (unsigned i = 0; i < n; i++)
		k->pick(a, i, next_below(&a->random, count));
	start = now_ns();
	for (unsigned i = 0; i < n; i++)
		good += k->ask(a, i);
	*ret_ns = now_ns() - start;
	return good == n;
}

/* LEVEL:KIND, or threads:N and procs:N, which look up by name. */
static bool parse(struct worker *w, const char *test)
{
	const char *colon = strchr(test, ':');
	size_t len = colon ? (size_t)(colon - test) : 0;

	for (w->level = 0; w->level < LEVELS; w->level++)
		if (strlen(level_names[w->level]) == len &&
		    strncmp(level_names[w->level], test, len) == 0)
			break;
	if (w->level == LEVELS)
		return false;
	if (w->level >= LEVEL_THREADS)
		w->many = number_arg(colon + 1, 64);
	w->kind = kind_find(w->many ? "pwnam" : colon + 1);
	return w->kind;
}

static const char *prepare(struct worker *w)
{
	const char *why;

	if (!parse(w, w->job->test))
		return "no such test";
	w->calls = calls_glibc();
	if (w->level == LEVEL_DIRECT || w->level >= LEVEL_THREADS) {
		if (!calls_direct(w->job->module, &w->calls, &why))
			return why;
		if (!kind_possible(w->kind, &w->calls))
			return "the module has no such function";
	}
	w->asker = asker_new(&w->calls, w->job->users, SEED);
	return NULL;
}

/* Compares whole answers, and finds out how many fit a batch. */
static const char *check(struct worker *w)
{
	static char why[160];
	const struct kind *k = w->kind;
	struct asker *a = w->asker;
	unsigned count = k->count(a->users), i = 0;
	uint64_t begun = now_ns(), spent = 0, asked = 0, start;

	do {
		k->pick(a, 0, w->job->all ? i : next_below(&a->random, count));
		start = now_ns();
		if (!k->ask(a, 0) || !k->check(a, 0)) {
			snprintf(
			    why, sizeof(why), "wrong answer: %s of %s", k->function, a->q.name[0]);
			return why;
		}
		if (i++ > 0) { /* the first one opens files */
			spent += now_ns() - start;
			asked++;
		}
	} while (i < count && (w->job->all || now_ns() - begun < CHECK_NS));
	w->batch = asked ? (unsigned)(BATCH_NS / (spent / asked + 1)) : 1;
	w->batch = w->batch < 1 ? 1 : w->batch > BATCH_MAX ? BATCH_MAX : w->batch;
	return NULL;
}

static void measure_series(struct worker *w, struct outcome *ret)
{
	uint64_t begun = now_ns(), ns, sum = 0;
	size_t n = 0;

	do {
		if (!ask_batch(w->asker, w->kind, w->batch, &ns)) {
			snprintf(ret->why, sizeof(ret->why), "wrong answer while measuring");
			return;
		}
		w->samples[n++] = ns / w->batch;
		sum += ns;
	} while (n < SAMPLES_MAX && now_ns() - begun < w->job->round_ms * UINT64_C(1000000));
	ret->mean = sum / (n * w->batch);
	ret->p50 = median(w->samples, n);
}

static void measure(struct worker *w, struct outcome *ret)
{
	switch (w->level) {
	case LEVEL_FRESH:
		measure_fresh(w->job, &w->asker->random, ret);
		break;
	case LEVEL_MEMORY:
		measure_memory(w->asker, w->kind, ret);
		break;
	case LEVEL_THREADS:
		measure_threads(w->job, &w->calls, w->many, ret);
		break;
	case LEVEL_PROCS:
		measure_processes(w->job, &w->calls, w->many, ret);
		break;
	default:
		measure_series(w, ret);
	}
}

static bool send_outcome(const struct outcome *o)
{
	return write(STDOUT_FILENO, o, sizeof(*o)) == (ssize_t)sizeof(*o);
}

int worker_main(const struct job *job)
{
	static struct worker w;
	struct outcome o = {0};
	const char *why;
	char go;

	w.job = job;
	why = prepare(&w);
	if (!why)
		why = check(&w);
	if (why)
		snprintf(o.why, sizeof(o.why), "%s", why);
	while (send_outcome(&o) && !o.why[0] && read(STDIN_FILENO, &go, 1) == 1)
		measure(&w, &o);
	if (w.asker)
		asker_free(w.asker);
	return o.why[0] != 0;
}

int worker_traced(const struct job *job)
{
	static struct worker w;
	const char *why;
	unsigned good = 0;

	w.job = job;
	why = prepare(&w);
	if (!why)
		why = check(&w);
	if (why) {
		printf("%s\n", why);
		return 1;
	}
	for (unsigned i = 0; i < BATCH_MAX; i++)
		w.kind->pick(w.asker, i, next_below(&w.asker->random, w.kind->count(job->users)));
	syscall(SYS_getppid);
	for (unsigned i = 0; i < TRACED; i++)
		good += w.kind->ask(w.asker, i % BATCH_MAX);
	syscall(SYS_getppid);
	asker_free(w.asker);
	printf("%s\n", good == TRACED ? "ok" : "wrong answer");
	return good != TRACED;
}
