/* SPDX-License-Identifier: MIT */
/* Who is in which group: in the map, in the answers to look-ups, in rules, and after a change. */
#include "tests/unit/id_util.h"

#include "common/local_gids.h"
#include "common/map.h"
#include "common/record.h"
#include "common/str.h"
#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/mapfile.h"
#include "encvoyd/person.h"
#include "encvoyd/publish.h"
#include "sys/clock.h"

#define ROSTER                                                                  \
	"directory = roster\nroster = /r\nroster_keys = /k\nroster_fleet = f\n" \
	"user_name = encvoy-%{sub}\n"
#define GID(n) (ID_GROUP_FLOOR + (n))

static char *map_bytes;
static struct map map;
static char reasons[4096];

static void note(void *arg, const char *sub, const char *name, enum err why)
{
	size_t len = strlen(reasons);

	(void)arg;
	snprintf(reasons + len, sizeof(reasons) - len, "%s %s %s\n", sub ? sub : "-", name,
	    err_word(why));
}

/* Publishes and opens what was published. */
static struct publish_report publish(struct world *w)
{
	CLEANUP(publish_state_free) struct publish_state state = {0};
	struct publish_report report = {0};
	uint64_t users = 0;
	char path[160];
	size_t len = 0;

	reasons[0] = 0;
	is_int(publish_map(w->ids, &w->conf, w->cache, &state, note, NULL, &report), ERR_OK,
	    "published");
	is_int(mapfile_verify(w->cache, &users), ERR_OK, "every record of the map is sound");
	free(map_bytes);
	snprintf(path, sizeof(path), "%s/users.map", w->cache);
	map_bytes = read_file(path, &len);
	is_int(map_open(&map, map_bytes, len), ERR_OK, "the map opens");
	return report;
}

static void put_person(struct world *w, const char *sub, const char *roles)
{
	struct person p = {0};

	if (!str_copy(p.p.sub, sizeof(p.p.sub), sub) ||
	    !str_copy(p.p.roles, sizeof(p.p.roles), roles) ||
	    person_put(w->ids->db, ISSUER, &p) != ERR_OK)
		ok(false, "a person of the directory, sub %s", sub);
}

static void add_user(struct world *w, const char *sub, const char *name)
{
	struct verb_run r;

	if (run_verb(w, NULL, &r, "user add", sub, name, NULL) != ERR_OK)
		ok(false, "user add %s %s", sub, name);
}

/* The members of a group of the map, joined by blanks; NULL when there is none. Static. */
static const char *members_in_map(const char *name, uint32_t gid)
{
	static char buf[65536], text[4096];
	struct map_group by_name, by_gid;
	struct map_name key;
	size_t len = 0;

	if (!map_name_set(&key, name) ||
	    map_group_by_gid(&map, gid, buf, sizeof(buf), &by_gid) != ERR_OK ||
	    strcmp(by_gid.name, name) != 0 ||
	    map_group_by_name(&map, &key, buf, sizeof(buf), &by_name) != ERR_OK ||
	    by_name.gid != gid)
		return NULL;
	text[0] = 0;
	for (uint32_t i = 0; i < by_name.n; i++)
		len += (size_t)snprintf(
		    text + len, sizeof(text) - len, "%s%s", i ? " " : "", by_name.members[i]);
	return text;
}

/* The gids of a member, relative to ID_GROUP_FLOOR where they are ours, in the order of the map. */
static const char *gids_in_map(const char *name)
{
	static char text[4096];
	struct map_groups groups;
	struct map_name key;
	size_t len = 0;

	text[0] = 0;
	if (!map_name_set(&key, name) || map_groups_of(&map, &key, &groups) != ERR_OK)
		return "";
	for (uint32_t i = 0; i < groups.n; i++) {
		uint32_t gid = map_groups_gid(&groups, i);

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%u", i ? " " : "",
		    id_ok(gid) ? "+" : "", id_ok(gid) ? gid - ID_GROUP_FLOOR : gid);
	}
	return text;
}

