/* SPDX-License-Identifier: MIT */
/* A map with its changes says what a map of that moment would say: after each of many random
 * events, every answer is compared. */
#include "tests/unit/id_util.h"

#include "common/map.h"
#include "common/record.h"
#include "common/str.h"
#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/mapfile.h"
#include "encvoyd/person.h"

#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define PEOPLE 60
#define EVENTS 400
#define BUF 65536
#define CONF                                                                    \
	"directory = roster\nroster = /r\nroster_keys = /k\nroster_fleet = f\n" \
	"user_name = encvoy-%{sub}\nlocal_group = r1:staff1\n"                  \
	"[group devs]\ngid = 2147287041\nroles = r1 r2\n"                       \
	"[group ops]\ngid = 2147287042\nroles = r3\n"                           \
	"[group team]\ngid = 2147287043\nusers = sub:7 user:other0-9 user:encvoy-9\n"

struct view {
	struct map base, changes;
	char *base_bytes, *changes_bytes;
};

static char *load(const char *dir, const char *file, size_t *len)
{
	char path[192];

	snprintf(path, sizeof(path), "%s/%s", dir, file);
	return access(path, F_OK) == 0 ? read_file(path, len) : NULL;
}

static bool view_open(struct view *v, const char *dir)
{
	size_t len = 0;
	bool good;

	*v = (struct view){0};
	v->base_bytes = load(dir, USERS_MAP, &len);
	good = v->base_bytes && map_open(&v->base, v->base_bytes, len) == ERR_OK;
	v->changes_bytes = load(dir, USERS_CHANGES, &len);
	if (good && v->changes_bytes)
		good = map_open_changes(&v->changes, v->changes_bytes, len) == ERR_OK &&
		       map_join(&v->base, &v->changes) == ERR_OK;
	return good;
}

static void view_close(struct view *v)
{
	free(v->base_bytes);
	free(v->changes_bytes);
}

