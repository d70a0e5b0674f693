/* SPDX-License-Identifier: MIT */
#include "tests/unit/id_util.h"

#include "common/record.h"

static void add_show_and_list(void)
{
	struct verb_run r;
	struct world w;

	world_open(&w, "gecos = Encvoy %{sub}\n");
	is_int(run_verb(&w, NULL, &r, "user add", "2", "alice", "Alice A."), ERR_OK, "user add");
	ok(r.out.changed, "has the map published");
	is_str(row_value(&r, "name"), "alice", "name");
	is_str(row_value(&r, "sub"), "2", "sub");
	is_str(row_value(&r, "uid"), "1879048194", "uid");
	is_str(row_value(&r, "bound_by"), "add", "bound by");
	is_str(row_value(&r, "gecos"), "Alice A.", "gecos");
	is_str(row_value(&r, "home"), "/home/alice", "home");
	is_str(row_value(&r, "served"), "yes", "served");
	is_str(row_value(&r, "blocked"), "no", "blocked");
	is_str(row_value(&r, "last_full_login"), "0", "never signed in");
	is_int(run_verb(&w, NULL, &r, "user add", "3", NULL, NULL), ERR_OK, "without a name");
	is_str(row_value(&r, "name"), "encvoy-3", "the template's");
	is_str(row_value(&r, "bound_by"), "template", "bound by the template");
	is_str(row_value(&r, "gecos"), "Encvoy 3", "gecos by template");
	is_int(
	    run_verb(&w, NULL, &r, "user add", "4", "", "Dora"), ERR_OK, "an empty name is none");
	is_str(row_value(&r, "name"), "encvoy-4", "the template's");
	is_int(run_verb(&w, NULL, &r, "user show", "sub:2", NULL, NULL), ERR_OK, "show by sub");
	is_str(row_value(&r, "name"), "alice", "finds alice");
	is_int(run_verb(&w, NULL, &r, "user show", "encvoy-3", NULL, NULL), ERR_OK, "by name");
	is_int(run_verb(&w, NULL, &r, "user show", "sub:9", NULL, NULL), ERR_NOT_FOUND, "nobody");
	is_int(run_verb(&w, NULL, &r, "user show", "encvoy-2", NULL, NULL), ERR_NOT_FOUND,
	    "nor the template's name of somebody bound");
	is_int(run_verb(&w, NULL, &r, "user list", NULL, NULL, NULL), ERR_OK, "list");
	is_int(r.n_rows, 3, "all of them");
	ok(strstr(r.rows, "alice|1879048194|2|add|no|0|Alice A.||no\n") != NULL,
	    "with their fields");
	world_close(&w);
}

