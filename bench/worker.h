/* SPDX-License-Identifier: MIT */
/* One contender in one test: a process of its own, in the contender's mount namespace, that checks
 * the answers and then measures a round whenever it is told to. */
#ifndef ENCVOY_BENCH_WORKER_H
#define ENCVOY_BENCH_WORKER_H

#include "bench/kinds.h"

#include <stdint.h>

/* What goes up the pipe, once when the answers have been checked and once per round. */
struct outcome {
	uint64_t p50; /* ns; kB of memory */
	uint64_t mean;
	char why[160]; /* empty: all is well */
};

struct job {
	const char *test; /* LEVEL:KIND */
	const char *module;
	unsigned users;
	unsigned round_ms;
	bool all; /* check every answer there is, in order, however long it takes */
};

/* Reads a byte per round from standard input, writes an outcome to standard output. */
int worker_main(const struct job *job);
/* Look-ups between two marks (getppid) that a trace shows; prints how many answers were right. */
int worker_traced(const struct job *job);

/* --- worker_extra.c: what is no series of look-ups in one thread */

/* The calls per second of n threads or processes together, as ns per call. */
void measure_threads(const struct job *job, const struct calls *c, unsigned n, struct outcome *ret);
void measure_processes(
    const struct job *job, const struct calls *c, unsigned n, struct outcome *ret);
/* The first look-up of fresh processes. */
void measure_fresh(const struct job *job, uint64_t *random, struct outcome *ret);
/* PSS in kB after 400,000 look-ups. */
void measure_memory(struct asker *a, const struct kind *k, struct outcome *ret);

/* The median of n > 0 samples, which are sorted. */
uint64_t median(uint64_t *samples, size_t n);
/* Asks random questions, one batch; false when an answer was wrong. */
bool ask_batch(struct asker *a, const struct kind *k, unsigned n, uint64_t *ret_ns);

#endif
