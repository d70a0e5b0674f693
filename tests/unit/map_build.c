/* SPDX-License-Identifier: MIT */
/* What the daemon writes is what readers find, and nothing else gets in. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>

#define MANY 100000U
#define TEAMS 3

static struct map map;
static char buf[4 * 1024 * 1024];

static void open_map(void)
{
	size_t size;
	unsigned char *bytes = ground_read_map(&size);

	ok(map_open(&map, bytes, size) == ERR_OK, "the map opens");
}

static bool same(const struct user_record *r, const struct person *p)
{
	return !strcmp(r->name, p->name) && !strcmp(r->gecos, p->gecos) &&
	       !strcmp(r->home, p->home) && !strcmp(r->shell, p->shell) && r->uid == p->uid &&
	       r->gid == p->uid;
}

static bool finds_user(unsigned i, unsigned version)
{
	struct person p = person(i, version);
	struct map_name name;
	struct user_record r;

	return map_name_set(&name, p.name) &&
	       map_user_by_name(&map, &name, buf, sizeof(buf), &r) == ERR_OK && same(&r, &p) &&
	       map_user_by_uid(&map, p.uid, buf, sizeof(buf), &r) == ERR_OK && same(&r, &p);
}

static bool finds_private_group(unsigned i)
{
	struct person p = person(i, 0);
	struct map_name name;
	struct map_group g;

	return map_name_set(&name, p.name) &&
	       map_group_by_name(&map, &name, buf, sizeof(buf), &g) == ERR_OK && g.n == 0 &&
	       !g.members[0] && g.gid == p.uid && !strcmp(g.name, p.name) &&
	       map_group_by_gid(&map, p.uid, buf, sizeof(buf), &g) == ERR_OK && g.n == 0 &&
	       g.gid == p.uid && !strcmp(g.name, p.name);
}

static bool is_team(const struct map_group *g, unsigned t, unsigned people)
{
	char name[64];
	unsigned count = 0;

	group_name(name, sizeof(name), t);
	for (unsigned i = 0; i < people; i += t + 2, count++) {
		struct person p = person(i, 0);

		if (count >= g->n || strcmp(g->members[count], p.name) != 0)
			return false;
	}
	return !strcmp(g->name, name) && g->gid == group_gid(t) && g->n == count &&
	       !g->members[count];
}

static bool finds_team(unsigned t, unsigned people)
{
	struct map_name name;
	struct map_group g;
	char text[64];

	group_name(text, sizeof(text), t);
	return map_name_set(&name, text) &&
	       map_group_by_name(&map, &name, buf, sizeof(buf), &g) == ERR_OK &&
	       is_team(&g, t, people) &&
	       map_group_by_gid(&map, group_gid(t), buf, sizeof(buf), &g) == ERR_OK &&
	       is_team(&g, t, people);
}

/* The teams of a person, and no other group. */
static bool finds_memberships(unsigned i)
{
	struct person p = person(i, 0);
	unsigned want = 0, got = 0;
	struct map_name name;
	struct map_groups g;
	enum err e;

	for (unsigned t = 0; t < TEAMS; t++)
		want += i % (t + 2) == 0;
	if (!map_name_set(&name, p.name))
		return false;
	e = map_groups_of(&map, &name, &g);
	if (want == 0)
		return e == ERR_NOT_FOUND;
	for (unsigned t = 0; e == ERR_OK && t < TEAMS; t++)
		for (uint32_t k = 0; k < g.n; k++)
			got += i % (t + 2) == 0 && map_groups_gid(&g, k) == group_gid(t);
	return e == ERR_OK && g.n == want && got == want;
}

static unsigned unknown_found(void)
{
	static const char *const names[] = {
	    "nobody-here", "user", "user100000", "x", "team-3", "_"};
	unsigned found = 0;

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		struct map_name name;
		struct user_record r;
		struct map_group g;

		if (!map_name_set(&name, names[i]))
			found++;
		found += map_user_by_name(&map, &name, buf, sizeof(buf), &r) != ERR_NOT_FOUND;
		found += map_group_by_name(&map, &name, buf, sizeof(buf), &g) != ERR_NOT_FOUND;
		found += map_user_by_uid(&map, ID_FLOOR + MANY + (uint32_t)i, buf, sizeof(buf),
			     &r) != ERR_NOT_FOUND;
		found +=
		    map_group_by_gid(&map, ID_CEILING - 100, buf, sizeof(buf), &g) != ERR_NOT_FOUND;
	}
	return found;
}

static void test_round_trip(void)
{
	struct timespec t0, t1;
	unsigned bad = 0;
	uint64_t users = 0;

	clock_gettime(CLOCK_MONOTONIC, &t0);
	ground_publish(MANY, TEAMS, true, 0);
	clock_gettime(CLOCK_MONOTONIC, &t1);
	printf("# %u users built and published in %.2f s\n", MANY,
	    (double)(t1.tv_sec - t0.tv_sec) + (double)(t1.tv_nsec - t0.tv_nsec) / 1e9);
	open_map();
	ok(map.complete, "it says that it is complete");
	for (unsigned i = 0; i < MANY; i++)
		bad += !finds_user(i, 0);
	is_int(bad, 0, "%u users are found by name and by uid, as they were given", MANY);
	bad = 0;
	for (unsigned i = 0; i < MANY; i++)
		bad += !finds_private_group(i);
	is_int(bad, 0, "and their private groups by name and by gid");
	bad = 0;
	for (unsigned t = 0; t < TEAMS; t++)
		bad += !finds_team(t, MANY);
	is_int(bad, 0, "groups of up to %u members are whole", MANY / 2);
	bad = 0;
	for (unsigned i = 0; i < MANY; i++)
		bad += !finds_memberships(i);
	is_int(bad, 0, "everybody's groups are found, and no others");
	is_int(unknown_found(), 0, "what is not in the map is not found");
	is_int(mapfile_verify(CACHE, &users), ERR_OK, "the daemon's check passes");
	is_int(users, MANY, "and counts the users");
	free((void *)(uintptr_t)map.base);
}