static void refusals_change_nothing(void)
{
	static const struct {
		const char *verb, *a1, *a2, *a3;
		enum err want;
	} t[] = {
	    {"user add", "2", "bob", NULL, ERR_EXISTS},
	    {"user add", "5", "root", NULL, ERR_NAME_RESERVED},
	    {"user add", "5", "Bob", NULL, ERR_BAD_NAME},
	    {"user add", "5", "alice", NULL, ERR_NAME_TAKEN},
	    {"user add", "5", "encvoy-6", NULL, ERR_NAME_TAKEN},
	    {"user add", "5", "local1", NULL, ERR_LOCAL_USER},
	    {"user add", "5", "staff1", NULL, ERR_LOCAL_USER},
	    {"user add", "x", "bob", NULL, ERR_BAD_SUB},
	    {"user add", "", "bob", NULL, ERR_BAD_SUB},
	    {"user add", "134217728", "bob", NULL, ERR_ID_RANGE},
	    {"user add", "5", "bob", "a:b", ERR_SYNTAX},
	    {"user add", "5", "bob", "a\nb", ERR_SYNTAX},
	    {"user add", "5", "bob", "a\xff", ERR_SYNTAX},
	    {"user map", "2", "bob", NULL, ERR_EXISTS},
	    {"user map", "5", "alice", NULL, ERR_NAME_TAKEN},
	    {"user map", "5", "", NULL, ERR_BAD_NAME},
	    {"user rename", "alice", "root", NULL, ERR_NAME_RESERVED},
	    {"user rename", "alice", "encvoy-3", NULL, ERR_NAME_TAKEN},
	    {"user rename", "nobody-here", "bob", NULL, ERR_NOT_FOUND},
	    {"user remove", "nobody-here", NULL, NULL, ERR_NOT_FOUND},
	    {"user remove", "sub:", NULL, NULL, ERR_NOT_FOUND},
	    {"user add", NULL, NULL, NULL, ERR_PROTOCOL},
	    {"user list", "x", NULL, NULL, ERR_PROTOCOL},
	    {"user frobnicate", NULL, NULL, NULL, ERR_PROTOCOL},
	    {"", NULL, NULL, NULL, ERR_PROTOCOL},
	};
	struct verb_run r;
	struct world w;
	int64_t before;

	world_open(&w, "");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	before = count_of(&w, "SELECT total_changes()");
	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		is_int(run_verb(&w, NULL, &r, t[i].verb, t[i].a1, t[i].a2, t[i].a3), t[i].want,
		    "%s %s %s: refused", t[i].verb, t[i].a1 ? t[i].a1 : "", t[i].a2 ? t[i].a2 : "");
		ok(!r.out.changed && r.n_rows == 0, "nothing to publish or to show");
		ok(r.out.result.text[0] != 0, "a sentence: %s", r.out.result.text);
		is_str(r.out.result.reason, err_word(t[i].want), "and the word");
	}
	is_int(count_of(&w, "SELECT count(*) FROM names"), 1, "SEC-16: no name was written");
	is_int(count_of(&w, "SELECT count(*) FROM ledger"), 1, "SEC-18: no id either");
	is_int(count_of(&w, "SELECT count(*) FROM identity"), 1, "nor an identity");
	ok(count_of(&w, "SELECT total_changes()") - before < 20, "what was begun was taken back");
	world_close(&w);
}

static void rename_and_remove(void)
{
	struct msg_passwd pw;
	struct verb_run r;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	login_as(&w, NULL, "encvoy-2", "2", NOW, &d);
	is_int(run_verb(&w, NULL, &r, "user rename", "encvoy-2", "alice", NULL), ERR_OK, "rename");
	ok(r.out.changed, "is published");
	is_str(row_value(&r, "name"), "alice", "the new name");
	is_str(row_value(&r, "bound_by"), "rename", "bound by");
	is_str(row_value(&r, "uid"), "1879048194", "SEC-17: the same uid");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_NOT_FOUND, "the old name is gone");
	is_int(lookup_name(&w, "alice", &pw), ERR_OK, "the new one is there");
	is_int(account_of(&w, NULL, "alice", NOW, &d), ERR_OK, "and its logins count");
	is_int(run_verb(&w, NULL, &r, "user rename", "alice", "alice", NULL), ERR_OK, "to itself");
	is_int(
	    run_verb(&w, NULL, &r, "user rename", "alice", "encvoy-2", NULL), ERR_OK, "back again");
	is_int(
	    run_verb(&w, NULL, &r, "user rename", "encvoy-2", "alice", NULL), ERR_OK, "and forth");
	is_int(run_verb(&w, NULL, &r, "user remove", "alice", NULL, NULL), ERR_OK, "remove");
	ok(r.out.changed && r.n_rows == 0, "is published, without rows");
	is_int(lookup_name(&w, "alice", &pw), ERR_NOT_FOUND, "not served any more");
	is_int(count_of(&w, "SELECT count(*) FROM ledger"), 1, "SEC-17: the ledger stays");
	is_int(count_of(&w, "SELECT count(*) FROM names"), 2, "SEC-17: and the names");
	is_int(account_of(&w, NULL, "encvoy-2", NOW, &d), ERR_LOGIN_TOO_OLD, "no login counts now");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_OK, "a later login");
	is_int(d.uid, ID_FLOOR + 2, "SEC-17: brings the same uid back");
	ok(d.changed, "to be published");
	world_close(&w);
}

