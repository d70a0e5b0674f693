/* SPDX-License-Identifier: MIT */
/* map_make DIR [incomplete]: publishes a map in DIR, for tests of programs. Standard input has
 * lines "NAME:UID:GECOS:HOME:SHELL" (a user and its private group) and "%NAME:GID:MEMBER,MEMBER".
 */
#include "common/num.h"
#include "common/str.h"
#include "encvoyd/mapfile.h"

#include <stdio.h>
#include <string.h>

#define MEMBERS_MAX 1024

static bool id_of(const char *text, uint32_t *ret)
{
	uint64_t v = 0;

	if (!text || num_parse(text, strlen(text), UINT32_MAX, &v) != ERR_OK)
		return false;
	*ret = (uint32_t)v;
	return true;
}

static enum err add_user(struct map_builder *b, char *rest)
{
	struct user_record r = {.name = strsep(&rest, ":")};
	enum err e;

	if (!id_of(strsep(&rest, ":"), &r.uid))
		return ERR_SYNTAX;
	r.gid = r.uid;
	r.gecos = strsep(&rest, ":");
	r.home = strsep(&rest, ":");
	r.shell = rest;
	if (!r.shell)
		return ERR_SYNTAX;
	e = map_builder_add_user(b, &r);
	return e == ERR_OK ? map_builder_add_group(b, r.name, r.gid, NULL, 0) : e;
}

static enum err add_group(struct map_builder *b, char *rest)
{
	const char *members[MEMBERS_MAX];
	const char *name = strsep(&rest, ":");
	uint32_t gid;
	size_t n = 0;

	if (!id_of(strsep(&rest, ":"), &gid))
		return ERR_SYNTAX;
	while (rest && *rest && n < MEMBERS_MAX)
		members[n++] = strsep(&rest, ",");
	return map_builder_add_group(b, name, gid, members, n);
}

int main(int argc, char **argv)
{
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	bool complete = argc < 3 || strcmp(argv[2], "incomplete") != 0;
	static char line[65536];
	uint64_t generation;
	enum err e = argc < 2 ? ERR_SYNTAX : map_builder_new(&b);

	while (e == ERR_OK && fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		e = line[0] == '%' ? add_group(b, line + 1) : add_user(b, line);
	}
	if (e == ERR_OK)
		e = map_builder_publish(b, argv[1], complete, &generation);
	if (e != ERR_OK)
		fprintf(stderr, "map_make: %s\n", err_text(e));
	return e == ERR_OK ? 0 : 1;
}
