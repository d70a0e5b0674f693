/* SPDX-License-Identifier: MIT */
#include "bench/kinds.h"

#include "bench/people.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BIG_BUFFER (1U << 20)
#define USUAL_BUFFER 8192U
#define FIRST_BUFFER 1024U /* sysconf(_SC_GETGR_R_SIZE_MAX) */

static unsigned count_users(unsigned users)
{
	return users;
}

static unsigned count_groups(unsigned users)
{
	return users + 2 * teams_of(users);
}

static unsigned count_strangers(unsigned users)
{
	(void)users;
	return USERS_MAX;
}

static unsigned count_one(unsigned users)
{
	(void)users;
	return 1;
}

static void pick_user(struct asker *a, unsigned slot, unsigned index)
{
	struct person p = person_of(index);

	memcpy(a->q.name[slot], p.name, sizeof(p.name));
	a->q.id[slot] = p.id;
	a->q.index[slot] = index;
}

static void pick_group(struct asker *a, unsigned slot, unsigned index)
{
	struct team t;

	if (index < a->users) {
		pick_user(a, slot, index);
		return;
	}
	t = team_of(a->users, index - a->users);
	memcpy(a->q.name[slot], t.name, sizeof(t.name));
	a->q.id[slot] = t.id;
	a->q.index[slot] = index;
}

static void pick_big(struct asker *a, unsigned slot, unsigned index)
{
	(void)index;
	pick_group(a, slot, count_groups(a->users));
}

static void pick_stranger(struct asker *a, unsigned slot, unsigned index)
{
	snprintf(a->q.name[slot], sizeof(a->q.name[slot]), "nosuch%06u", index % USERS_MAX);
	a->q.id[slot] = FIRST_ID + (1U << 27) + index;
	a->q.index[slot] = index;
}

static bool ask_pwnam(struct asker *a, unsigned slot)
{
	int err;

	return a->calls.getpwnam(a->q.name[slot], &a->pw, a->buf, USUAL_BUFFER, &err) ==
		   NSS_STATUS_SUCCESS &&
	       a->pw.pw_uid == a->q.id[slot];
}

static bool ask_pwuid(struct asker *a, unsigned slot)
{
	int err;

	return a->calls.getpwuid(a->q.id[slot], &a->pw, a->buf, USUAL_BUFFER, &err) ==
		   NSS_STATUS_SUCCESS &&
	       a->pw.pw_uid == a->q.id[slot];
}

static bool ask_miss(struct asker *a, unsigned slot)
{
	int err;

	return a->calls.getpwnam(a->q.name[slot], &a->pw, a->buf, USUAL_BUFFER, &err) ==
	       NSS_STATUS_NOTFOUND;
}

static bool ask_missid(struct asker *a, unsigned slot)
{
	int err;

	return a->calls.getpwuid(a->q.id[slot], &a->pw, a->buf, USUAL_BUFFER, &err) ==
	       NSS_STATUS_NOTFOUND;
}

static bool ask_grnam(struct asker *a, unsigned slot)
{
	int err;

	return a->calls.getgrnam(a->q.name[slot], &a->gr, a->buf, USUAL_BUFFER, &err) ==
		   NSS_STATUS_SUCCESS &&
	       a->gr.gr_gid == a->q.id[slot];
}

static bool ask_grgid(struct asker *a, unsigned slot)
{
	int err;

	return a->calls.getgrgid(a->q.id[slot], &a->gr, a->buf, USUAL_BUFFER, &err) ==
		   NSS_STATUS_SUCCESS &&
	       a->gr.gr_gid == a->q.id[slot];
}

/* As callers do: the usual buffer first, twice as much until it is enough. */
static bool ask_big(struct asker *a, unsigned slot)
{
	enum nss_status s = NSS_STATUS_TRYAGAIN;
	int err;

	for (size_t size = FIRST_BUFFER; s == NSS_STATUS_TRYAGAIN && size <= a->size; size *= 2)
		s = a->calls.getgrnam(a->q.name[slot], &a->gr, a->buf, size, &err);
	return s == NSS_STATUS_SUCCESS && a->gr.gr_gid == a->q.id[slot];
}

static bool ask_groups(struct asker *a, unsigned slot)
{
	unsigned i = a->q.index[slot];
	long start = 1, size = a->room;
	int err;

	a->gids[0] = a->q.id[slot];
	if (a->calls.initgroups(a->q.name[slot], a->q.id[slot], &start, &size, &a->gids, 0, &err) !=
	    NSS_STATUS_SUCCESS)
		return false;
	a->room = size > a->room ? size : a->room;
	return start == (i < BIG_MAX ? 4 : 3);
}

