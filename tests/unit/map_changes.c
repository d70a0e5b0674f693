/* SPDX-License-Identifier: MIT */
/* A base and its changes: what readers see, whom they believe, and what damage makes of it. */
#include "tests/unit/nss_ground.h"
#include "tests/unit/tap.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define PEOPLE 12
#define CHANGES CACHE "/" USERS_CHANGES
#define MAP CACHE "/" USERS_MAP

/* Person 1 is renamed, 2 removed, 3 of another version, 4 leaves team-0 for team-1; 100 is new. */
static uint64_t publish_changes(void)
{
	AUTO_MAP_CHANGES struct map_changes *c = ground_changes();
	struct person old = person(1, 0), gone = person(2, 0), newer = person(3, 5);
	struct person moved = person(4, 0), fresh = person(100, 0), renamed = old;
	uint32_t team = group_gid(1);
	uint64_t generation = 0;
	enum err e = ERR_OK;
	const struct person *all[] = {&renamed, &newer, &fresh};

	snprintf(renamed.name, sizeof(renamed.name), "renamed");
	for (size_t i = 0; e == ERR_OK && i < 3; i++) {
		struct user_record r = record_of_person(all[i]);

		e = map_changes_add_user(c, &r);
		if (e == ERR_OK)
			e = map_changes_add_group(c, r.name, r.uid, NULL, 0);
	}
	if (e == ERR_OK)
		e = map_changes_add_group(c, "team-0", group_gid(0), NULL, 0);
	if (e == ERR_OK)
		e = map_changes_set_groups_of(c, moved.name, &team, 1);
	if (e == ERR_OK)
		e = map_changes_set_groups_of(c, gone.name, NULL, 0);
	for (int i = 0; e == ERR_OK && i < 2; i++) {
		const struct person *p = i ? &gone : &old;

		e = map_changes_gone_user(c, p->name, p->uid);
		if (e == ERR_OK)
			e = map_changes_gone_group(c, p->name, p->uid);
	}
	if (e == ERR_OK)
		e = map_changes_publish(c, CACHE, MAP_COMPLETE, &generation);
	ground_need(e == ERR_OK, err_text(e));
	return generation;
}

static enum nss_status group_by(const char *name, gid_t gid, struct group *gr)
{
	static char buf[4096];
	int unused;

	return name ? _nss_encvoy_getgrnam_r(name, gr, buf, sizeof(buf), &unused)
		    : _nss_encvoy_getgrgid_r(gid, gr, buf, sizeof(buf), &unused);
}

static long groups_of(const char *name, gid_t *first)
{
	long start = 0, size = 8;
	gid_t *gids = calloc(8, sizeof(*gids));
	int unused;
	enum nss_status st = _nss_encvoy_initgroups_dyn(name, 1, &start, &size, &gids, 0, &unused);

	*first = start ? gids[0] : 0;
	free(gids);
	return st == NSS_STATUS_SUCCESS ? start : -1;
}