static int by_text(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

static bool same_group(enum err ea, struct map_group *a, enum err eb, struct map_group *b)
{
	if (ea != eb || ea != ERR_OK)
		return ea == eb && ea == ERR_NOT_FOUND;
	if (strcmp(a->name, b->name) != 0 || a->gid != b->gid || a->n != b->n)
		return false;
	qsort(a->members, a->n, sizeof(*a->members), by_text);
	qsort(b->members, b->n, sizeof(*b->members), by_text);
	for (uint32_t i = 0; i < a->n; i++)
		if (strcmp(a->members[i], b->members[i]) != 0)
			return false;
	return true;
}

static bool same_user(
    enum err ea, const struct user_record *a, enum err eb, const struct user_record *b)
{
	if (ea != eb || ea != ERR_OK)
		return ea == eb && ea == ERR_NOT_FOUND;
	return strcmp(a->name, b->name) == 0 && a->uid == b->uid && a->gid == b->gid &&
	       strcmp(a->gecos, b->gecos) == 0 && strcmp(a->home, b->home) == 0 &&
	       strcmp(a->shell, b->shell) == 0;
}

static unsigned differ_by_id(const struct map *a, const struct map *b, uint32_t id)
{
	static char x[BUF], y[BUF];
	struct user_record ua, ub;
	struct map_group ga, gb;
	enum err ea = map_user_by_uid(a, id, x, BUF, &ua), eb = map_user_by_uid(b, id, y, BUF, &ub);
	unsigned n = !same_user(ea, &ua, eb, &ub);

	ea = map_group_by_gid(a, id, x, BUF, &ga);
	eb = map_group_by_gid(b, id, y, BUF, &gb);
	return n + !same_group(ea, &ga, eb, &gb);
}

static unsigned differ_by_name(const struct map *a, const struct map *b, const char *text)
{
	static char x[BUF], y[BUF];
	struct map_groups la = {0}, lb = {0};
	struct user_record ua, ub;
	struct map_group ga, gb;
	struct map_name name;
	enum err ea, eb;
	unsigned n;

	if (!map_name_set(&name, text))
		return 1;
	ea = map_user_by_name(a, &name, x, BUF, &ua);
	eb = map_user_by_name(b, &name, y, BUF, &ub);
	n = !same_user(ea, &ua, eb, &ub);
	ea = map_group_by_name(a, &name, x, BUF, &ga);
	eb = map_group_by_name(b, &name, y, BUF, &gb);
	n += !same_group(ea, &ga, eb, &gb);
	ea = map_groups_of(a, &name, &la);
	eb = map_groups_of(b, &name, &lb);
	n += ea != eb || la.n != lb.n;
	for (uint32_t i = 0; ea == ERR_OK && ea == eb && i < la.n && i < lb.n; i++)
		n += map_groups_gid(&la, i) != map_groups_gid(&lb, i);
	return n;
}

/* By the socket: as many members with as long names. */
static unsigned differ_answered(const struct groups *a, const struct groups *b)
{
	unsigned n = 0;

	for (uint32_t i = 0; i < 3; i++) {
		const struct msg_lookup q = {.kind = LOOKUP_GRGID, .id = ID_GROUP_FLOOR + 1 + i};
		AUTO_BUF struct buf x, y;

		buf_init(&x, PROTO_MAX);
		buf_init(&y, PROTO_MAX);
		n += groups_answer(a, &q, &x) != groups_answer(b, &q, &y) || x.len != y.len;
	}
	return n;
}

/* Everything that could be asked, of the map in place and of a new one. */
static unsigned differences(struct world *w)
{
	CLEANUP(publish_state_free) struct publish_state state = {0};
	static const char *const groups[] = {"devs", "ops", "team"};
	struct publish_report report;
	struct view a, b;
	char dir[160], name[32];
	struct groups *kept = w->ids->groups;
	unsigned n = 0;

	snprintf(dir, sizeof(dir), "%s/whole", w->dir);
	(void)mkdir(dir, 0755);
	w->ids->groups = NULL;
	n += publish_map(w->ids, &w->conf, dir, &state, NULL, NULL, &report) != ERR_OK;
	n += differ_answered(kept, w->ids->groups);
	groups_free(w->ids->groups);
	w->ids->groups = kept;
	n += !view_open(&a, w->cache) || !view_open(&b, dir);
	for (uint32_t i = 0; !n && i < PEOPLE; i++) {
		n += differ_by_id(&a.base, &b.base, ID_FLOOR + i);
		snprintf(name, sizeof(name), "encvoy-%u", i);
		n += differ_by_name(&a.base, &b.base, name);
		for (int k = 0; k < 3; k++) {
			snprintf(name, sizeof(name), "other%d-%u", k, i);
			n += differ_by_name(&a.base, &b.base, name);
		}
	}
	for (uint32_t i = 0; i < 3; i++)
		n += differ_by_id(&a.base, &b.base, ID_GROUP_FLOOR + 1 + i) +
		     differ_by_name(&a.base, &b.base, groups[i]);
	view_close(&a);
	view_close(&b);
	return n;
}

static void put_person(struct world *w, const char *sub, const char *roles, bool blocked)
{
	struct person p = {.p.blocked = blocked, .dropped = !blocked && random() % 8 == 0};

	if (!str_copy(p.p.sub, sizeof(p.p.sub), sub) ||
	    !str_copy(p.p.roles, sizeof(p.p.roles), roles) ||
	    person_put(w->ids->db, ISSUER, &p) != ERR_OK)
		ok(false, "a person of the directory");
}

/* A verb may be refused: then nothing changed, which is an event, too. */
static void random_event(struct world *w, char sub[16])
{
	static const char *const roles[] = {"", "r1", "r2", "r3", "r1\nr2", "r1\nr2\nr3"};
	long i = random() % PEOPLE;
	char name[32], former[32];
	struct verb_run r;

	snprintf(sub, 16, "%ld", i);
	snprintf(name, sizeof(name), "other%ld-%ld", random() % 3, i);
	snprintf(former, sizeof(former), "other%ld-%ld", random() % 3, i);
	switch (random() % 6) {
	case 0:
		(void)run_verb(w, NULL, &r, "user add", sub, random() % 2 ? name : "", NULL);
		break;
	case 1:
		(void)run_verb(w, NULL, &r, "user map", sub, name, NULL);
		break;
	case 2:
		if (random() % 3 == 0)
			(void)run_verb(w, NULL, &r, "user remove", former, NULL, NULL);
		break;
	default:
		put_person(w, sub, roles[random() % 6], random() % 6 == 0);
	}
}

static void a_map_and_its_changes_are_as_good_as_a_map(void)
{
	struct publish_report report = {0};
	unsigned bad = 0, changes = 0, n = 0;
	struct verb_run r;
	struct world w;
	char sub[16];
	uint64_t users;

	world_open(&w, CONF);
	srandom(20261126);
	for (int i = 0; i < PEOPLE; i += 2) {
		snprintf(sub, sizeof(sub), "%d", i);
		(void)run_verb(&w, NULL, &r, "user add", sub, "", NULL);
		put_person(&w, sub, "r1\nr2", false);
	}
	bad += publish_map(w.ids, &w.conf, w.cache, &w.published, NULL, NULL, &report) != ERR_OK;
	for (; n < EVENTS && !bad; n++) {
		uint64_t base = w.published.base;

		random_event(&w, sub);
		bad +=
		    publish_change(w.ids, &w.conf, w.cache, &w.published, sub, &report) != ERR_OK;
		changes += base == w.published.base;
		bad += differences(&w);
		bad += mapfile_verify(w.cache, &users) != ERR_OK;
	}
	is_int(bad, 0, "SEC-33: after each of %u events every answer is a whole map's", n);
	ok(changes > EVENTS / 2 && changes < EVENTS,
	    "%u of them needed no whole map, the others did", changes);
	world_close(&w);
}

#define MANY 100000

static double now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (double)ts.tv_sec * 1e3 + (double)ts.tv_nsec / 1e6;
}

