/* SPDX-License-Identifier: MIT */
#include "tests/unit/id_util.h"

#include "common/record.h"
#include "encvoyd/ids.h"
#include "encvoyd/used.h"

#include <sys/stat.h>

#define DAY 86400

static bool no_trace(struct world *w)
{
	return count_of(w, "SELECT (SELECT count(*) FROM ledger) + (SELECT count(*) FROM names)"
			   " + (SELECT count(*) FROM identity)"
			   " + (SELECT count(*) FROM used_token)") == 0;
}

static void a_first_login_writes_everything_once(void)
{
	struct msg_passwd pw;
	struct decision d;
	struct world w;

	world_open(&w, "allow = sub:2\n");
	is_int(login_token(&w, "encvoy-2", "2", 1, NOW, &d), ERR_OK, "granted");
	is_int(d.verdict.code, ERR_OK, "the decision says so");
	is_str(d.verdict.rule, "sub:2", "by which rule");
	is_str(d.verdict.at, "encvoy.conf:3", "from which line");
	is_str(d.user, "encvoy-2", "for whom");
	is_str(d.sub, "2", "by sub");
	is_int(d.uid, ID_FLOOR + 2, "with which uid");
	ok(d.changed, "the map has to be published");
	is_int(count_of(&w, "SELECT count(*) FROM ledger"), 1, "one row in the ledger");
	is_int(count_of(&w, "SELECT count(*) FROM names"), 1, "one name");
	is_int(count_of(&w, "SELECT last_full_login FROM identity"), NOW,
	    "one identity, with its time");
	is_int(count_of(&w, "SELECT count(*) FROM used_token"), 1, "one token used up");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_OK, "found at once");
	is_int(pw.rec.uid, ID_FLOOR + 2, "the uid");
	is_int(pw.rec.gid, ID_FLOOR + 2, "the gid is the uid");
	is_str(pw.rec.shell, "/bin/bash", "the shell");
	is_int(login_token(&w, "encvoy-2", "2", 2, NOW + 5, &d), ERR_OK, "granted again");
	ok(!d.changed, "nothing to publish the second time");
	is_int(count_of(&w, "SELECT last_login FROM identity"), NOW + 5, "but the time is kept");
	world_close(&w);
}

struct refusal {
	const char *what;
	const char *conf;
	const char *user, *sub;
	enum err want;
	const char *rule;
};

static void a_refusal_leaves_no_trace(void)
{
	static const struct refusal t[] = {
	    {"SEC-01: another person signed in", "allow = everyone\n", "encvoy-2", "3",
		ERR_WRONG_USER, ""},
	    {"SEC-01: a prefix of the name", "allow = everyone\n", "encvoy-2", "22", ERR_WRONG_USER,
		""},
	    {"SEC-01: no name at all", "allow = everyone\n", "", "2", ERR_WRONG_USER, ""},
	    {"SEC-01: a name in capitals", "allow = everyone\n", "ENCVOY-2", "2", ERR_WRONG_USER,
		""},
	    {"SEC-13: no allow line", "", "encvoy-2", "2", ERR_NOT_ALLOWED, "none"},
	    {"SEC-13: an empty allow line", "allow =\n", "encvoy-2", "2", ERR_NOT_ALLOWED, "none"},
	    {"SEC-13: rules for others", "allow = sub:3, user:alice\n", "encvoy-2", "2",
		ERR_NOT_ALLOWED, "none"},
	    {"SEC-18: a sub that gives no uid", "allow = everyone\n", "encvoy-134217728",
		"134217728", ERR_ID_RANGE, ""},
	    {"SEC-18: a sub that is no number", "allow = everyone\n", "encvoy-x", "x", ERR_BAD_SUB,
		""},
	    {"SEC-15: a sub that gives no name", "allow = everyone\nrequire_numeric_sub = no\n",
		"encvoy-A", "A", ERR_BAD_NAME, ""},
	    {"SEC-15: a sub too long for a name", "allow = everyone\nrequire_numeric_sub = no\n",
		"encvoy-x", "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
		ERR_BAD_NAME, ""},
	    {"SEC-16: a name that is reserved", "allow = everyone\nrequire_numeric_sub = no\n",
		"encvoy-online", "online", ERR_NAME_RESERVED, ""},
	    {"a sub with a blank", "allow = everyone\n", "encvoy-2", "2 ", ERR_BAD_SUB, ""},
	    {"no sub", "allow = everyone\n", "encvoy-2", "", ERR_BAD_SUB, ""},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct decision d;
		struct world w;

		world_open(&w, t[i].conf);
		is_int(
		    login_token(&w, t[i].user, t[i].sub, 1, NOW, &d), t[i].want, "%s", t[i].what);
		is_int(d.verdict.code, t[i].want, "%s: in the decision", t[i].what);
		is_str(d.verdict.rule, t[i].rule, "%s: the rule", t[i].what);
		ok(!d.changed, "%s: nothing to publish", t[i].what);
		ok(no_trace(&w), "%s: no trace", t[i].what);
		world_close(&w);
	}
}