static void test_what_is_seen(void)
{
	struct person old = person(1, 0), gone = person(2, 0), moved = person(4, 0);
	struct passwd pw;
	struct group gr;
	gid_t gid;

	is_int(ask_name(old.name, &pw), NSS_STATUS_NOTFOUND, "the old name is nobody's");
	ok(ask_name("renamed", &pw) == NSS_STATUS_SUCCESS && pw.pw_uid == old.uid, "the new is");
	ok(ask_uid(old.uid, &pw) == NSS_STATUS_SUCCESS && strcmp(pw.pw_name, "renamed") == 0,
	    "SEC-17: under the same uid");
	is_int(group_by(old.name, 0, &gr), NSS_STATUS_NOTFOUND, "so is his old group's");
	ok(group_by(NULL, old.uid, &gr) == NSS_STATUS_SUCCESS && strcmp(gr.gr_name, "renamed") == 0,
	    "his group has the new name");
	is_int(ask_name(gone.name, &pw), NSS_STATUS_NOTFOUND, "who was removed is not found");
	is_int(ask_uid(gone.uid, &pw), NSS_STATUS_NOTFOUND, "nor by uid");
	is_int(group_by(gone.name, 0, &gr), NSS_STATUS_NOTFOUND, "nor his group");
	is_int(group_by(NULL, gone.uid, &gr), NSS_STATUS_NOTFOUND, "nor by gid");
	is_int(groups_of(gone.name, &gid), -1, "nor his groups");
	ok(ask_uid(ID_FLOOR + 3, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 3, 5),
	    "the newer record is given");
	ok(ask_uid(ID_FLOOR + 100, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 100, 0),
	    "the new user is there");
	ok(ask_uid(ID_FLOOR + 5, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 5, 0),
	    "everybody else is as before");
	ok(group_by("team-0", 0, &gr) == NSS_STATUS_SUCCESS && !gr.gr_mem[0],
	    "a group has its new members");
	ok(groups_of(moved.name, &gid) == 1 && gid == group_gid(1), "a user his new groups");
}

static void copy_file(const char *path, const unsigned char *bytes, size_t size)
{
	FILE *f;

	unlink(path);
	f = fopen(path, "we");
	ground_need(f && fwrite(bytes, 1, size, f) == size && fclose(f) == 0, "cannot write");
}

static void test_foreign_bases(void)
{
	size_t old_size, new_size, map_size;
	unsigned char *old_changes, *new_changes, *map;
	struct map base, changes;
	struct passwd pw;

	old_changes = ground_read(CHANGES, &old_size);
	ground_publish(PEOPLE, 2, true, 7);
	is_int(access(CHANGES, F_OK), -1, "a new base makes an end of the changes");
	map = ground_read_map(&map_size);
	copy_file(CHANGES, old_changes, old_size);
	ok(map_open(&base, map, map_size) == ERR_OK &&
		map_open_changes(&changes, old_changes, old_size) == ERR_OK,
	    "both open");
	is_int(map_join(&base, &changes), ERR_EXISTS, "changes of an older base are told");
	ok(ask_uid(ID_FLOOR + 3, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 3, 7),
	    "SEC-33: and ignored");
	publish_changes();
	new_changes = ground_read(CHANGES, &new_size);
	ground_publish(PEOPLE, 2, true, 8);
	ground_change(2, 9);
	copy_file(MAP, map, map_size);
	ground_need(chmod(MAP, 0644) == 0, "mode");
	free(old_changes);
	old_changes = ground_read(CHANGES, &old_size);
	ok(map_open_changes(&changes, old_changes, old_size) == ERR_OK &&
		map_join(&base, &changes) == ERR_NOT_FOUND,
	    "changes of a newer base are told");
	ground_need(mapfile_mark_stale(CACHE) == ERR_OK, "mark");
	is_int(map_open(&base, new_changes, new_size), ERR_SYNTAX, "changes are no base");
	is_int(map_open_changes(&changes, map, map_size), ERR_SYNTAX, "a base is no changes");
	free(old_changes);
	free(new_changes);
	free(map);
}

/* Never a base without the changes that are known to exist. */
static void test_missing_changes(void)
{
	struct passwd pw;
	enum nss_status st;

	ground_publish(PEOPLE, 2, true, 0);
	publish_changes();
	unlink(CHANGES);
	st = ask_uid(ID_FLOOR + 3, &pw);
	is_int(st, NSS_STATUS_UNAVAIL, "SEC-33: without the last changes the base tells nothing");
	ground_publish(PEOPLE, 2, true, 1);
	ok(ask_uid(ID_FLOOR + 3, &pw) == NSS_STATUS_SUCCESS && is_person(&pw, 3, 1),
	    "until there is a new map");
}