static void what_a_login_costs(void)
{
	struct publish_report report = {0};
	uint64_t base;
	struct world w;
	double start;

	worlds_in_memory();
	world_open(&w, CONF);
	ok(sql_ok(&w, "CREATE TEMP TABLE n AS WITH RECURSIVE c(x) AS (SELECT 1 UNION ALL"
		      " SELECT x + 1 FROM c WHERE x < 100000) SELECT x FROM c") &&
		sql_ok(&w, "INSERT INTO ledger (uid, issuer, sub, created)"
			   " SELECT 1879048192 + x, '" ISSUER "', x || '', 1 FROM n") &&
		sql_ok(&w, "INSERT INTO identity (issuer, sub, bound_by, blocked, deleted,"
			   " first_seen) SELECT '" ISSUER "', x || '', '', 0, 0, 1 FROM n") &&
		sql_ok(&w, "INSERT INTO person (issuer, sub, login, gecos, locale, shell, home,"
			   " roles, ssh_keys, id, blocked, deleted, dropped)"
			   " SELECT '" ISSUER "', x || '', '', '', '', '', '', 'r' || (x % 10 + 1),"
			   " '', 0, 0, 0, 0 FROM n"),
	    "%d people, and groups of 10,000 and 20,000", MANY);
	is_int(publish_map(w.ids, &w.conf, w.cache, &w.published, NULL, NULL, &report), ERR_OK,
	    "are published");
	is_int(report.users, MANY, "all");
	base = w.published.base;
	put_person(&w, "20", "r3", true);
	put_person(&w, "22", "r1\nr3", true);
	start = now_ms();
	for (int i = 20; i < 30; i++) {
		char sub[16];

		snprintf(sub, sizeof(sub), "%d", i);
		(void)publish_change(w.ids, &w.conf, w.cache, &w.published, sub, &report);
	}
	printf("# one change: %.1f ms\n", (now_ms() - start) / 10);
	is_int(base, w.published.base, "a change needs no whole map");
	world_close(&w);
}

int main(void)
{
	a_map_and_its_changes_are_as_good_as_a_map();
	what_a_login_costs();
	return tap_done();
}