/* The same from the socket's answer, the private group left away. */
static const char *gids_answered(struct world *w, const char *name)
{
	struct msg_lookup q = {.kind = LOOKUP_INITGROUPS};
	static char text[4096];
	AUTO_BUF struct buf b = {0};
	enum msg_type type;
	struct reader r;
	uint32_t n = 0;
	size_t len = 0;

	text[0] = 0;
	buf_init(&b, PROTO_MAX);
	if (!str_copy(q.name, sizeof(q.name), name) ||
	    identity_answer(w->ids, &w->conf, &q, &b) != ERR_OK ||
	    proto_open(b.data, b.len, &r, &type) != ERR_OK || type != MSG_GROUPS ||
	    proto_get_groups_head(&r, &n) != ERR_OK)
		return "";
	(void)get_u32(&r);
	for (uint32_t i = 1; i < n; i++) {
		uint32_t gid = get_u32(&r);

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s%u", i > 1 ? " " : "",
		    id_ok(gid) ? "+" : "", id_ok(gid) ? gid - ID_GROUP_FLOOR : gid);
	}
	return text;
}

static void groups_are(struct world *w, const char *name, const char *want, const char *what)
{
	is_str(gids_in_map(name), want, "%s: %s, in the map", what, name);
	is_str(gids_answered(w, name), want, "%s: %s, by the socket", what, name);
}

static const char crew[] = ROSTER "[group crew]\ngid = 2147287041\nroles = EDITOR app/USER\n"
				  "[group apps]\ngid = 2147287042\napplication = app\n"
				  "[group listed]\ngid = 2147287043\nusers = sub:3 user:dave\n"
				  "[group nobody-yet]\ngid = 2147287044\nroles = NONESUCH\n";

static void make_people(struct world *w)
{
	add_user(w, "2", "alice");
	add_user(w, "3", "bob");
	add_user(w, "4", "carol");
	add_user(w, "5", "dave");
	add_user(w, "6", "erin");
	put_person(w, "2", "EDITOR\napp/USER");
	put_person(w, "3", "app/NONE");
	put_person(w, "4", "EDITORS\napp/READER\nother/EDITOR");
	put_person(w, "6", "app/");
	put_person(w, "99", "EDITOR"); /* in the directory, and not served here */
}

static void who_is_a_member(void)
{
	struct publish_report report;
	struct world w;

	world_open(&w, crew);
	make_people(&w);
	report = publish(&w);
	is_int(report.groups, 4, "four groups");
	is_str(members_in_map("crew", GID(1)), "alice", "by role, once for two of them");
	is_str(members_in_map("apps", GID(2)), "alice carol",
	    "SEC-20: by any role in the application; NONE is no role");
	is_str(members_in_map("listed", GID(3)), "bob dave", "by sub and by name");
	is_str(members_in_map("nobody-yet", GID(4)), "", "a group without members is there");
	groups_are(&w, "alice", "+1 +2", "of whom has roles");
	groups_are(&w, "bob", "+3", "of whom is listed");
	groups_are(&w, "carol", "+2", "of whom has a similar role");
	groups_are(&w, "dave", "+3", "of whom is listed by name");
	groups_are(&w, "erin", "", "of whom has an empty role");
	world_configure(&w, ROSTER);
	report = publish(&w);
	is_int(report.groups, 0, "SEC-20: without sections roles give nothing");
	groups_are(&w, "alice", "", "SEC-20");
	world_close(&w);
}

static void change(struct world *w, const char *sub, const char *sql)
{
	char text[256];

	snprintf(text, sizeof(text), "UPDATE person SET %s WHERE sub = '%s'", sql, sub);
	ok(sql_ok(w, text), "%s", text);
}

static void changes_take_groups_away(void)
{
	static const char *const ends[] = {"dropped = 1", "deleted = 1", "blocked = 1"};
	struct user_record user;
	struct map_name key;
	char buf[8192];
	struct world w;

	world_open(&w, crew);
	make_people(&w);
	put_person(&w, "3", "EDITOR");
	(void)publish(&w);
	groups_are(&w, "alice", "+1 +2", "before");
	put_person(&w, "2", "app/USER");
	put_person(&w, "4", "");
	(void)publish(&w);
	groups_are(&w, "alice", "+1 +2", "one of two roles left");
	groups_are(&w, "carol", "", "the last role is gone");
	put_person(&w, "2", "app/READER");
	(void)publish(&w);
	groups_are(&w, "alice", "+2", "a role removed");
	is_str(members_in_map("crew", GID(1)), "bob", "the others stay");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		put_person(&w, "3", "EDITOR");
		change(&w, "3", ends[i]);
		(void)publish(&w);
		groups_are(&w, "bob", "", ends[i]);
		is_str(members_in_map("listed", GID(3)), "dave", "also where he is listed");
		ok(map_name_set(&key, "bob") &&
			map_user_by_name(&map, &key, buf, sizeof(buf), &user) == ERR_OK,
		    "and stays a user: files keep their owner");
	}
	ok(sql_ok(&w, "UPDATE identity SET blocked = 1 WHERE sub = '2'"), "blocked on this host");
	(void)publish(&w);
	groups_are(&w, "alice", "", "blocked on this host");
	world_close(&w);
}

