/* SPDX-License-Identifier: MIT */
#include "bench/people.h"

#include "common/num.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define TEAM_SIZE 100U

struct person person_of(unsigned i)
{
	struct person p = {.id = FIRST_ID + i};

	snprintf(p.name, sizeof(p.name), "user%06u", i % USERS_MAX);
	snprintf(p.gecos, sizeof(p.gecos), "User %06u", i % USERS_MAX);
	snprintf(p.home, sizeof(p.home), "/home/%s", p.name);
	return p;
}

unsigned teams_of(unsigned users)
{
	return (users + TEAM_SIZE - 1) / TEAM_SIZE;
}

static unsigned at_most(unsigned n, unsigned max)
{
	return n < max ? n : max;
}

struct team team_of(unsigned users, unsigned k)
{
	unsigned teams = teams_of(users), j = k % teams;
	struct team t = {.step = 1};

	if (k == 2 * teams) {
		t.n = at_most(users, BIG_MAX);
		t.id = BIG_ID;
		snprintf(t.name, sizeof(t.name), "%s", BIG_NAME);
	} else if (k < teams) {
		t.first = j * TEAM_SIZE;
		t.n = at_most(users - t.first, TEAM_SIZE);
		t.id = TEAM_ID + j;
		snprintf(t.name, sizeof(t.name), "team%05u", j % USERS_MAX);
	} else {
		t.first = j;
		t.step = teams;
		t.n = (users - j + teams - 1) / teams;
		t.id = PROJECT_ID + j;
		snprintf(t.name, sizeof(t.name), "proj%05u", j % USERS_MAX);
	}
	return t;
}

unsigned groups_of(unsigned users, unsigned i, uint32_t ids[3])
{
	ids[0] = TEAM_ID + i / TEAM_SIZE;
	ids[1] = PROJECT_ID + i % teams_of(users);
	ids[2] = BIG_ID;
	return i < BIG_MAX ? 3 : 2;
}

unsigned number_arg(const char *text, unsigned max)
{
	uint64_t n;

	if (num_parse(text, strlen(text), max, &n) != ERR_OK || n == 0) {
		fprintf(stderr, "not a number from 1 to %u: %s\n", max, text);
		exit(2);
	}
	return (unsigned)n;
}

void give_up(const char *what)
{
	fprintf(stderr, "%s: %s\n", what, strerror(errno));
	exit(1);
}

uint64_t now_ns(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000U + (uint64_t)t.tv_nsec;
}

static int by_size(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return (x > y) - (x < y);
}

void sort_ns(uint64_t *ns, size_t n)
{
	qsort(ns, n, sizeof(*ns), by_size);
}
