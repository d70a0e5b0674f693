/* SPDX-License-Identifier: MIT */
/* mapgen N DIR: publishes users.map and users.gen there as the daemon does, complete; prints how
 * many seconds that took. Enumeration is allowed in it. */
#include "bench/people.h"

#include "common/map_format.h"
#include "encvoyd/mapfile.h"

#include <stdio.h>

static void need(enum err e, const char *what)
{
	if (e == ERR_OK)
		return;
	fprintf(stderr, "mapgen: %s: %s\n", what, err_text(e));
	exit(1);
}

static void add_user(struct map_builder *b, unsigned i)
{
	struct person p = person_of(i);
	struct user_record r = {.name = p.name,
	    .gecos = p.gecos,
	    .home = p.home,
	    .shell = SHELL,
	    .uid = p.id,
	    .gid = p.id};

	need(map_builder_add_user(b, &r), p.name);
	need(map_builder_add_group(b, p.name, p.id, NULL, 0), p.name);
}

static void add_team(struct map_builder *b, unsigned n, unsigned k)
{
	static struct person people[BIG_MAX];
	static const char *names[BIG_MAX];
	struct team t = team_of(n, k);

	for (unsigned j = 0; j < t.n; j++) {
		people[j] = person_of(team_member(&t, j));
		names[j] = people[j].name;
	}
	need(map_builder_add_group(b, t.name, t.id, names, t.n), t.name);
}

int main(int argc, char **argv)
{
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	uint64_t start = now_ns(), generation;
	unsigned n;

	if (argc != 3) {
		fprintf(stderr, "usage: mapgen N DIR\n");
		return 2;
	}
	n = number_arg(argv[1], USERS_MAX);
	need(map_builder_new(&b), "builder");
	for (unsigned i = 0; i < n; i++)
		add_user(b, i);
	for (unsigned k = 0; k <= 2 * teams_of(n); k++)
		add_team(b, n, k);
	need(map_builder_publish(b, argv[2], MAP_COMPLETE | MAP_ENUMERATE, &generation), argv[2]);
	printf("%.3f\n", (double)(now_ns() - start) / 1e9);
	return 0;
}