static void a_foreign_issuer_is_refused(void)
{
	static const char *const issuers[] = {"", "https://id.example.org/",
	    "https://id.example.orgx", "https://id.example.or", "http://id.example.org",
	    "HTTPS://ID.EXAMPLE.ORG"};
	struct msg_identity who = {.sub = "2", .full = true};
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	for (size_t i = 0; i < sizeof(issuers) / sizeof(issuers[0]); i++) {
		snprintf(who.issuer, sizeof(who.issuer), "%s", issuers[i]);
		is_int(identity_login(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who, NOW, &d),
		    ERR_WRONG_ISSUER, "SEC-07: issuer \"%s\"", issuers[i]);
	}
	ok(no_trace(&w), "SEC-07: no trace of any");
	world_close(&w);
}

static void a_failing_write_grants_nothing(void)
{
	static const char *const tables[] = {"ledger", "names", "identity", "used_token"};
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		char sql[200];

		snprintf(sql, sizeof(sql),
		    "CREATE TRIGGER fault BEFORE INSERT ON %s BEGIN SELECT RAISE(ABORT, 'no'); END",
		    tables[i]);
		ok(sql_ok(&w, sql), "a fault in %s", tables[i]);
		ok(login_token(&w, "encvoy-2", "2", 1, NOW, &d) != ERR_OK,
		    "SEC-03: a login whose %s row fails is refused", tables[i]);
		ok(!d.changed, "SEC-03: nothing to publish");
		ok(no_trace(&w), "SEC-03: and the rows before it are taken back");
		ok(sql_ok(&w, "DROP TRIGGER fault"), "fault removed");
	}
	is_int(login_token(&w, "encvoy-2", "2", 1, NOW, &d), ERR_OK, "then all is well again");
	world_close(&w);
}

static void a_token_is_good_once(void)
{
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	is_int(login_token(&w, "encvoy-2", "2", 7, NOW, &d), ERR_OK, "a token");
	is_int(login_token(&w, "encvoy-2", "2", 7, NOW + 1, &d), ERR_USED_TOKEN,
	    "SEC-10: is refused the second time");
	is_int(login_token(&w, "encvoy-3", "3", 7, NOW + 1, &d), ERR_USED_TOKEN,
	    "SEC-10: for whomever");
	is_int(count_of(&w, "SELECT count(*) FROM identity"), 1, "SEC-10: without a trace");
	is_int(login_token(&w, "encvoy-2", "2", 8, NOW + 1, &d), ERR_OK, "another one is good");
	is_int(world_reopen(&w, NOW + 2), ERR_OK, "after a restart");
	is_int(login_token(&w, "encvoy-2", "2", 7, NOW + 3, &d), ERR_USED_TOKEN,
	    "SEC-10: the store remembers");
	is_int(login_token(&w, "encvoy-2", "2", 7, NOW + DAY, &d), ERR_USED_TOKEN,
	    "SEC-10: for the whole day that token_max_age can be");
	is_int(login_token(&w, "encvoy-2", "2", 9, NOW + 3 * DAY, &d), ERR_OK, "days later");
	is_int(count_of(&w, "SELECT count(*) FROM used_token"), 1,
	    "SEC-10: what nobody would accept is forgotten");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_OK, "a sign-in without token");
	is_int(count_of(&w, "SELECT count(*) FROM used_token"), 1, "uses none up");
	world_close(&w);
}

static void a_token_of_long_life_is_kept_as_long(void)
{
	const uint8_t hash[TOKEN_HASH_SIZE] = {1};
	struct world w;

	world_open(&w, "");
	is_int(used_insert(w.ids->db, hash, NOW + 10 * DAY, 300, NOW), ERR_OK, "ends in ten days");
	is_int(used_insert(w.ids->db, hash, NOW + 10 * DAY, 300, NOW + 10 * DAY), ERR_USED_TOKEN,
	    "SEC-10: kept until then");
	is_int(used_insert(w.ids->db, (const uint8_t[32]){2}, UINT64_MAX, 300, NOW), ERR_OK,
	    "one that never ends");
	is_int(count_of(&w, "SELECT max(expires) FROM used_token"), NOW + 30 * DAY + 3600,
	    "is not kept for ever");
	world_close(&w);
}