static void collisions(void)
{
	struct publish_report report;
	struct verb_run r;
	struct world w;
	char row[256];

	world_open(&w, ROSTER "reserved_names = keepers\n"
			      "[group staff1]\ngid = 2147287041\nusers = sub:2\n"
			      "[group local1]\ngid = 2147287042\nusers = sub:2\n"
			      "[group alice]\ngid = 2147287043\nusers = sub:2\n"
			      "[group encvoy-17]\ngid = 2147287044\nusers = sub:2\n"
			      "[group taken-gid]\ngid = 2147287045\nusers = sub:2\n"
			      "[group old-uid]\ngid = 2147287046\nusers = sub:2\n"
			      "[group keepers]\ngid = 2147287047\nusers = sub:2\n"
			      "[group fine]\ngid = 2147287048\nusers = sub:2 user:alice\n");
	append_file(w.group, "somebody:x:2147287045:\n");
	snprintf(row, sizeof(row), "INSERT INTO ledger VALUES (%u, '" ISSUER "', '7', 1)", GID(6));
	ok(sql_ok(&w, row), "an id given to a person before groups had it");
	ok(sql_ok(&w, "INSERT INTO names VALUES ('alice', '" ISSUER "', '2', 1)"), "so a name");
	add_user(&w, "2", "alice");
	report = publish(&w);
	is_int(report.groups, 1, "SEC-16: one group is served");
	is_int(report.groups_left_out, 7, "SEC-16: the others are not");
	is_str(reasons,
	    "- staff1 local-user\n- local1 local-user\n- alice name-taken\n"
	    "- encvoy-17 name-taken\n- taken-gid id-out-of-range\n- old-uid id-out-of-range\n"
	    "- keepers name-reserved\n",
	    "SEC-16: each with its reason");
	is_str(members_in_map("fine", GID(8)), "alice", "SEC-16: members of the rest");
	groups_are(&w, "alice", "+8", "SEC-16");
	ok(!members_in_map("staff1", GID(1)) && !members_in_map("taken-gid", GID(5)),
	    "SEC-16: the local ones win");
	is_int(status_rows_of(&w, &r), ERR_OK, "status");
	ok(strstr(row_value(&r, "groups_not_served"), "staff1 (local-user), local1 (local-user)"),
	    "SEC-16: names them");
	is_int(run_verb(&w, NULL, &r, "user map", "3", "fine", NULL), ERR_NAME_TAKEN,
	    "SEC-16: nobody new is called like a group");
	is_int(run_verb(&w, NULL, &r, "user add", "17", NULL, NULL), ERR_OK,
	    "SEC-16: a section takes nobody's own name away");
	world_close(&w);
}

static void local_groups(void)
{
	struct publish_report report;
	struct world w;

	world_open(&w, ROSTER "local_group = ADM:adm1, ADM:docker1 ADM:gone DISK:disk R:root"
			      " SH:shadow SH:other-shadow SIX:six OURS:ours\n"
			      "[group crew]\ngid = 2147287041\nroles = ADM\n");
	append_file(w.group, "adm1:x:104:\ndocker1:x:998:\ndisk:x:16:\nshadow:x:15:\n"
			     "other-shadow:x:15:\nsix:x:6:\nours:x:1879048200:\n");
	add_user(&w, "2", "alice");
	add_user(&w, "3", "bob");
	put_person(&w, "2", "ADM\nDISK\nOURS\nR\nSH\nSIX");
	put_person(&w, "3", "CREW");
	report = publish(&w);
	is_int(report.groups, 1, "a local group is none of ours");
	groups_are(&w, "bob", "", "without the role");
	is_str(gids_in_map("alice"), "104 998 +1", "SEC-20: local groups of a role, in the map");
	is_str(gids_answered(&w, "alice"), "+1 104 998", "SEC-20: and by the socket");
	is_str(reasons,
	    "- gone not-found\n- disk permission-denied\n- root permission-denied\n"
	    "- shadow permission-denied\n- other-shadow permission-denied\n"
	    "- six permission-denied\n- ours id-out-of-range\n",
	    "SEC-20: never root, shadow or disk, under any name or number");
	ok(!members_in_map("adm1", 104), "SEC-16: the local group itself is not served");
	put_person(&w, "2", "CREW");
	(void)publish(&w);
	groups_are(&w, "alice", "", "the role is gone");
	world_close(&w);
}

