/* SPDX-License-Identifier: MIT */
/* What passes of the directory leave in the database: names, ids, blocks, who is dropped. */
#include "tests/unit/id_util.h"

#include "common/record.h"
#include "common/str.h"
#include "encvoyd/dirstage.h"
#include "encvoyd/ids.h"
#include "encvoyd/person.h"
#include "encvoyd/publish.h"

#include <time.h>

#define API_CONF                                                                \
	"directory = api\napi_applications = a\napi_client_id = c\napi_user = " \
	"s\napi_password_file = /p\nallow = everyone\n"
#define ROSTER_CONF                                                             \
	"directory = roster\nroster = /r\nroster_keys = /k\nroster_fleet = f\n" \
	"roster_grace = 1h\nallow = everyone\nbreak_glass = rescue\n"

#define is_err(got, want, ...) is_str(err_word(got), err_word(want), __VA_ARGS__)

static struct msg_person one; /* big */

static struct msg_person *person(const char *sub, const char *login)
{
	one = (struct msg_person){0};
	(void)str_copy(one.sub, sizeof(one.sub), sub);
	(void)str_copy(one.login, sizeof(one.login), login);
	return &one;
}

struct pass {
	struct world *w;
	struct dirstage st;
	struct dirstage_report report;
	const char *field;
	enum err err;
};

static void begin(struct pass *p, struct world *w)
{
	*p = (struct pass){.w = w, .field = ""};
	p->err = dirstage_begin(w->ids, true, &p->st);
}

static void add(struct pass *p, const struct msg_person *m)
{
	if (p->err == ERR_OK)
		p->err = dirstage_add(p->w->ids, &p->w->conf, &p->st, m, &p->field);
}

static enum err end_with(struct pass *p, const struct standing *s, int64_t now)
{
	if (p->err == ERR_OK)
		p->err = dirstage_apply(p->w->ids, &p->w->conf, &p->st, true, s, now, &p->report);
	return p->err;
}

static enum err end(struct pass *p)
{
	const struct standing s = {.passed = NOW};

	return end_with(p, &s, NOW);
}

/* Subs and logins in turn, NULL at the end. */
static enum err pass_of(struct pass *p, struct world *w, const char *const *people)
{
	begin(p, w);
	for (; people[0]; people += 2)
		add(p, person(people[0], people[1]));
	return end(p);
}
#define PASS(p, w, ...) pass_of(p, w, (const char *const[]){__VA_ARGS__, NULL})

static uint32_t uid_of(struct world *w, const char *name)
{
	struct msg_passwd found;

	return lookup_name(w, name, &found) == ERR_OK ? found.rec.uid : 0;
}

static char noted[512];

static enum err note(void *arg, const char *sub, const char *login, const char *reason)
{
	size_t len = strlen(noted);

	(void)arg;
	snprintf(noted + len, sizeof(noted) - len, "%s:%s:%s ", sub, login, reason);
	return ERR_OK;
}

static const char *news(struct world *w)
{
	noted[0] = 0;
	(void)dirstage_each_news(w->ids->db, note, NULL);
	return noted;
}

static const char *all_noted(struct world *w)
{
	noted[0] = 0;
	(void)dirstage_each_noted(w->ids->db, "", UINT64_MAX, note, NULL);
	return noted;
}

static void names_and_ids(void)
{
	struct pass p;
	struct world w;

	world_open(&w, API_CONF);
	is_err(PASS(&p, &w, "2", "alice", "3", "bob"), ERR_OK, "a pass");
	is_int((int)p.report.figures.added, 2, "two are new");
	ok(p.report.visible, "and to be published");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 2, "the login is the name, the sub the uid");
	is_err(PASS(&p, &w, "2", "alice", "3", "bob"), ERR_OK, "the same once more");
	is_int((int)(p.report.figures.added + p.report.figures.changed + p.report.figures.dropped),
	    0, "changes nothing");
	ok(!p.report.visible, "and publishes nothing");
	is_err(PASS(&p, &w, "2", "carol", "3", "bob"), ERR_OK, "somebody is renamed");
	is_str(news(&w), "2:carol:login-changed ", "SEC-17: which is worth a warning");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 2, "SEC-17: and keeps name and uid");
	is_int(uid_of(&w, "carol"), 0, "SEC-17: the new login is no name");
	is_err(PASS(&p, &w, "2", "carol", "3", "bob"), ERR_OK, "the next pass");
	is_str(news(&w), "", "does not warn again");
	is_str(all_noted(&w), "2:carol:login-changed ", "but it is remembered");
	is_err(PASS(&p, &w, "2", "carol", "3", "bob", "4", "alice"), ERR_OK, "a reused login");
	is_str(news(&w), "4:alice:name-taken ", "SEC-17: is nobody else's name");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 2, "SEC-17: it stays whose it was");
	is_int((int)p.report.figures.refused, 1, "one person is not served");
	is_int((int)count_of(&w, "SELECT uid FROM ledger WHERE sub = '4'"), ID_FLOOR + 4,
	    "SEC-17: the new sub has its own uid");
	is_err(PASS(&p, &w, "3", "bob", "4", "alice"), ERR_OK, "the former owner goes");
	is_int((int)p.report.figures.dropped, 1, "and is dropped");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 2, "SEC-17: the name still leads to his files");
	is_str(all_noted(&w), "4:alice:name-taken ", "SEC-17: and to nobody else");
	world_close(&w);
}