/* Everybody once; who is nobody of ours is not counted. */
static bool ask_enum(struct asker *a, unsigned slot)
{
	unsigned seen = 0;
	int err;

	(void)slot;
	a->calls.setpwent(0);
	while (a->calls.getpwent(&a->pw, a->buf, USUAL_BUFFER, &err) == NSS_STATUS_SUCCESS)
		seen += a->pw.pw_uid >= FIRST_ID && a->pw.pw_uid < FIRST_ID + a->users;
	a->calls.endpwent();
	return seen == a->users;
}

static bool check_nothing(struct asker *a, unsigned slot)
{
	(void)a;
	(void)slot;
	return true;
}

static bool check_user(struct asker *a, unsigned slot)
{
	struct person p = person_of(a->q.index[slot]);

	return strcmp(a->pw.pw_name, p.name) == 0 && a->pw.pw_gid == p.id &&
	       strcmp(a->pw.pw_gecos, p.gecos) == 0 && strcmp(a->pw.pw_dir, p.home) == 0 &&
	       strcmp(a->pw.pw_shell, SHELL) == 0;
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The members are a set: some contenders sort them. */
static bool check_group(struct asker *a, unsigned slot)
{
	unsigned index = a->q.index[slot], n = 0;
	struct team t = {.n = 0};

	if (strcmp(a->gr.gr_name, a->q.name[slot]) != 0)
		return false;
	if (index >= a->users)
		t = team_of(a->users, index - a->users);
	while (a->gr.gr_mem[n])
		n++;
	if (n != t.n)
		return false;
	qsort(a->gr.gr_mem, n, sizeof(*a->gr.gr_mem), by_text);
	for (unsigned j = 0; j < n; j++)
		if (strcmp(a->gr.gr_mem[j], person_of(team_member(&t, j)).name) != 0)
			return false;
	return true;
}

static bool check_groups(struct asker *a, unsigned slot)
{
	uint32_t want[3];
	unsigned n = groups_of(a->users, a->q.index[slot], want), found = 0;

	for (unsigned i = 0; i < n; i++)
		for (unsigned j = 0; j <= n; j++) /* the own one need not be first */
			found += a->gids[j] == want[i];
	return found == n;
}

static const struct kind kinds[] = {
    {"pwnam", "getpwnam_r", count_users, pick_user, ask_pwnam, check_user},
    {"pwuid", "getpwuid_r", count_users, pick_user, ask_pwuid, check_user},
    {"miss", "getpwnam_r", count_strangers, pick_stranger, ask_miss, check_nothing},
    {"missagain", "getpwnam_r", count_one, pick_stranger, ask_miss, check_nothing},
    {"missid", "getpwuid_r", count_strangers, pick_stranger, ask_missid, check_nothing},
    {"grnam", "getgrnam_r", count_groups, pick_group, ask_grnam, check_group},
    {"grgid", "getgrgid_r", count_groups, pick_group, ask_grgid, check_group},
    {"big", "getgrnam_r", count_one, pick_big, ask_big, check_group},
    {"groups", "initgroups_dyn", count_users, pick_user, ask_groups, check_groups},
    {"enum", "getpwent_r", count_one, pick_user, ask_enum, check_nothing},
};

const struct kind *kind_find(const char *name)
{
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(kinds[i].name, name) == 0)
			return &kinds[i];
	return NULL;
}

bool kind_possible(const struct kind *k, const struct calls *c)
{
	if (k->ask == ask_groups)
		return c->initgroups;
	if (k->ask == ask_enum)
		return c->setpwent && c->getpwent && c->endpwent;
	return c->getpwnam && c->getpwuid && c->getgrnam && c->getgrgid;
}

struct asker *asker_new(const struct calls *c, unsigned users, uint64_t seed)
{
	struct asker *a = calloc(1, sizeof(*a));

	if (!a)
		give_up("memory");
	a->calls = *c;
	a->users = users;
	a->random = seed;
	a->size = BIG_BUFFER;
	a->buf = malloc(a->size);
	a->room = GROUPS_ROOM;
	a->gids = calloc(GROUPS_ROOM, sizeof(*a->gids));
	if (!a->buf || !a->gids)
		give_up("memory");
	return a;
}

void asker_free(struct asker *a)
{
	free(a->gids);
	free(a->buf);
	free(a);
}