static void the_builder_refuses(void)
{
	static const uint32_t gids[] = {0, 6, 42, UINT32_MAX, ID_FLOOR, ID_CEILING};
	AUTO_MAP_BUILDER struct map_builder *b = NULL;

	is_int(map_builder_new(&b), ERR_OK, "a builder");
	for (size_t i = 0; i < sizeof(gids) / sizeof(gids[0]); i++)
		is_int(map_builder_add_local(b, "alice", gids[i]), ERR_ID_RANGE,
		    "SEC-20: gid %u is no local group's", gids[i]);
	is_int(map_builder_add_local(b, "root", 100), ERR_NAME_RESERVED, "SEC-16: not for root");
	is_int(map_builder_add_local(b, "A", 100), ERR_BAD_NAME, "SEC-15: nor for a bad name");
}

static enum err answer(
    struct world *w, enum lookup_kind kind, const char *name, uint32_t id, struct buf *ret)
{
	struct msg_lookup q = {.kind = kind, .id = id};

	buf_reset(ret);
	(void)str_copy(q.name, sizeof(q.name), name);
	return identity_answer(w->ids, &w->conf, &q, ret);
}

static uint32_t count_answered(const struct buf *b, const char *want, uint32_t gid)
{
	char name[NAME_MAX_LEN + 1];
	uint32_t found = 0, n = 0;
	enum msg_type type;
	struct reader r;

	if (proto_open(b->data, b->len, &r, &type) != ERR_OK || type != MSG_GROUP ||
	    proto_get_group_head(&r, name, sizeof(name), &found, &n) != ERR_OK ||
	    strcmp(name, want) != 0 || found != gid)
		return UINT32_MAX;
	return n;
}

#define MANY 10000U

static void many_members(void)
{
	static char buf[1024 * 1024];
	struct map_group g;
	struct map_name key;
	AUTO_BUF struct buf b;
	struct world w;
	uint32_t right = 0;

	buf_init(&b, PROTO_MAX);
	worlds_in_memory();
	world_open(&w, ROSTER "[group all]\ngid = 2147287041\nroles = ALL\n"
			      "[group half]\ngid = 2147287042\nroles = HALF\n");
	db_begin(w.ids->db);
	ok(sql_ok(&w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n"
		      " WHERE i < 10000) INSERT INTO ledger SELECT 1879048192 + i, '" ISSUER
		      "', i, 1 FROM n"),
	    "many ids");
	ok(sql_ok(&w, "INSERT INTO identity (issuer, sub, first_seen) SELECT issuer, sub, 1 FROM"
		      " ledger"),
	    "many people");
	db_commit(w.ids->db);
	db_begin(w.ids->db);
	for (unsigned i = 1; i <= MANY; i++) {
		char sub[16];

		snprintf(sub, sizeof(sub), "%u", i);
		put_person(&w, sub, i <= 3000 ? "ALL\nHALF" : "ALL");
	}
	db_commit(w.ids->db);
	is_int(publish(&w).users, MANY, "many users");
	ok(map_name_set(&key, "all") &&
		map_group_by_name(&map, &key, buf, sizeof(buf), &g) == ERR_OK && g.n == MANY,
	    "a group of 10,000");
	for (uint32_t i = 0; i < g.n; i++) {
		struct map_groups of;

		right += map_name_set(&key, g.members[i]) &&
			 map_groups_of(&map, &key, &of) == ERR_OK &&
			 map_groups_gid(&of, 0) == GID(1) && g.members[i + 1] != g.members[i];
	}
	is_int(right, MANY, "each of them is in it by the other table, too");
	is_int(answer(&w, LOOKUP_GRNAM, "all", 0, &b), ERR_TOO_LONG,
	    "SEC-39: a group that no packet holds is an error, never a part of it");
	is_int(answer(&w, LOOKUP_GRNAM, "half", 0, &b), ERR_OK, "one that fits, by name");
	is_int(count_answered(&b, "half", GID(2)), 3000, "is whole");
	is_int(answer(&w, LOOKUP_GRGID, "", GID(2), &b), ERR_OK, "and by number");
	is_int(count_answered(&b, "half", GID(2)), 3000, "as well");
	is_int(answer(&w, LOOKUP_GRNAM, "encvoy-7", 0, &b), ERR_OK, "a private group");
	is_int(count_answered(&b, "encvoy-7", ID_FLOOR + 7), 0, "has no members");
	is_int(answer(&w, LOOKUP_GRNAM, "none-such", 0, &b), ERR_NOT_FOUND, "no such group");
	world_close(&w);
}