static void collisions(void)
{
	struct verb_run r;
	struct admin_session *s = admin_session_new();
	struct pass p;
	struct world w;

	world_open(&w, API_CONF "reserved_names = boss\n");
	is_err(PASS(&p, &w, "2", "root", "3", "local1", "4", "boss", "5", "Alice", "6", "staff1",
		   "7", "twin", "8", "twin", "9", "fine", "10", ""),
	    ERR_OK, "a pass with names that cannot be");
	is_str(news(&w),
	    "10::no-name 2:root:name-reserved 3:local1:local-user 4:boss:name-reserved "
	    "5:Alice:bad-name 6:staff1:local-user 7:twin:name-taken 8:twin:name-taken ",
	    "SEC-16: each is refused for its reason, twins both");
	is_int(uid_of(&w, "fine"), ID_FLOOR + 9, "the others are served");
	is_int(uid_of(&w, "twin"), 0, "SEC-16: neither twin is");
	is_int((int)p.report.figures.refused, 8, "and counted");
	is_err(run_verb(&w, s, &r, "user map", "5", "alice", NULL), ERR_OK,
	    "an administrator names one");
	is_err(PASS(&p, &w, "2", "root", "5", "Alice", "8", "twin"), ERR_OK, "the next pass");
	is_str(all_noted(&w), "2:root:name-reserved ", "what was mended is not noted any more");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 5, "an administrator's name is kept");
	is_int(uid_of(&w, "twin"), ID_FLOOR + 8, "the twin that is left has the name");
	is_int((int)count_of(&w, "SELECT count(*) FROM identity WHERE bound_by = 'directory'"), 2,
	    "bound by the directory");
	append_file(w.passwd, "fine:x:1100:1100::/home/fine:/bin/sh\n");
	is_err(PASS(&p, &w, "9", "fine"), ERR_OK, "a local user comes to be");
	is_str(all_noted(&w), "9:fine:local-user ", "SEC-16: and wins");
	admin_session_free(s);
	world_close(&w);
}

static void ids_given(void)
{
	const uint32_t first = ID_FLOOR + ID_SUB_SPAN;
	struct pass p;
	struct world w;

	world_open(&w, API_CONF);
	begin(&p, &w);
	person("f00d", "xen")->id = first + 77;
	add(&p, &one);
	person("beef", "yan")->id = first + 77;
	add(&p, &one);
	person("cafe", "low")->id = ID_FLOOR + 5;
	add(&p, &one);
	person("c0de", "grp")->id = ID_GROUP_FLOOR;
	add(&p, &one);
	add(&p, person("dead", "none"));
	add(&p, person("134217728", "far"));
	is_err(end(&p), ERR_OK, "a pass with subs that are no numbers");
	is_int(uid_of(&w, "yan") + uid_of(&w, "xen"), first + 77,
	    "SEC-18: an id of the directory is given once");
	is_str(
	    strstr(all_noted(&w), "c0de:") ? "noted" : noted, "noted", "a group's id is not taken");
	ok(strstr(all_noted(&w), "cafe:low:id-out-of-range"), "SEC-18: nor a number's");
	ok(strstr(all_noted(&w), "dead:none:bad-sub"), "SEC-19: without an id there is none");
	ok(strstr(all_noted(&w), "134217728:far:id-out-of-range"),
	    "SEC-18: nor for a large number");
	person("f00d", "xen")->id = first + 78;
	begin(&p, &w);
	add(&p, &one);
	person("beef", "yan")->id = first + 79;
	add(&p, &one);
	is_err(end(&p), ERR_OK, "the directory changes its mind");
	ok(uid_of(&w, "xen") + uid_of(&w, "yan") == 2 * first + 77 + 78 ||
		uid_of(&w, "xen") + uid_of(&w, "yan") == 2 * first + 77 + 79,
	    "SEC-19: an id once given stays");
	world_configure(&w, API_CONF "require_numeric_sub = no\n");
	is_err(
	    PASS(&p, &w, "dead", "none", "d00d", "more"), ERR_OK, "with require_numeric_sub = no");
	is_int(uid_of(&w, "more"), first, "the next free ids");
	is_int(uid_of(&w, "none"), first + 1, "are given here");
	world_close(&w);
}