static void import_is_all_or_nothing(void)
{
	struct admin_session *s = admin_session_new();
	struct verb_run r;
	struct world w;

	world_open(&w, "");
	is_int(run_verb(&w, s, &r, "user import", "2", "alice", "Alice A."), ERR_OK, "a line");
	is_int(run_verb(&w, s, &r, "user import", "3", "bob", NULL), ERR_OK, "another");
	is_int(run_verb(&w, s, &r, "user import", "4", "root", NULL), ERR_OK, "a bad one");
	is_int(run_verb(&w, s, &r, "user import", "5", "carol", NULL), ERR_OK, "and one behind it");
	ok(!r.out.changed, "nothing is applied yet");
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_NAME_RESERVED,
	    "the bad line is refused");
	is_str(r.out.result.text, "line 3 (4 root): the name is reserved", "by its number");
	ok(!r.out.changed, "nothing to publish");
	is_int(count_of(&w, "SELECT count(*) FROM identity"), 0, "nothing applied");
	is_int(count_of(&w, "SELECT count(*) FROM names"), 0, "no name");
	is_int(count_of(&w, "SELECT count(*) FROM ledger"), 0, "no id");
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_OK,
	    "the lines are forgotten");
	is_int(count_of(&w, "SELECT count(*) FROM identity"), 0, "nothing came of it");

	run_verb(&w, s, &r, "user import", "2", "alice", "Alice A.");
	run_verb(&w, s, &r, "user import", "3", "bob", NULL);
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_OK, "good lines");
	ok(r.out.changed, "are published");
	is_int(
	    count_of(&w, "SELECT count(*) FROM identity WHERE bound_by = 'import'"), 2, "applied");
	run_verb(&w, s, &r, "user import", "2", "alice", "Alice B.");
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_OK,
	    "the same once more");
	run_verb(&w, NULL, &r, "user show", "alice", NULL, NULL);
	is_str(row_value(&r, "gecos"), "Alice B.", "takes the new comment");
	run_verb(&w, s, &r, "user import", "2", "alicia", NULL);
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_EXISTS,
	    "SEC-17: a file renames nobody");
	run_verb(&w, s, &r, "user import", "7", "dora", NULL);
	run_verb(&w, s, &r, "user import", "8", "dora", NULL);
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_NAME_TAKEN,
	    "SEC-17: nor gives a name twice");
	ok(strncmp(r.out.result.text, "line 2 (8 dora)", 15) == 0, "the second line is named");
	run_verb(&w, s, &r, "user import", "9", "e\x1b[31m", NULL);
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_BAD_NAME,
	    "SEC-15: nor a hostile one");
	ok(!strchr(r.out.result.text, 0x1b), "SEC-25: which is shown harmless: %s",
	    r.out.result.text);
	run_verb(&w, s, &r, "user import", "10", "never", NULL);
	admin_session_free(s);
	is_int(count_of(&w, "SELECT count(*) FROM names WHERE name = 'never'"), 0,
	    "a connection that ends applies nothing");
	world_close(&w);
}

static void why_says_which_rule(void)
{
	struct verb_run r;
	struct decision d;
	struct world w;

	world_open(
	    &w, "allow = sub:2\nfull_login_max_age = 1d\n[service cron]\nallow = user:bob\n");
	login_as(&w, NULL, "encvoy-2", "2", NOW, &d);
	is_int(run_verb(&w, NULL, &r, "why", "encvoy-2", "sshd", NULL), ERR_OK, "why");
	is_str(r.rows,
	    "user|encvoy-2\nsub|2\nuid|1879048194\nbound_by|template\nblocked|no\n"
	    "last_full_login|1760000000\ndecision|allowed\nreason|ok\nrule|sub:2\n"
	    "at|encvoy.conf:3\n",
	    "all of it");
	ok(!r.out.changed, "a dry run");
	run_verb(&w, NULL, &r, "why", "encvoy-2", "cron", NULL);
	is_str(row_value(&r, "decision"), "refused", "another service");
	is_str(row_value(&r, "reason"), "not-allowed", "its reason");
	is_str(row_value(&r, "rule"), "none", "no rule");
	is_str(row_value(&r, "at"), "", "no place");
	sql_ok(&w, "UPDATE identity SET last_full_login = 1700000000");
	run_verb(&w, NULL, &r, "why", "encvoy-2", "sshd", NULL);
	is_str(row_value(&r, "reason"), "login-too-old", "an old login");
	is_str(row_value(&r, "rule"), "full_login_max_age", "by which setting");
	sql_ok(&w, "UPDATE identity SET blocked = 1");
	run_verb(&w, NULL, &r, "why", "encvoy-2", "sshd", NULL);
	is_str(row_value(&r, "reason"), "blocked", "blocked");
	is_str(row_value(&r, "blocked"), "yes", "and so shown");
	run_verb(&w, NULL, &r, "why", "encvoy-3", "sshd", NULL);
	is_str(row_value(&r, "reason"), "not-allowed", "somebody not seen yet");
	is_str(row_value(&r, "sub"), "3", "by sub");
	is_str(row_value(&r, "last_full_login"), "0", "without a login");
	run_verb(&w, NULL, &r, "why", "root", "sshd", NULL);
	is_str(row_value(&r, "reason"), "local-user", "SEC-46: root");
	is_str(row_value(&r, "uid"), "", "has no uid of ours");
	run_verb(&w, NULL, &r, "why", "somebody", "sshd", NULL);
	is_str(row_value(&r, "reason"), "unknown-user", "a stranger");
	is_int(count_of(&w, "SELECT count(*) FROM identity"), 1, "nothing was written");
	world_close(&w);
}

