/* SPDX-License-Identifier: MIT */
/* Damaged maps: no fault, no loop, and every answer is the truth or is not given. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"

#include <signal.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#define PEOPLE 9
#define TEAMS 2

static unsigned char *original;
static size_t size;
/* The damaged copy: its last byte is followed by memory that faults. */
static unsigned char *copy;

static unsigned wrong;   /* an answer that is not true */
static unsigned correct; /* answers that were given all the same */

static void make_copy_room(void)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	size_t room = (size + page - 1) / page * page;
	unsigned char *p =
	    mmap(NULL, room + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	ground_need(p != MAP_FAILED && mprotect(p + room, page, PROT_NONE) == 0, "no guard page");
	copy = p + room - size;
}

/* known: the truth is that it exists. */
static void judge(enum err e, bool known, bool is_true)
{
	if (e == ERR_OK)
		wrong += !known || !is_true;
	else if (e == ERR_NOT_FOUND)
		wrong += known;
	else
		wrong += e != ERR_SYNTAX && !(e == ERR_TOO_LONG && known);
	correct += e == ERR_OK || (e == ERR_NOT_FOUND && !known);
}

static void check_person(const struct map *m, unsigned i, bool known)
{
	struct person p = person(i, 0);
	struct user_record r = {0};
	struct map_group g = {0};
	struct map_groups groups = {0};
	struct map_name name;
	char buf[1024];
	unsigned teams = 0;
	bool same = true;
	enum err e;

	ground_need(map_name_set(&name, p.name), "a name");
	e = map_user_by_name(m, &name, buf, sizeof(buf), &r);
	judge(e, known,
	    e == ERR_OK && r.uid == p.uid && r.gid == p.uid && !strcmp(r.name, p.name) &&
		!strcmp(r.gecos, p.gecos) && !strcmp(r.home, p.home) && !strcmp(r.shell, p.shell));
	e = map_user_by_uid(m, p.uid, buf, sizeof(buf), &r);
	judge(e, known,
	    e == ERR_OK && r.uid == p.uid && r.gid == p.uid && !strcmp(r.name, p.name) &&
		!strcmp(r.gecos, p.gecos) && !strcmp(r.home, p.home) && !strcmp(r.shell, p.shell));
	e = map_user_by_uid(m, p.uid, buf, 10, &r);
	judge(e, known, false);
	e = map_group_by_name(m, &name, buf, sizeof(buf), &g);
	judge(e, known, e == ERR_OK && g.gid == p.uid && g.n == 0 && !strcmp(g.name, p.name));
	e = map_group_by_gid(m, p.uid, buf, sizeof(buf), &g);
	judge(e, known, e == ERR_OK && g.gid == p.uid && g.n == 0 && !strcmp(g.name, p.name));
	e = map_groups_of(m, &name, &groups);
	for (unsigned t = 0; t < TEAMS; t++)
		teams += i % (t + 2) == 0;
	for (uint32_t k = 0; e == ERR_OK && k < groups.n; k++)
		same = same && groups.n == teams && map_groups_gid(&groups, k) >= group_gid(TEAMS);
	judge(e, known && teams, same);
}

static void check_team(const struct map *m, unsigned t, bool known)
{
	struct map_group g = {0};
	struct map_name name;
	char text[32], buf[2048];
	bool same = true;
	enum err e;

	group_name(text, sizeof(text), t);
	ground_need(map_name_set(&name, text), "a name");
	for (int by_gid = 0; by_gid < 2; by_gid++) {
		unsigned count = 0;

		e = by_gid ? map_group_by_gid(m, group_gid(t), buf, sizeof(buf), &g)
			   : map_group_by_name(m, &name, buf, sizeof(buf), &g);
		for (unsigned i = 0; e == ERR_OK && i < PEOPLE; i += t + 2, count++) {
			struct person p = person(i, 0);

			same = same && count < g.n && !strcmp(g.members[count], p.name);
		}
		judge(e, known,
		    e == ERR_OK && same && count == g.n && g.gid == group_gid(t) &&
			!strcmp(g.name, text));
	}
}

/* Asks a damaged copy of len bytes for everything. */
static void check_copy(const unsigned char *bytes, size_t len)
{
	struct map m;

	if (map_open(&m, bytes, len) != ERR_OK)
		return;
	for (unsigned i = 0; i < PEOPLE + 3; i++)
		check_person(&m, i, i < PEOPLE);
	for (unsigned t = 0; t < TEAMS + 1; t++)
		check_team(&m, t, t < TEAMS);
}

/* Runs one kind of damage over the whole map. */
static void each(const char *what, void (*damage)(size_t at), size_t steps)
{
	wrong = correct = 0;
	for (size_t at = 0; at < steps; at++) {
		memcpy(copy, original, size);
		damage(at);
		check_copy(copy, size);
	}
	ok(wrong == 0, "SEC-33: %s: no answer that is not true (%zu maps, %u answers)", what, steps,
	    correct);
}

static void flip(size_t bit)
{
	copy[bit / 8] ^= (unsigned char)(1 << bit % 8);
}

static void zero_byte(size_t at)
{
	copy[at] = 0;
}

static void fill_byte(size_t at)
{
	copy[at] = 0xff;
}

static void zero_line(size_t at)
{
	memset(copy + at * 64, 0, 64);
}

static void zero_rest(size_t at)
{
	memset(copy + at * 8, 0, size - at * 8);
}

/* A line of the file in the place of another. */
static void misplace(size_t at)
{
	size_t lines = size / 64;

	memcpy(copy + at / lines * 64, original + at % lines * 64, 64);
	if (at / lines == at % lines)
		copy[0] = 0;
}

static void scramble(size_t at)
{
	uint64_t x = 88172645463325252U + at * 0x9e3779b97f4a7c15U;

	for (unsigned i = 0; i < 3; i++) {
		x ^= x << 13;
		x ^= x >> 7;
		x ^= x << 17;
		copy[x % size] = (unsigned char)(x >> 56);
	}
}

static void test_truncated(void)
{
	unsigned opened = 0;

	for (size_t len = 0; len < size; len++) {
		unsigned char *end = copy + size - len;
		struct map m;

		/* ends where the page ends, as far as its alignment lets it */
		end -= (uintptr_t)end % 8;
		memcpy(end, original, len);
		opened += map_open(&m, end, len) == ERR_OK;
	}
	is_int(opened, 0, "SEC-33: a truncated map is none, at each of its %zu lengths", size);
	memcpy(copy, original, size);
	wrong = correct = 0;
	check_copy(copy, size);
	ok(wrong == 0 && correct == (PEOPLE + 3) * 6 - PEOPLE + (TEAMS + 1) * 2,
	    "and the whole one tells everything: %u answers", correct);
}

int main(void)
{
	ground_enter();
	ground_publish(PEOPLE, TEAMS, true, 0);
	original = ground_read_map(&size);
	make_copy_room();
	alarm(300); /* a loop would be a failure */
	test_truncated();
	each("every single bit flipped", flip, size * 8);
	each("every byte cleared", zero_byte, size);
	each("every byte set", fill_byte, size);
	each("every line cleared", zero_line, size / 64);
	each("the end cleared", zero_rest, size / 8);
	each("every line in every place", misplace, size / 64 * (size / 64));
	each("three bytes scrambled", scramble, 50000);
	free(original);
	return tap_done();
}