static void test_stale(void)
{
	struct passwd pw;

	ground_publish(PEOPLE, 0, true, 0);
	is_int(ask_name("unknown", &pw), NSS_STATUS_NOTFOUND, "a miss in a complete map is final");
	is_int(mapfile_mark_stale(CACHE), ERR_OK, "something could not be published");
	is_int(ask_name("unknown", &pw), NSS_STATUS_UNAVAIL, "then it is not");
	ok(ask_uid(ID_FLOOR, &pw) == NSS_STATUS_SUCCESS, "a hit is as before");
	ground_change(1, 1);
	is_int(ask_name("unknown", &pw), NSS_STATUS_NOTFOUND, "until something is published");
}

/* What look-ups of the joined files say of a few people, against the truth. */
static unsigned wrong_answers(const struct map *m)
{
	static char buf[4096];
	unsigned wrong = 0;

	for (unsigned k = 0; k <= PEOPLE; k++) {
		unsigned i = k == PEOPLE ? 100 : k;
		struct person p = person(i, i == 3 ? 5 : 0);
		struct user_record r;
		enum err e = map_user_by_uid(m, p.uid, buf, sizeof(buf), &r);

		if (e == ERR_OK)
			wrong += i == 2 || strcmp(r.home, p.home) != 0 ||
				 strcmp(r.name, i == 1 ? "renamed" : p.name) != 0;
		else
			wrong += e == ERR_NOT_FOUND ? i != 2 : e != ERR_SYNTAX;
	}
	return wrong;
}

static void test_damage(void)
{
	size_t size, map_size;
	unsigned char *bytes, *map, *copy;
	struct map base, changes;
	unsigned wrong = 0, opened = 0, lookups = 0;

	ground_publish(PEOPLE, 2, true, 0);
	publish_changes();
	map = ground_read_map(&map_size);
	bytes = ground_read(CHANGES, &size);
	copy = malloc(size);
	ground_need(copy != NULL, "memory");
	for (size_t bit = 0; bit < size * 8; bit++) {
		memcpy(copy, bytes, size);
		copy[bit / 8] ^= (unsigned char)(1U << bit % 8);
		if (map_open(&base, map, map_size) != ERR_OK ||
		    map_open_changes(&changes, copy, size) != ERR_OK ||
		    map_join(&base, &changes) != ERR_OK)
			continue;
		lookups++;
		wrong += wrong_answers(&base);
	}
	ok(lookups > 1000, "%u flipped bits passed the header", lookups);
	is_int(wrong, 0, "SEC-33: each bit of the changes flipped: no wrong answer");
	for (size_t len = 0; len < size; len++) {
		unsigned char *cut = malloc(len + 1);

		ground_need(cut != NULL, "memory");
		memcpy(cut, bytes, len);
		opened += map_open_changes(&changes, cut, len) == ERR_OK;
		free(cut);
	}
	is_int(opened, 0, "SEC-33: cut off changes are refused");
	ok(map_open(&base, map, map_size) == ERR_OK &&
		map_open_changes(&changes, bytes, size) == ERR_OK,
	    "whole they open");
	changes.seed++;
	is_int(map_join(&base, &changes), ERR_SYNTAX, "another seed is a lie");
	changes.seed--;
	changes.generation = changes.base_generation;
	is_int(map_join(&base, &changes), ERR_SYNTAX, "as is a generation of before the base");
	free(copy);
	free(bytes);
	free(map);
}

int main(void)
{
	uint64_t users;

	alarm(300);
	ground_enter();
	ground_publish(PEOPLE, 2, true, 0);
	publish_changes();
	is_int(mapfile_verify(CACHE, &users), ERR_OK, "base and changes are sound");
	test_what_is_seen();
	test_foreign_bases();
	is_int(mapfile_verify(CACHE, &users), ERR_SYNTAX, "changes of another base are not sound");
	test_missing_changes();
	test_stale();
	test_damage();
	return tap_done();
}