static void long_lists_come_in_steps(void)
{
	struct admin_session *s = admin_session_new();
	struct verb_run r;
	struct world w;

	world_open(&w, "");
	run_verb(&w, s, &r, "user import", "1", "", NULL);
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_BAD_NAME,
	    "an import needs names");
	for (unsigned i = 0; i < 600; i++) {
		char sub[16], name[16];

		snprintf(sub, sizeof(sub), "%u", i);
		snprintf(name, sizeof(name), "u-%u", i);
		run_verb(&w, s, &r, "user import", sub, name, NULL);
	}
	is_int(run_verb(&w, s, &r, "user import commit", NULL, NULL, NULL), ERR_OK, "600 people");
	is_int(run_verb(&w, s, &r, "user list", NULL, NULL, NULL), ERR_OK, "are listed");
	is_int(r.n_rows, 600, "all of them");
	is_int(r.steps, 3, "in three steps");
	admin_session_free(s);
	s = admin_session_new();
	{
		const struct admin a = {.ids = w.ids, .conf = &w.conf, .now = NOW};
		struct admin_outcome out;

		admin_continue(&a, s, &out);
		is_int(out.result.code, ERR_PROTOCOL, "going on without a list is a mistake");
	}
	admin_session_free(s);
	world_close(&w);
}

static enum err full(void *arg, const char *const *fields, size_t n)
{
	(void)arg, (void)fields, (void)n;
	return ERR_CLOSED;
}

static void a_client_that_left_ends_the_verb(void)
{
	char verb[] = "user add", sub[] = "2", name[] = "alice";
	struct msg_admin m = {.n_args = 2, .args = {sub, name}};
	struct admin_session *s = admin_session_new();
	struct admin_outcome out;
	struct world w;
	const struct admin a = {.ids = NULL, .row = full, .now = NOW};
	struct admin real = a;

	world_open(&w, "");
	real.ids = w.ids;
	real.conf = &w.conf;
	memcpy(m.verb, verb, sizeof(verb));
	admin_run(&real, s, &m, &out);
	is_int(out.result.code, ERR_CLOSED, "rows that nobody takes");
	ok(out.changed, "do not hide that something changed");
	is_int(admin_status_rows(&real), ERR_CLOSED, "status as well");
	admin_session_free(s);
	world_close(&w);
}

static void flush_and_status(void)
{
	struct verb_run r;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	login_token(&w, "encvoy-2", "2", 1, NOW, &d);
	is_int(run_verb(&w, NULL, &r, "flush", NULL, NULL, NULL), ERR_OK, "flush");
	ok(r.out.changed && r.n_rows == 0, "has the map written anew");
	is_int(status_rows_of(&w, &r), ERR_OK, "status");
	is_str(r.rows,
	    "identities|1\nledger|1\nnames|1\nused_tokens|1\npersons|0\nunserved|0\nschema|3\n"
	    "groups_not_served|\n",
	    "its rows");
	world_close(&w);
}

int main(void)
{
	add_show_and_list();
	refusals_change_nothing();
	rename_and_remove();
	import_is_all_or_nothing();
	why_says_which_rule();
	long_lists_come_in_steps();
	a_client_that_left_ends_the_verb();
	flush_and_status();
	return tap_done();
}
