/* SPDX-License-Identifier: MIT */
#include "tests/unit/nss_ground.h"

#include "tests/unit/temp.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct person person(unsigned i, unsigned version)
{
	struct person p = {.uid = ID_FLOOR + i};

	snprintf(p.name, sizeof(p.name), i % 7 ? "user%u" : "first-name.of_user%u", i);
	snprintf(p.gecos, sizeof(p.gecos), i % 5 ? "Person %u, of map %u" : "P\xc3\xa9rson %u.%u",
	    i, version);
	snprintf(p.home, sizeof(p.home), "/home/%u/%s", version, p.name);
	snprintf(p.shell, sizeof(p.shell), i % 3 ? "/bin/sh" : "/usr/bin/some-shell");
	return p;
}

struct user_record record_of_person(const struct person *p)
{
	return (struct user_record){p->name, p->gecos, p->home, p->shell, p->uid, p->uid};
}

void group_name(char *dst, size_t size, unsigned g)
{
	snprintf(dst, size, "team-%u", g);
}

uint32_t group_gid(unsigned g)
{
	return ID_CEILING - g;
}

void ground_need(bool good, const char *what)
{
	if (good)
		return;
	printf("Bail out! %s\n", what);
	exit(99);
}

void ground_enter(void)
{
	temp_enter();
	ground_need(mkdir(CACHE, 0755) == 0 && mkdir(RUN, 0755) == 0, "no directories");
	nss_paths = (struct nss_paths){.cache_dir = CACHE,
	    .cache_parent = CACHE "/..",
	    .map = CACHE "/" USERS_MAP,
	    .changes = CACHE "/" USERS_CHANGES,
	    .gen = CACHE "/" USERS_GEN,
	    .socket = RUN "/socket",
	    .local_groups = "local-groups",
	    .group = "group"};
}

static enum err add_team(struct map_builder *b, unsigned g, unsigned n, unsigned version)
{
	const char **members = calloc(n + 1, sizeof(*members));
	struct person *people = calloc(n + 1, sizeof(*people));
	size_t count = 0;
	char name[64];
	enum err e;

	for (unsigned i = 0; i < n; i += g + 2) {
		people[count] = person(i, version);
		members[count] = people[count].name;
		count++;
	}
	group_name(name, sizeof(name), g);
	e = map_builder_add_group(b, name, group_gid(g), members, count);
	free(members);
	free(people);
	return e;
}

uint64_t ground_publish(unsigned n, unsigned groups, unsigned flags, unsigned version)
{
	AUTO_MAP_BUILDER struct map_builder *b = NULL;
	uint64_t generation = 0;
	enum err e = map_builder_new(&b);

	for (unsigned i = 0; e == ERR_OK && i < n; i++) {
		struct person p = person(i, version);
		struct user_record r = record_of_person(&p);

		e = map_builder_add_user(b, &r);
		if (e == ERR_OK)
			e = map_builder_add_group(b, p.name, p.uid, NULL, 0);
	}
	for (unsigned g = 0; e == ERR_OK && g < groups; g++)
		e = add_team(b, g, n, version);
	if (e == ERR_OK)
		e = map_builder_publish(b, CACHE, flags, &generation);
	ground_need(e == ERR_OK, err_text(e));
	return generation;
}

struct map_changes *ground_changes(void)
{
	struct map_changes *c = NULL;
	struct map base;
	size_t size;
	unsigned char *bytes = ground_read_map(&size);

	ground_need(map_open(&base, bytes, size) == ERR_OK, "the base opens");
	ground_need(map_changes_new(&c, &base) == ERR_OK, "changes");
	free(bytes);
	return c;
}

uint64_t ground_change(unsigned n, unsigned version)
{
	AUTO_MAP_CHANGES struct map_changes *c = ground_changes();
	uint64_t generation = 0;
	enum err e = ERR_OK;

	for (unsigned i = 0; e == ERR_OK && i < n; i++) {
		struct person p = person(i, version);
		struct user_record r = record_of_person(&p);

		e = map_changes_add_user(c, &r);
		if (e == ERR_OK)
			e = map_changes_add_group(c, p.name, p.uid, NULL, 0);
	}
	if (e == ERR_OK)
		e = map_changes_publish(c, CACHE, MAP_COMPLETE, &generation);
	ground_need(e == ERR_OK, err_text(e));
	return generation;
}

unsigned char *ground_read_map(size_t *ret_size)
{
	return ground_read(CACHE "/" USERS_MAP, ret_size);
}

unsigned char *ground_read(const char *path, size_t *ret_size)
{
	FILE *f = fopen(path, "re");
	unsigned char *bytes = NULL;
	long size = 0;

	if (f && fseek(f, 0, SEEK_END) == 0 && (size = ftell(f)) > 0 && fseek(f, 0, SEEK_SET) == 0)
		bytes = malloc((size_t)size);
	ground_need(bytes && fread(bytes, 1, (size_t)size, f) == (size_t)size, "no map to read");
	fclose(f);
	*ret_size = (size_t)size;
	return bytes;
}

/* Per thread, because threads ask at the same time. */
static __thread char answer[8192];

enum nss_status ask_name(const char *name, struct passwd *pw)
{
	int unused;

	return _nss_encvoy_getpwnam_r(name, pw, answer, sizeof(answer), &unused);
}

enum nss_status ask_uid(uint32_t uid, struct passwd *pw)
{
	int unused;

	return _nss_encvoy_getpwuid_r(uid, pw, answer, sizeof(answer), &unused);
}

bool is_person(const struct passwd *pw, unsigned i, unsigned version)
{
	struct person p = person(i, version);

	return strcmp(pw->pw_name, p.name) == 0 && strcmp(pw->pw_passwd, "*") == 0 &&
	       pw->pw_uid == p.uid && pw->pw_gid == p.uid && strcmp(pw->pw_gecos, p.gecos) == 0 &&
	       strcmp(pw->pw_dir, p.home) == 0 && strcmp(pw->pw_shell, p.shell) == 0;
}