static enum err decision_of(
    struct world *w, bool login, const char *name, const char *sub, int64_t now)
{
	struct decision d;

	return login ? login_as(w, NULL, name, sub, now, &d) : account_of(w, NULL, name, now, &d);
}

static void is_both(struct world *w, const char *name, const char *sub, int64_t now, enum err want,
    const char *what)
{
	is_err(decision_of(w, true, name, sub, now), want, "%s: login", what);
	is_err(decision_of(w, false, name, sub, now), want, "%s: account", what);
}

static void blocks(void)
{
	struct pass p;
	struct world w;

	world_open(&w, API_CONF);
	is_err(PASS(&p, &w, "2", "alice", "3", "bob", "4", "eve", "5", "dora"), ERR_OK, "a pass");
	is_err(decision_of(&w, false, "alice", "2", NOW), ERR_OK,
	    "who never signed in here is admitted by the directory");
	is_both(&w, "alice", "2", NOW, ERR_OK, "the directory knows her");
	is_err(decision_of(&w, false, "alice", "2", NOW + 864000), ERR_OK, "also days later");
	begin(&p, &w);
	person("2", "alice")->blocked = true;
	add(&p, &one);
	person("3", "bob")->deleted = true;
	add(&p, &one);
	person("6", "gone")->deleted = true;
	add(&p, &one);
	add(&p, person("5", "dora"));
	is_err(end(&p), ERR_OK, "the next pass");
	is_both(&w, "alice", "2", NOW, ERR_BLOCKED, "SEC-14: blocked");
	is_both(&w, "bob", "3", NOW, ERR_DELETED, "SEC-14: deleted");
	is_both(&w, "eve", "4", NOW, ERR_DROPPED, "SEC-14: dropped");
	is_int(uid_of(&w, "eve"), ID_FLOOR + 4, "files keep an owner");
	is_int(uid_of(&w, "bob"), ID_FLOOR + 3, "of the deleted, too");
	is_int((int)count_of(&w, "SELECT count(*) FROM ledger WHERE sub = '6'"), 0,
	    "who is deleted from the start gets nothing");
	is_int((int)count_of(&w, "SELECT count(*) FROM identity WHERE blocked = 1 OR deleted = 1"),
	    2, "identities say it, too");
	is_err(PASS(&p, &w, "2", "alice", "3", "bob", "4", "eve"), ERR_OK, "they come back");
	is_both(&w, "alice", "2", NOW, ERR_OK, "SEC-14: not blocked any more");
	is_both(&w, "eve", "4", NOW, ERR_OK, "SEC-14: not dropped any more");
	world_configure(&w, API_CONF "full_login_max_age = 1d\n");
	is_err(decision_of(&w, false, "alice", "2", NOW + 864000), ERR_LOGIN_TOO_OLD,
	    "an age that was configured counts with any directory");
	world_configure(&w, API_CONF "[service ssh]\nfull_login_max_age = 1d\n");
	is_int((int)w.conf.service.full_login_max_age, 0, "an age for one service is for that one");
	world_close(&w);
}