static enum err add(struct map_builder *b, const char *name, uint32_t uid, uint32_t gid,
    const char *gecos, const char *home, const char *shell)
{
	return map_builder_add_user(b, &(struct user_record){name, gecos, home, shell, uid, gid});
}

static void test_refusals(void)
{
	static const char *const members[] = {"anna", "root"}, *const odd[] = {"An na"};
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	uint32_t id = ID_FLOOR + 7;
	uint64_t generation;

	ok(map_builder_new(&b) == ERR_OK, "a builder");
	is_int(add(b, "root", id, id, "", "/root", "/bin/sh"), ERR_NAME_RESERVED, "SEC-16: root");
	is_int(add(b, "Anna", id, id, "", "/home/a", "/bin/sh"), ERR_BAD_NAME, "SEC-15: a capital");
	is_int(add(b, "", id, id, "", "/home/a", "/bin/sh"), ERR_BAD_NAME, "SEC-15: no name");
	is_int(add(b, "anna", 0, id, "", "/home/a", "/bin/sh"), ERR_ID_RANGE, "SEC-19: uid 0");
	is_int(add(b, "anna", id, 0, "", "/home/a", "/bin/sh"), ERR_ID_RANGE, "SEC-19: gid 0");
	is_int(add(b, "anna", id, 27, "", "/home/a", "/bin/sh"), ERR_ID_RANGE, "SEC-19: gid 27");
	is_int(add(b, "anna", id, id, "a:b", "/home/a", "/bin/sh"), ERR_SYNTAX, "a colon");
	is_int(add(b, "anna", id, id, "", "/", "/bin/sh"), ERR_SYNTAX, "SEC-20: home /");
	is_int(add(b, "anna", id, id, "", "/home/a", ""), ERR_SYNTAX, "no shell");
	is_int(add(b, "anna", id, id, "", "/home/a", "/bin/sh"), ERR_OK, "a good one");
	is_int(add(b, "anna", id + 1, id, "", "/home/b", "/bin/sh"), ERR_EXISTS, "the name again");
	is_int(add(b, "berta", id, id, "", "/home/b", "/bin/sh"), ERR_EXISTS, "the uid again");
	is_int(map_builder_add_group(b, "sudo", id, NULL, 0), ERR_NAME_RESERVED, "SEC-16: sudo");
	is_int(map_builder_add_group(b, "team", 0, NULL, 0), ERR_ID_RANGE, "SEC-19: gid 0");
	is_int(map_builder_add_group(b, "team", id + 9, members, 2), ERR_NAME_RESERVED,
	    "SEC-16: root as a member");
	is_int(map_builder_add_group(b, "team", id + 9, odd, 1), ERR_BAD_NAME, "a bad member");
	is_int(map_builder_add_group(b, "team", id + 9, members, 1), ERR_OK, "a good group");
	is_int(map_builder_add_group(b, "team", id + 8, NULL, 0), ERR_EXISTS, "its name again");
	is_int(map_builder_add_group(b, "team2", id + 9, NULL, 0), ERR_EXISTS, "its gid again");
	is_int(map_builder_add_group(b, "anna", id, NULL, 0), ERR_OK, "a private group");
	is_int(map_builder_add_group(b, "anna", id + 5, NULL, 0), ERR_EXISTS, "its name again");
	is_int(map_builder_add_group(b, "hanna", id, NULL, 0), ERR_EXISTS, "its gid again");
	is_int(map_builder_publish(b, CACHE, false, &generation), ERR_OK, "is published");
	is_int(map_builder_publish(b, CACHE, false, &generation), ERR_OK, "and once more");
}

/* What the refusals left: exactly two users and two groups. */
static void test_after_refusals(void)
{
	struct map_name anna, team;
	struct map_groups groups;
	struct map_header h;
	struct map_group g;
	uint64_t users = 0;

	open_map();
	memcpy(&h, map.base, sizeof(h));
	ok(h.users == 1 && h.groups == 1 && h.private_groups == 1 && h.members == 1,
	    "nothing of what was refused is in the map");
	ok(!map.complete, "which is not complete");
	ok(map_name_set(&anna, "anna") && map_name_set(&team, "team"), "names");
	ok(map_group_by_name(&map, &team, buf, sizeof(buf), &g) == ERR_OK && g.n == 1 &&
		!strcmp(g.members[0], "anna"),
	    "a group of one");
	ok(map_groups_of(&map, &anna, &groups) == ERR_OK && groups.n == 1 &&
		map_groups_gid(&groups, 0) == ID_FLOOR + 16,
	    "and its member's groups");
	is_int(mapfile_verify(CACHE, &users), ERR_OK, "the daemon's check passes");
	free((void *)(uintptr_t)map.base);
}

static void test_empty(void)
{
	struct user_record r;
	uint64_t users = 1;

	ground_publish(0, 0, true, 0);
	open_map();
	is_int(map_user_by_uid(&map, ID_FLOOR, buf, sizeof(buf), &r), ERR_NOT_FOUND,
	    "an empty map has nobody");
	is_int(mapfile_verify(CACHE, &users), ERR_OK, "the daemon's check passes");
	is_int(users, 0, "and counts nobody");
	free((void *)(uintptr_t)map.base);
}

int main(void)
{
	ground_enter();
	test_refusals();
	test_after_refusals();
	test_empty();
	test_round_trip();
	return tap_done();
}