static void claims_decide_nothing(void)
{
	struct msg_identity who = {.issuer = ISSUER,
	    .sub = "2",
	    .full = true,
	    .name = "root:x:0:0:/:/bin/sh",
	    .locale = "de-DE"};
	struct msg_passwd pw;
	struct decision d;
	struct world w;

	world_open(&w, "allow = user:alice\n");
	snprintf(who.name, sizeof(who.name), "alice");
	is_int(identity_login(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who, NOW, &d),
	    ERR_NOT_ALLOWED, "SEC-20: being called alice at the provider admits nobody");
	is_int(identity_login(w.ids, &w.conf, &w.conf.service, "alice", &who, NOW, &d),
	    ERR_WRONG_USER, "SEC-17: nor does it make somebody alice");
	world_configure(&w, "allow = everyone\n");
	snprintf(who.name, sizeof(who.name), "root:x:0:0:/:/bin/sh");
	is_int(identity_login(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who, NOW, &d), ERR_OK,
	    "a hostile display name");
	is_int(count_of(&w, "SELECT count(*) FROM identity WHERE display = ''"), 1,
	    "SEC-20: is not even kept");
	snprintf(who.name, sizeof(who.name), "Al\342\200\256ice");
	identity_login(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who, NOW + 100, &d);
	is_int(count_of(&w, "SELECT count(*) FROM identity WHERE display = ''"), 1,
	    "SEC-25: nor one with a bidi control");
	is_int(
	    count_of(&w, "SELECT count(*) FROM identity WHERE locale = 'de-DE'"), 1, "a locale is");
	snprintf(who.name, sizeof(who.name), "Alice \xc3\x84.");
	identity_login(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who, NOW + 200, &d);
	is_int(count_of(&w, "SELECT count(*) FROM identity WHERE display LIKE 'Alice%'"), 1,
	    "a plain one is");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_OK, "served");
	is_str(pw.rec.gecos, "", "SEC-20: without it");
	is_str(pw.rec.home, "/home/encvoy-2", "SEC-20: with the home of the configuration");
	world_close(&w);
}

static void homes_are_never_the_root(void)
{
	static const char *const bad[] = {"/", "//", "/home/../..", "/home/%{user}/..",
	    "home/%{user}", "/home/%{user}:", "/home//%{user}", "/./x", "/home/%{user}/"};
	struct msg_passwd pw;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_OK, "signed in");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		free(w.conf.home);
		w.conf.home = strdup(bad[i]);
		is_int(lookup_name(&w, "encvoy-2", &pw), ERR_NOT_FOUND, "SEC-20: home %s", bad[i]);
	}
	free(w.conf.home);
	w.conf.home = strdup("");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_NOT_FOUND, "SEC-20: an empty home is not /");
	world_configure(
	    &w, "home = /srv/%{sub}/%{uid}/%{user}\ngecos = Encvoy %{sub}\nshell = /bin/sh\n");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_OK, "templates");
	is_str(pw.rec.home, "/srv/2/1879048194/encvoy-2", "of the home");
	is_str(pw.rec.gecos, "Encvoy 2", "of the comment");
	is_str(pw.rec.shell, "/bin/sh", "and the shell");
	world_close(&w);
}

static void look_ups_by_every_key(void)
{
	static const enum lookup_kind by_name[] = {LOOKUP_PWNAM, LOOKUP_GRNAM, LOOKUP_INITGROUPS};
	static const enum lookup_kind by_id[] = {LOOKUP_PWUID, LOOKUP_GRGID};
	static const uint32_t strangers[] = {
	    0, 1000, 65534, ID_FLOOR, ID_FLOOR + 3, ID_CEILING, UINT32_MAX};
	struct msg_passwd pw;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	login_as(&w, NULL, "encvoy-2", "2", NOW, &d);
	for (size_t i = 0; i < 3; i++) {
		struct msg_lookup q = {.kind = by_name[i], .name = "encvoy-2"};

		is_int(identity_lookup(w.ids, &w.conf, &q, &pw), ERR_OK, "by name, %zu", i);
		is_int(pw.rec.gid, ID_FLOOR + 2, "the same gid, %zu", i);
		snprintf(q.name, sizeof(q.name), "encvoy-3");
		is_int(identity_lookup(w.ids, &w.conf, &q, &pw), ERR_NOT_FOUND,
		    "a name that could be, but is not yet, %zu", i);
		snprintf(q.name, sizeof(q.name), "root");
		is_int(identity_lookup(w.ids, &w.conf, &q, &pw), ERR_NOT_FOUND,
		    "SEC-46: root is not ours, %zu", i);
	}
	for (size_t i = 0; i < 2; i++) {
		struct msg_lookup q = {.kind = by_id[i], .id = ID_FLOOR + 2};

		is_int(identity_lookup(w.ids, &w.conf, &q, &pw), ERR_OK, "by id, %zu", i);
		is_str(pw.rec.name, "encvoy-2", "the same name, %zu", i);
		for (size_t k = 0; k < sizeof(strangers) / sizeof(strangers[0]); k++) {
			q.id = strangers[k];
			is_int(identity_lookup(w.ids, &w.conf, &q, &pw), ERR_NOT_FOUND,
			    "SEC-18: id %u is nobody's", strangers[k]);
		}
	}
	world_close(&w);
}