static void unknown_to_it(void)
{
	struct verb_run r;
	struct admin_session *s = admin_session_new();
	struct pass p;
	struct world w;

	world_open(&w, API_CONF);
	is_err(decision_of(&w, true, "alice", "2", NOW), ERR_NO_NAME, "before any pass");
	is_err(PASS(&p, &w, "3", "bob"), ERR_OK, "a pass");
	is_err(run_verb(&w, s, &r, "user add", "2", "alice", NULL), ERR_OK,
	    "somebody whom the directory does not know");
	is_err(decision_of(&w, false, "alice", "2", NOW), ERR_LOGIN_TOO_OLD,
	    "SEC-14: nobody vouches for her: she has to sign in");
	is_err(decision_of(&w, true, "alice", "2", NOW), ERR_OK, "which she can");
	is_err(decision_of(&w, false, "alice", "2", NOW + 3600), ERR_OK, "and is admitted");
	is_err(decision_of(&w, false, "alice", "2", NOW + 864000), ERR_LOGIN_TOO_OLD,
	    "SEC-14: for a week");
	world_configure(&w, "allow = everyone\n");
	is_err(decision_of(&w, false, "bob", "3", NOW), ERR_LOGIN_TOO_OLD,
	    "directory = login: a pass of before vouches for nobody");
	is_int(uid_of(&w, "bob"), ID_FLOOR + 3, "and nothing is forgotten");
	admin_session_free(s);
	world_close(&w);
}

static void roster(void)
{
	struct standing s = {.passed = NOW, .serial = 7, .expires = NOW + 100, .hash = {1, 2, 3}};
	struct standing found = {0};
	struct pass p;
	struct world w;

	world_open(&w, ROSTER_CONF);
	is_err(standing_get(w.ids->db, &w.conf, &found), ERR_OK, "the standing before");
	ok(!found.whole && found.serial == 0, "is none");
	begin(&p, &w);
	add(&p, person("2", "alice"));
	add(&p, person("3", "rescue"));
	is_err(end_with(&p, &s, NOW), ERR_OK, "a roster");
	is_err(world_reopen(&w, NOW), ERR_OK, "after a restart");
	is_err(standing_get(w.ids->db, &w.conf, &found), ERR_OK, "the standing");
	ok(found.whole && found.serial == 7 && found.expires == NOW + 100 &&
		memcmp(found.hash, s.hash, sizeof(s.hash)) == 0,
	    "SEC-48: is the roster's");
	is_both(&w, "alice", "2", NOW, ERR_OK, "a good roster");
	is_both(&w, "alice", "2", NOW + 3600, ERR_OK, "SEC-48: within the grace");
	is_both(&w, "alice", "2", NOW + 3701, ERR_DIRECTORY_EXPIRED, "SEC-48: beyond it");
	is_both(&w, "rescue", "3", NOW + 3701, ERR_OK, "SEC-48: break_glass");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 2, "look-ups go on");
	world_configure(&w, API_CONF);
	is_err(standing_get(w.ids->db, &w.conf, &found), ERR_OK, "another source");
	ok(!found.whole, "has not said anything yet");
	is_both(&w, "alice", "2", NOW + 9999, ERR_OK, "what the former one said still holds");
	is_err(PASS(&p, &w, "3", "rescue"), ERR_OK, "until it did");
	is_both(&w, "alice", "2", NOW, ERR_DROPPED, "and then no more");
	world_configure(&w, ROSTER_CONF);
	is_err(standing_get(w.ids->db, &w.conf, &found), ERR_OK, "back to the roster");
	ok(!found.whole && found.serial == 7, "SEC-48: whose serial is not forgotten");
	world_close(&w);
}

static void malformed_people(void)
{
	static const struct {
		const char *field;
		size_t at;
		const char *value;
	} bad[] = {
	    {"sub", offsetof(struct msg_person, sub), ""},
	    {"sub", offsetof(struct msg_person, sub), "a b"},
	    {"login", offsetof(struct msg_person, login), "a\nb"},
	    {"gecos", offsetof(struct msg_person, gecos), "a\x1b[2J"},
	    {"gecos", offsetof(struct msg_person, gecos), "\xff"},
	    {"locale", offsetof(struct msg_person, locale), "d\te"},
	    {"shell", offsetof(struct msg_person, shell), "/bin/sh\n"},
	    {"home", offsetof(struct msg_person, home), "/h\x7f"},
	    {"roles", offsetof(struct msg_person, roles), "b\na"},
	    {"roles", offsetof(struct msg_person, roles), "a\na"},
	    {"roles", offsetof(struct msg_person, roles), "a\n\nb"},
	    {"roles", offsetof(struct msg_person, roles), "a:b"},
	    {"roles", offsetof(struct msg_person, roles), "ab\na"},
	    {"ssh_keys", offsetof(struct msg_person, ssh_keys), "ssh-ed25519 A\r"},
	};
	struct pass p;
	struct world w;

	world_open(&w, API_CONF "roster_max_size = 4096\n");
	is_err(PASS(&p, &w, "2", "alice"), ERR_OK, "a pass");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		begin(&p, &w);
		add(&p, person("3", "bob"));
		(void)str_copy((char *)person("9", "x") + bad[i].at, 30, bad[i].value);
		add(&p, &one);
		is_err(end(&p), ERR_SYNTAX, "SEC-47: a bad %s", bad[i].field);
		is_str(p.field, bad[i].field, "and which it is");
	}
	begin(&p, &w);
	add(&p, person("3", "bob"));
	add(&p, person("3", "bob"));
	is_err(end(&p), ERR_SYNTAX, "SEC-47: somebody twice");
	begin(&p, &w);
	memset(person("3", "bob")->ssh_keys, 'k', 4096);
	add(&p, &one);
	is_err(end(&p), ERR_TOO_LONG, "SEC-48: more than roster_max_size");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 2, "the last good state stays");
	is_int(uid_of(&w, "bob"), 0, "and nothing of a pass that failed");
	(void)str_copy(person("3", "bob")->roles, ROLES_MAX, "a\na/b\nab\nb");
	begin(&p, &w);
	add(&p, &one);
	is_err(end(&p), ERR_OK, "sorted roles are fine");
	world_close(&w);
}

