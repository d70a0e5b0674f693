/* SPDX-License-Identifier: MIT */
/* The users and groups that every contender is filled with, and that every answer is compared to.
 * User i of n has the id FIRST_ID + i and a private group, is in team i / 100 and project
 * i % teams, and the first 10,000 are in "big". */
#ifndef ENCVOY_BENCH_PEOPLE_H
#define ENCVOY_BENCH_PEOPLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FIRST_ID 1879048193U /* sub 1 */
#define TEAM_ID (FIRST_ID + (1U << 26))
#define PROJECT_ID (TEAM_ID + (1U << 20))
#define BIG_ID (PROJECT_ID + (1U << 20))
#define BIG_NAME "big"
#define BIG_MAX 10000U
#define USERS_MAX 1000000U
#define SHELL "/bin/bash"

struct person {
	char name[16];
	char gecos[24];
	char home[24];
	uint32_t id;
};
struct person person_of(unsigned i);

/* A shared group: its name, its id, and user number j of its n. */
struct team {
	char name[16];
	uint32_t id;
	unsigned first;
	unsigned step;
	unsigned n;
};
unsigned teams_of(unsigned users);
/* k counts the teams, then the projects; the last one (k == 2 * teams_of) is "big". */
struct team team_of(unsigned users, unsigned k);
static inline unsigned team_member(const struct team *t, unsigned j)
{
	return t->first + j * t->step;
}

/* The groups of a user beside the private one: at most 3 ids. */
unsigned groups_of(unsigned users, unsigned i, uint32_t ids[3]);

/* A repeatable sequence of numbers. */
static inline uint32_t next_number(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return (uint32_t)(*state >> 16);
}
static inline unsigned next_below(uint64_t *state, unsigned n)
{
	return (unsigned)((uint64_t)next_number(state) * n >> 32);
}

/* A number of the command line, 1 to max; the program ends when it is none. */
unsigned number_arg(const char *text, unsigned max);
/* Says what is wrong and ends the program. */
void give_up(const char *what) __attribute__((noreturn));
/* Nanoseconds that only grow. */
uint64_t now_ns(void);
/* The shortest first. */
void sort_ns(uint64_t *ns, size_t n);

#endif
