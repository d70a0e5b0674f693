/* SPDX-License-Identifier: MIT */
#include "tests/unit/id_util.h"

#include "common/map.h"
#include "common/record.h"
#include "encvoyd/mapfile.h"
#include "encvoyd/publish.h"

#include <sys/stat.h>
#include <unistd.h>

struct loaded {
	struct map map;
	char *bytes;
};

static void load(struct world *w, struct loaded *ret)
{
	char path[160];
	size_t len = 0;

	snprintf(path, sizeof(path), "%s/users.map", w->cache);
	ret->bytes = read_file(path, &len);
	is_int(map_open(&ret->map, ret->bytes, len), ERR_OK, "the map opens");
}

static bool in_map(const struct loaded *l, const char *name, struct user_record *ret)
{
	static char buf[8192];
	struct map_name key;

	return map_name_set(&key, name) &&
	       map_user_by_name(&l->map, &key, buf, sizeof(buf), ret) == ERR_OK;
}

static bool group_in_map(const struct loaded *l, const char *name, uint32_t gid)
{
	static char buf[8192];
	struct map_group group;
	struct map_name key;

	return map_name_set(&key, name) &&
	       map_group_by_name(&l->map, &key, buf, sizeof(buf), &group) == ERR_OK &&
	       group.gid == gid && group.n == 0;
}

static char reasons[1024];

static void note(void *arg, const char *sub, const char *name, enum err why)
{
	size_t len = strlen(reasons);

	(void)arg;
	snprintf(reasons + len, sizeof(reasons) - len, "%s %s %s\n", sub, name, err_word(why));
}

static enum err publish(struct world *w, struct publish_report *ret)
{
	reasons[0] = 0;
	return publish_map(w->ids, &w->conf, w->cache, &w->published, note, NULL, ret);
}

static void the_map_says_what_look_ups_say(void)
{
	struct publish_report report;
	struct loaded l;
	struct verb_run r;
	struct world w;
	unsigned same = 0;

	world_open(&w, "require_numeric_sub = no\ngecos = Nr. %{sub}\n");
	is_int(publish(&w, &report), ERR_OK, "an empty map");
	is_int(report.users, 0, "has nobody");
	for (unsigned i = 0; i < 200; i++) {
		char sub[16], name[16];

		snprintf(sub, sizeof(sub), i % 3 ? "%u" : "p%u", i);
		snprintf(name, sizeof(name), "person-%u", i);
		run_verb(
		    &w, NULL, &r, "user add", sub, i % 2 ? name : "", i % 5 ? "" : "Full Name");
	}
	is_int(publish(&w, &report), ERR_OK, "200 people");
	is_int(report.users, 200, "are all in it");
	is_int(report.left_out, 0, "nobody left out");
	load(&w, &l);
	for (unsigned i = 0; i < 200; i++) {
		struct user_record rec;
		struct msg_passwd pw;
		char name[32];

		snprintf(name, sizeof(name),
		    i % 2   ? "person-%u"
		    : i % 3 ? "encvoy-%u"
			    : "encvoy-p%u",
		    i);
		same += lookup_name(&w, name, &pw) == ERR_OK && in_map(&l, name, &rec) &&
			rec.uid == pw.rec.uid && rec.gid == pw.rec.gid && id_ok(rec.uid) &&
			strcmp(rec.gecos, pw.rec.gecos) == 0 &&
			strcmp(rec.home, pw.rec.home) == 0 &&
			strcmp(rec.shell, pw.rec.shell) == 0 && group_in_map(&l, name, rec.gid);
	}
	is_int(same, 200, "SEC-19: map and daemon agree about every field, no id is 0");
	free(l.bytes);
	world_close(&w);
}

static void who_is_left_out(void)
{
	struct publish_report report;
	struct user_record rec;
	struct loaded l;
	struct verb_run r;
	struct world w;

	world_open(&w, "");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	run_verb(&w, NULL, &r, "user add", "3", "bob", NULL);
	run_verb(&w, NULL, &r, "user add", "4", "carol", NULL);
	run_verb(&w, NULL, &r, "user add", "5", "dave", NULL);
	run_verb(&w, NULL, &r, "user add", "6", "erin", NULL);
	append_file(w.passwd, "alice:x:1005:1005::/home/alice:/bin/sh\n");
	append_file(w.group, "bob:x:1006:\nsomething:x:1879048196:\n");
	ok(sql_ok(&w, "UPDATE identity SET gecos = 'a:b' WHERE sub = '5'"), "a bad comment");
	is_int(publish(&w, &report), ERR_OK, "published");
	is_int(report.users, 1, "one is left");
	is_int(report.left_out, 4, "four left out");
	is_str(reasons,
	    "2  local-user\n3  local-user\n4 carol id-out-of-range\n5 dave bad-configuration\n",
	    "each with its reason");
	load(&w, &l);
	ok(!in_map(&l, "alice", &rec), "SEC-16: a local user's name is not served");
	ok(!in_map(&l, "bob", &rec), "SEC-16: nor a local group's");
	ok(!in_map(&l, "carol", &rec), "SEC-18: nor an id that is a local group's");
	ok(!in_map(&l, "dave", &rec), "SEC-20: nor a record that would not parse");
	ok(in_map(&l, "erin", &rec), "the others are");
	free(l.bytes);
	free(w.conf.home);
	w.conf.home = strdup("/");
	is_int(publish(&w, &report), ERR_OK, "with / as everybody's home");
	is_int(report.users, 0, "SEC-20: nobody is served");
	world_close(&w);
}