/* The whole cost of groups: 100,000 people, 1,024 groups, each person in two of them. */
static void it_is_fast(void)
{
	AUTO_GROUPS struct groups *g = NULL;
	struct buf text;
	struct world w;
	struct entry entry = {.sub = ""};
	int64_t start, ms;
	size_t added = 0;

	if (slow_run()) {
		tap_skip("100,000 people in 1,024 groups", "would be slow here");
		return;
	}
	world_open(&w, ROSTER);
	buf_init(&text, 1024 * 1024);
	buf_text(&text, ROSTER);
	ok(sql_ok(&w, "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE"
		      " i < 100000) INSERT INTO person SELECT '" ISSUER
		      "', i, '', '', '', '', '', 'ROLE' || (i % 1024) || char(10) || 'app/R' ||"
		      " (i % 1024) || char(10) || 'x', '', 0, 0, 0, 0 FROM n"),
	    "100,000 people");
	w.conf.groups = calloc(1024, sizeof(*w.conf.groups));
	for (unsigned i = 0; w.conf.groups && i < 1024; i++, w.conf.n_groups++) {
		struct group_conf *one = &w.conf.groups[i];
		char name[16], roles[64];

		snprintf(name, sizeof(name), "g%u", i);
		snprintf(roles, sizeof(roles), "ROLE%u, app/R%u", i, (i + 1) % 1024);
		*one = (struct group_conf){
		    .name = strdup(name), .gid = GID(i), .roles = strdup(roles)};
	}
	is_int(locals_refresh(w.ids->locals), ERR_OK, "the locals");
	start = clock_mono_ms();
	is_int(groups_new(w.ids, &w.conf, &g), ERR_OK, "their roles");
	for (unsigned i = 1; g && i <= 100000; i++) {
		snprintf(entry.sub, sizeof(entry.sub), "%u", i);
		added += groups_add(g, &entry, entry.sub) == ERR_OK;
	}
	ms = clock_mono_ms() - start;
	is_int(added, 100000, "all are looked at");
	printf("# 100,000 people and 1,024 groups: %lld ms\n", (long long)ms);
	buf_free(&text);
	world_close(&w);
}

static void rules_use_them(void)
{
	struct decision d;
	struct verb_run r;
	struct world w;

	world_open(&w, ROSTER "allow = role:ADMIN group:crew\n[group crew]\ngid = 2147287041\n"
			      "roles = EDITOR\n[group staff1]\ngid = 2147287042\nroles = FAKE\n"
			      "[service s]\nallow = group:staff1\n");
	add_user(&w, "2", "alice");
	put_person(&w, "2", "EDITOR\nFAKE");
	is_int(login_as(&w, NULL, "alice", "2", NOW, &d), ERR_OK, "a login by group");
	is_str(d.verdict.rule, "group:crew", "the rule");
	put_person(&w, "2", "ADMIN\nFAKE");
	is_int(account_of(&w, NULL, "alice", NOW, &d), ERR_OK, "an account by role");
	is_str(d.verdict.rule, "role:ADMIN", "the rule");
	is_int(run_verb(&w, NULL, &r, "why", "alice", "login", NULL), ERR_OK, "why");
	is_str(row_value(&r, "rule"), "role:ADMIN", "says so");
	is_int(account_of(&w, "s", "alice", NOW, &d), ERR_NOT_ALLOWED,
	    "SEC-16: a group that a local one hides lets nobody in");
	put_person(&w, "2", "");
	is_int(login_as(&w, NULL, "alice", "2", NOW + 5, &d), ERR_NOT_ALLOWED,
	    "without roles neither");
	is_int(account_of(&w, NULL, "alice", NOW, &d), ERR_NOT_ALLOWED, "nor the account");
	put_person(&w, "2", "ADMIN");
	change(&w, "2", "dropped = 1");
	is_int(account_of(&w, NULL, "alice", NOW, &d), ERR_DROPPED,
	    "SEC-14: who was dropped is refused, whatever the role");
	world_close(&w);
}

int main(void)
{
	who_is_a_member();
	changes_take_groups_away();
	collisions();
	local_groups();
	the_builder_refuses();
	rules_use_them();
	many_members();
	it_is_fast();
	free(map_bytes);
	return tap_done();
}