static void accounts(void)
{
	struct decision d;
	struct world w;

	world_open(&w, "allow = sub:2\nfull_login_max_age = 7d\n[service cron]\nallow = sub:9\n");
	is_int(account_of(&w, NULL, "alice", NOW, &d), ERR_UNKNOWN_USER, "nobody of ours");
	is_int(account_of(&w, NULL, "encvoy-2", NOW, &d), ERR_LOGIN_TOO_OLD,
	    "SEC-03: somebody who never signed in is not unknown, but refused");
	is_int(
	    account_of(&w, NULL, "encvoy-3", NOW, &d), ERR_NOT_ALLOWED, "nor is one not allowed");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_OK, "signed in");
	is_int(account_of(&w, NULL, "encvoy-2", NOW + 7 * DAY, &d), ERR_OK,
	    "SEC-14: good for seven days");
	is_str(d.verdict.rule, "sub:2", "by the rule");
	is_str(d.verdict.at, "encvoy.conf:3", "of that line");
	is_int(account_of(&w, NULL, "encvoy-2", NOW + 7 * DAY + 1, &d), ERR_LOGIN_TOO_OLD,
	    "SEC-14: not longer");
	is_int(account_of(&w, "cron", "encvoy-2", NOW, &d), ERR_NOT_ALLOWED,
	    "SEC-13: each service has its own rules");
	ok(sql_ok(&w, "UPDATE identity SET blocked = 1"), "blocked");
	is_int(account_of(&w, NULL, "encvoy-2", NOW, &d), ERR_BLOCKED, "SEC-14: account refused");
	is_int(login_token(&w, "encvoy-2", "2", 1, NOW, &d), ERR_BLOCKED, "SEC-14: login refused");
	is_int(count_of(&w, "SELECT count(*) FROM used_token"), 0, "and the token not used up");
	ok(sql_ok(&w, "UPDATE identity SET deleted = 1"), "deleted");
	is_int(account_of(&w, NULL, "encvoy-2", NOW, &d), ERR_DELETED, "SEC-14: account refused");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_DELETED, "SEC-14: login refused");
	world_close(&w);
}

static void frequent_logins_write_rarely(void)
{
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	login_as(&w, NULL, "encvoy-2", "2", NOW, &d);
	login_as(&w, NULL, "encvoy-2", "2", NOW + 59, &d);
	is_int(
	    count_of(&w, "SELECT last_login FROM identity"), NOW, "within a minute: not written");
	login_as(&w, NULL, "encvoy-2", "2", NOW + 60, &d);
	is_int(count_of(&w, "SELECT last_login FROM identity"), NOW + 60, "after it: written");
	login_as(&w, NULL, "encvoy-2", "2", NOW - 1000, &d);
	is_int(count_of(&w, "SELECT last_login FROM identity"), NOW - 1000,
	    "a clock set back: written");
	world_close(&w);
}

static void a_login_that_is_not_full_does_not_count_as_one(void)
{
	struct msg_identity who = {.issuer = ISSUER, .sub = "2", .full = false};
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	is_int(identity_login(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who, NOW, &d), ERR_OK,
	    "granted");
	is_int(account_of(&w, NULL, "encvoy-2", NOW, &d), ERR_LOGIN_TOO_OLD,
	    "SEC-14: but the account phase wants a full one");
	world_close(&w);
}

int main(void)
{
	a_first_login_writes_everything_once();
	a_refusal_leaves_no_trace();
	a_foreign_issuer_is_refused();
	a_failing_write_grants_nothing();
	a_token_is_good_once();
	a_token_of_long_life_is_kept_as_long();
	claims_decide_nothing();
	homes_are_never_the_root();
	look_ups_by_every_key();
	accounts();
	frequent_logins_write_rarely();
	a_login_that_is_not_full_does_not_count_as_one();
	return tap_done();
}