static void changes_are_visible(void)
{
	struct publish_report report, again;
	struct user_record rec;
	struct loaded l;
	struct verb_run r;
	struct world w;

	world_open(&w, "");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	publish(&w, &report);
	run_verb(&w, NULL, &r, "user rename", "alice", "alicia", NULL);
	ok(sql_ok(&w, "UPDATE identity SET blocked = 1"), "blocked");
	publish(&w, &again);
	ok(again.generation > report.generation, "the generation grows");
	load(&w, &l);
	ok(!in_map(&l, "alice", &rec), "the old name is gone");
	ok(in_map(&l, "alicia", &rec), "the new one is there, blocked or not");
	is_int(rec.uid, ID_FLOOR + 2, "SEC-17: with the uid of before");
	ok(l.map.complete, "all who signed in here are in the map: it is complete");
	ok(!l.map.enumerate, "and not to be listed");
	free(l.bytes);
	run_verb(&w, NULL, &r, "user remove", "alicia", NULL, NULL);
	publish(&w, &again);
	is_int(again.users, 0, "removed, and gone");
	world_close(&w);
}

/* The map in place with its changes; the caller frees both. */
static bool load_both(struct world *w, struct loaded *base, struct loaded *changes)
{
	char path[160];
	size_t len = 0;

	load(w, base);
	snprintf(path, sizeof(path), "%s/users.changes", w->cache);
	changes->bytes = NULL;
	if (access(path, F_OK) != 0)
		return false;
	changes->bytes = read_file(path, &len);
	return map_open_changes(&changes->map, changes->bytes, len) == ERR_OK &&
	       map_join(&base->map, &changes->map) == ERR_OK;
}

static void a_change_needs_no_new_map(void)
{
	struct publish_report report = {0}, first = {0};
	struct loaded base, changes;
	struct user_record rec;
	struct verb_run r;
	struct world w;
	uint64_t users;

	world_open(&w, "");
	for (unsigned i = 0; i < 40; i++) {
		char sub[16], name[16];

		snprintf(sub, sizeof(sub), "%u", i);
		snprintf(name, sizeof(name), "person-%u", i);
		run_verb(&w, NULL, &r, "user add", sub, name, NULL);
	}
	publish(&w, &first);
	run_verb(&w, NULL, &r, "user add", "100", "newcomer", NULL);
	is_int(publish_change(w.ids, &w.conf, w.cache, &w.published, "100", &report), ERR_OK,
	    "somebody new");
	run_verb(&w, NULL, &r, "user rename", "person-1", "other", NULL);
	run_verb(&w, NULL, &r, "user remove", "person-2", NULL, NULL);
	(void)publish_change(w.ids, &w.conf, w.cache, &w.published, "1", &report);
	is_int(publish_change(w.ids, &w.conf, w.cache, &w.published, "2", &report), ERR_OK,
	    "a rename and a removal");
	is_int(report.users, 40, "are counted");
	ok(report.generation > first.generation, "the generation grows");
	ok(load_both(&w, &base, &changes), "they stand beside the map");
	is_int(base.map.generation, first.generation, "which is the one of before");
	ok(in_map(&base, "newcomer", &rec) && group_in_map(&base, "newcomer", ID_FLOOR + 100),
	    "the new one is found");
	ok(in_map(&base, "other", &rec) && rec.uid == ID_FLOOR + 1 &&
		!in_map(&base, "person-1", &rec),
	    "SEC-17: the renamed one by the new name alone");
	ok(!in_map(&base, "person-2", &rec) && !group_in_map(&base, "person-2", ID_FLOOR + 2),
	    "the removed one is not");
	ok(in_map(&base, "person-3", &rec), "the others are");
	is_int(mapfile_verify(w.cache, &users), ERR_OK, "SEC-33: both are sound");
	is_int(users, 40, "and all their users are counted");
	free(base.bytes);
	free(changes.bytes);
	for (unsigned i = 3; i < 40; i++) {
		char sub[16];

		snprintf(sub, sizeof(sub), "%u", i);
		(void)publish_change(w.ids, &w.conf, w.cache, &w.published, sub, &report);
		if (report.generation && !w.published.n)
			break;
	}
	ok(w.published.base > first.generation, "many changes make a new map");
	world_close(&w);
}

static void a_failure_keeps_the_map(void)
{
	struct publish_report report = {.users = 77};
	struct user_record rec;
	struct loaded l;
	struct verb_run r;
	struct world w;

	world_open(&w, "");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	is_int(publish(&w, &report), ERR_OK, "published");
	run_verb(&w, NULL, &r, "user add", "3", "bob", NULL);
	unlink(w.passwd);
	report.users = 77;
	is_int(publish(&w, &report), ERR_IO, "SEC-46: without /etc/passwd nothing is published");
	is_int(report.users, 77, "and nothing reported");
	append_file(w.passwd, "root:x:0:0::/root:/bin/sh\n");
	ok(sql_ok(&w, "UPDATE identity SET gecos = 'a' || char(0) || 'b' WHERE sub = '3'"),
	    "a row that is no row of ours");
	is_int(publish(&w, &report), ERR_IO, "SEC-33: stops the publication");
	load(&w, &l);
	ok(in_map(&l, "alice", &rec), "SEC-33: and leaves the map as it was");
	free(l.bytes);
	is_int(
	    publish_map(w.ids, &w.conf, "/nonexistent/encvoy", &w.published, NULL, NULL, &report),
	    ERR_IO, "no directory to write to");
	world_close(&w);
}

int main(void)
{
	the_map_says_what_look_ups_say();
	who_is_left_out();
	changes_are_visible();
	a_change_needs_no_new_map();
	a_failure_keeps_the_map();
	return tap_done();
}