/* A login between the arrival of a person and the end of the pass. */
static void overtaken(void)
{
	struct verb_run r;
	struct admin_session *s = admin_session_new();
	struct pass p;
	struct world w;

	world_open(&w, API_CONF);
	begin(&p, &w);
	add(&p, person("2", "alice"));
	add(&p, person("3", "bob"));
	is_err(run_verb(&w, s, &r, "user add", "9", "alice", NULL), ERR_OK,
	    "an administrator is faster");
	is_err(run_verb(&w, s, &r, "user add", "3", "robert", NULL), ERR_OK, "twice");
	is_err(end(&p), ERR_OK, "the pass goes on");
	is_int(uid_of(&w, "alice"), ID_FLOOR + 9, "SEC-17: the name is whose it became");
	is_int(uid_of(&w, "robert"), ID_FLOOR + 3, "a bound name stays");
	is_str(all_noted(&w), "2:alice:name-taken ", "and the pass notes it");
	admin_session_free(s);
	world_close(&w);
}

static int64_t ms(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec * 1000 + t.tv_nsec / 1000000;
}

/* As they come: 500 in a packet. */
static void many(struct pass *p, struct world *w, unsigned n, const char *what)
{
	int64_t start = ms(), arrived, packet, slowest = 0;

	*p = (struct pass){.w = w, .field = ""};
	p->err = dirstage_begin(w->ids, w->conf.enumerate, &p->st);
	for (unsigned i = 0; i < n && p->err == ERR_OK; i += 500) {
		packet = ms();
		(void)db_begin(w->ids->db);
		for (unsigned k = i; k < i + 500 && k < n; k++) {
			char sub[16], login[16];

			snprintf(sub, sizeof(sub), "%u", k + 1);
			snprintf(login, sizeof(login), "user%u", k + 1);
			(void)str_copy(person(sub, login)->gecos, 64, "Somebody of that Name");
			(void)str_copy(one.roles, 64, "staff\nusers");
			add(p, &one);
		}
		(void)db_commit(w->ids->db);
		slowest = ms() - packet > slowest ? ms() - packet : slowest;
	}
	arrived = ms();
	is_err(end(p), ERR_OK, "%s: %u persons", what, n);
	printf("# %s: %lld ms arriving (%lld ms the slowest packet), %lld ms applying\n", what,
	    (long long)(arrived - start), (long long)slowest, (long long)(ms() - arrived));
}

static void large(void)
{
	const unsigned n = slow_run() ? 5000 : 100000;
	struct pass p;
	struct world w;

	world_open(&w, API_CONF);
	many(&p, &w, n, "all new");
	is_int((int)p.report.figures.added, (int)n, "all are new");
	is_int((int)count_of(&w, "SELECT count(*) FROM identity WHERE bound_name = 'user' || sub"),
	    (int)n, "and have their names");
	many(&p, &w, n, "unchanged");
	ok(!p.report.visible, "nothing is to be published");
	many(&p, &w, n - 10, "ten fewer");
	is_int((int)p.report.figures.dropped, 10, "ten are dropped");
	world_close(&w);
}

int main(void)
{
	worlds_in_memory();
	names_and_ids();
	collisions();
	ids_given();
	blocks();
	unknown_to_it();
	roster();
	malformed_people();
	overtaken();
	large();
	return tap_done();
}
