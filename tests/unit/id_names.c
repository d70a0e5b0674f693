/* SPDX-License-Identifier: MIT */
#include "tests/unit/id_util.h"

#include "encvoyd/ids.h"
#include "encvoyd/locals.h"
#include "encvoyd/names.h"

#include <sys/stat.h>
#include <unistd.h>

static enum err check(struct world *w, const char *sub, const char *name)
{
	enum err e = locals_refresh(w->ids->locals);

	if (e != ERR_OK)
		return e;
	return names_check(w->ids, &w->conf, w->conf.service.user_name, sub, name);
}

static void hostile_names_are_refused_unchanged(void)
{
	static const char *const hostile[] = {"", " ", "Alice", "ALICE", "alice ", " alice",
	    "al ice", "alice\n", "alice\t", "alice\x01", "alice\x7f", "alice\x1b[31m", "alice:0",
	    ":", "a:b", "alice,bob", "alice/bob", "/etc/passwd", "../alice", "..", ".", "...",
	    ".alice", "alice.", "al..ice", "-rf", "-", "--help", "-alice", "0", "0alice", "1000",
	    "007", "+", "+alice", "+::::::", "alice@example.org", "@admins", "%wheel", "%{sub}",
	    "alice%s", "%n", "$(id)", "`id`", "$HOME", "alice$", "al*ce", "al?ce", "[a]", "{a}",
	    "a|b", "a&b", "a;b", "a<b", "a>b", "a'b", "a\"b", "a\\b", "DOMAIN\\alice", "a#b",
	    "#alice", "a!b", "a~b", "~", "~root", "a=b", "a(b)", "\xc3\xa4lice", "alic\303\251",
	    "\xd0\xb0lice", "al\342\200\213ice", "\342\200\256alice", "\357\273\277alice",
	    "alice\xff", "\xc0\xaf", "\xed\xa0\x80", "abcdefghijklmnopqrstuvwxyz1234567", "*", "?",
	    "root\n", "Root", "ROOT", "a\r", "alice\x85", "a\302\240b", "Marie.Dupont",
	    "5f0c3a9e-8d1b-4c61-9a55-0a1b2c3d4e5f"};
	struct expectation unused;
	struct world w;

	world_open(&w, "reserved_names = carol\n");
	for (size_t i = 0; i < sizeof(hostile) / sizeof(hostile[0]); i++) {
		struct verb_run r;
		enum err e = check(&w, "2", hostile[i]);

		is_int(e, ERR_BAD_NAME, "SEC-15: hostile name %zu", i);
		is_int(identity_expect(w.ids, &w.conf, &w.conf.service, hostile[i], &unused),
		    ERR_UNKNOWN_USER, "SEC-15: nor is it somebody, %zu", i);
		run_verb(&w, NULL, &r, "user map", "2", hostile[i], NULL);
		is_int(r.out.result.code, ERR_BAD_NAME, "SEC-15: nor can it be bound, %zu", i);
	}
	is_int(count_of(&w, "SELECT count(*) FROM names"), 0, "SEC-15: none of them was kept");
	is_int(check(&w, "2", "abcdefghijklmnopqrstuvwxyz123456"), ERR_OK, "SEC-15: 32 bytes fit");
	is_int(check(&w, "2", "a.b-c_d.0"), ERR_OK, "SEC-15: dots inside are fine");
	world_close(&w);
}

static void privileged_and_local_names_are_refused(void)
{
	static const char *const reserved[] = {"root", "admin", "sudo", "wheel", "docker", "adm",
	    "lxd", "shadow", "disk", "kvm", "libvirt", "www-data", "nobody", "sshd", "encvoy",
	    "encvoy-online", "systemd-network", "carol", "dave"};
	struct world w;

	world_open(&w, "reserved_names = carol, dave\n");
	for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++)
		is_int(check(&w, "2", reserved[i]), ERR_NAME_RESERVED, "SEC-16: %s is reserved",
		    reserved[i]);
	is_int(check(&w, "2", "local1"), ERR_LOCAL_USER, "SEC-16: a local user's name");
	is_int(check(&w, "2", "staff1"), ERR_LOCAL_USER, "SEC-16: a local group's name");
	is_int(check(&w, "2", "carola"), ERR_OK, "SEC-16: a longer name is another one");
	world_close(&w);
}

static void names_of_anothers_form_are_refused(void)
{
	struct world w;

	world_open(&w, "[service nextcloud]\nuser_name = nc%{sub}\n");
	is_int(check(&w, "2", "encvoy-17"), ERR_NAME_TAKEN, "SEC-16: encvoy-17 is sub 17's");
	is_int(check(&w, "17", "encvoy-17"), ERR_OK, "SEC-16: and only sub 17's");
	is_int(check(&w, "2", "encvoy-017"), ERR_NAME_TAKEN,
	    "SEC-16: encvoy-017 could be mistaken for it");
	is_int(check(&w, "2", "encvoy-99999999999999999999"), ERR_NAME_TAKEN,
	    "SEC-16: a number too large is still a number");
	is_int(check(&w, "2", "nc17"), ERR_NAME_TAKEN, "SEC-16: the form of another service");
	is_int(check(&w, "2", "ncfoo"), ERR_OK, "SEC-16: no sub of that form can exist");
	is_int(check(&w, "2", "encvoy-alice"), ERR_OK, "SEC-16: nor of this");
	is_int(names_check(w.ids, &w.conf, "p-%{sub}", "2", "p-3"), ERR_NAME_TAKEN,
	    "SEC-16: the form of a PAM argument's template");
	world_configure(&w, "require_numeric_sub = no\n");
	is_int(check(&w, "2", "encvoy-alice"), ERR_NAME_TAKEN,
	    "SEC-16: where any sub may be, so may this name's");
	is_int(check(&w, "alice", "encvoy-alice"), ERR_OK, "SEC-16: and is that sub's");
	world_close(&w);
}

static void templates_that_overlap_give_nobody_anothers_name(void)
{
	struct decision d;
	struct world w;

	world_open(
	    &w, "user_name = u%{sub}\nallow = everyone\n[service nc]\nuser_name = u1%{sub}\n");
	is_int(login_as(&w, "nc", "u12", "2", NOW, &d), ERR_NAME_TAKEN,
	    "SEC-16: u12 by the service's template is u12 of sub 12 on the host");
	is_int(login_as(&w, NULL, "u12", "12", NOW, &d), ERR_NAME_TAKEN,
	    "SEC-16: so neither of them gets it");
	is_int(count_of(&w, "SELECT count(*) FROM names"), 0, "SEC-16: nothing was written");
	world_close(&w);
}

static void rename_keeps_name_and_uid(void)
{
	struct msg_passwd pw;
	struct verb_run r;
	struct decision d;
	struct world w;
	uint32_t uid;

	world_open(&w, "allow = everyone\n");
	is_int(run_verb(&w, NULL, &r, "user add", "2", "alice", NULL), ERR_OK, "alice is sub 2");
	is_int(login_as(&w, NULL, "alice", "2", NOW, &d), ERR_OK, "and signs in");
	uid = d.uid;
	/* whatever the provider calls her now does not reach any decision */
	is_int(login_as(&w, NULL, "alicia", "2", NOW, &d), ERR_WRONG_USER,
	    "SEC-17: a login changed at the provider is no name here");
	is_int(login_as(&w, NULL, "alice", "2", NOW + 100, &d), ERR_OK,
	    "SEC-17: the same sub keeps its name");
	is_int(d.uid, uid, "SEC-17: and its uid");
	is_int(lookup_name(&w, "alice", &pw), ERR_OK, "SEC-17: served as before");
	is_int(pw.rec.uid, uid, "SEC-17: with the uid");
	is_str(pw.rec.home, "/home/alice", "SEC-17: and the home");
	world_close(&w);
}

static void a_reused_login_gets_nothing(void)
{
	struct msg_passwd pw;
	struct verb_run r;
	struct decision d;
	struct world w;
	uint32_t uid;

	world_open(&w, "allow = everyone\n");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	login_as(&w, NULL, "alice", "2", NOW, &d);
	uid = d.uid;
	is_int(login_as(&w, NULL, "alice", "9", NOW, &d), ERR_WRONG_USER,
	    "SEC-17: a new sub under an old login is not alice");
	is_int(run_verb(&w, NULL, &r, "user map", "9", "alice", NULL), ERR_NAME_TAKEN,
	    "SEC-17: nor can it be made alice");
	is_int(run_verb(&w, NULL, &r, "user rename", "alice", "alicia", NULL), ERR_OK,
	    "after a rename");
	is_int(run_verb(&w, NULL, &r, "user map", "9", "alice", NULL), ERR_NAME_TAKEN,
	    "SEC-17: the old name stays hers");
	is_int(login_as(&w, NULL, "alice", "2", NOW, &d), ERR_WRONG_USER,
	    "SEC-17: though she is not called so any more");
	is_int(lookup_name(&w, "alice", &pw), ERR_NOT_FOUND, "SEC-17: nor found under it");
	is_int(
	    run_verb(&w, NULL, &r, "user remove", "alicia", NULL, NULL), ERR_OK, "after a removal");
	is_int(run_verb(&w, NULL, &r, "user map", "9", "alice", NULL), ERR_NAME_TAKEN,
	    "SEC-17: the name stays hers");
	is_int(run_verb(&w, NULL, &r, "user map", "9", "alicia", NULL), ERR_NAME_TAKEN,
	    "SEC-17: both of them");
	is_int(login_as(&w, NULL, "encvoy-9", "9", NOW, &d), ERR_OK, "sub 9 is itself");
	ok(d.uid != uid && d.uid != 0, "SEC-17: with a uid of its own");
	is_int(lookup_name(&w, "encvoy-9", &pw), ERR_OK, "served");
	is_str(pw.rec.home, "/home/encvoy-9", "SEC-17: with a home of its own");
	is_int(run_verb(&w, NULL, &r, "user map", "2", "alicia", NULL), ERR_OK, "sub 2 comes back");
	is_int(login_as(&w, NULL, "alicia", "2", NOW, &d), ERR_OK, "and signs in");
	is_int(d.uid, uid, "SEC-17: with the uid of before");
	world_close(&w);
}

static void names_survive_in_the_database(void)
{
	struct verb_run r;
	struct world w;

	world_open(&w, "allow = everyone\n");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	ok(!sql_ok(&w, "UPDATE names SET sub = '9' WHERE name = 'alice'"),
	    "SEC-17: SQL cannot change a name's owner");
	ok(!sql_ok(&w, "DELETE FROM names WHERE name = 'alice'"), "SEC-17: nor remove the name");
	ok(!sql_ok(&w, "REPLACE INTO names VALUES ('alice', '" ISSUER "', '9', 1)"),
	    "SEC-17: nor replace it");
	ok(!sql_ok(&w, "INSERT INTO names VALUES ('alice', '" ISSUER "', '9', 1)"),
	    "SEC-17: nor give it twice");
	ok(!sql_ok(&w, "UPDATE identity SET bound_name = 'root' WHERE sub = '2'"),
	    "SEC-17: nor bind a name that is not the sub's");
	is_int(world_reopen(&w, NOW), ERR_OK, "reopened");
	is_int(run_verb(&w, NULL, &r, "user map", "9", "alice", NULL), ERR_NAME_TAKEN,
	    "SEC-17: reserved after a restart as well");
	world_close(&w);
}

static void another_issuer_is_another_person(void)
{
	struct verb_run r;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	login_as(&w, NULL, "alice", "2", NOW, &d);
	free(w.conf.issuer);
	w.conf.issuer = strdup("https://other.example.org");
	is_int(run_verb(&w, NULL, &r, "user show", "alice", NULL, NULL), ERR_NOT_FOUND,
	    "SEC-17: the other issuer's alice is not served");
	is_int(run_verb(&w, NULL, &r, "user map", "2", "alice", NULL), ERR_NAME_TAKEN,
	    "SEC-17: its name stays taken");
	is_int(run_verb(&w, NULL, &r, "user add", "2", "alicia", NULL), ERR_ID_RANGE,
	    "SEC-17: and its uid too, although the sub reads the same");
	is_int(login_as(&w, NULL, "alice", "2", NOW, &d), ERR_WRONG_ISSUER,
	    "a sign-in at the former issuer is refused");
	world_close(&w);
}

static void local_users_win(void)
{
	struct expectation who;
	struct msg_passwd pw;
	struct verb_run r;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	is_int(identity_expect(w.ids, &w.conf, &w.conf.service, "root", &who), ERR_LOCAL_USER,
	    "SEC-46: root is local");
	is_int(identity_expect(w.ids, &w.conf, &w.conf.service, "local1", &who), ERR_LOCAL_USER,
	    "SEC-46: so is a local user");
	is_int(account_of(&w, NULL, "local1", NOW, &d), ERR_LOCAL_USER,
	    "SEC-46: in the account phase too");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	is_int(lookup_name(&w, "alice", &pw), ERR_OK, "alice is served");
	append_file(w.passwd, "alice:x:1005:1005::/home/alice:/bin/sh\n");
	is_int(lookup_name(&w, "alice", &pw), ERR_NOT_FOUND,
	    "SEC-16: until a local user of that name appears");
	is_int(identity_expect(w.ids, &w.conf, &w.conf.service, "alice", &who), ERR_LOCAL_USER,
	    "SEC-46: the name is local now");
	is_int(login_as(&w, NULL, "alice", "2", NOW, &d), ERR_LOCAL_USER,
	    "SEC-46: a sign-in opens no local account");
	is_int(login_as(&w, NULL, "encvoy-5", "2", NOW, &d), ERR_WRONG_USER,
	    "SEC-46: asked for somebody else, it is merely the wrong user");
	is_int(run_verb(&w, NULL, &r, "user show", "alice", NULL, NULL), ERR_OK,
	    "an administrator still finds her");
	is_str(row_value(&r, "served"), "local-user", "SEC-16: and reads why she is not served");
	append_file(w.group, "encvoy-7:x:1007:\n");
	is_int(login_as(&w, NULL, "encvoy-7", "7", NOW, &d), ERR_LOCAL_USER,
	    "SEC-16: a local group's name is as local");
	append_file(w.passwd, "uidthief:x:1879048200:1000::/:/bin/sh\n"); /* uid_base + 8 */
	is_int(login_as(&w, NULL, "encvoy-8", "8", NOW, &d), ERR_ID_RANGE,
	    "SEC-18: a local user's uid is refused");
	is_int(run_verb(&w, NULL, &r, "why", "encvoy-8", "sshd", NULL), ERR_OK, "why says so");
	is_str(row_value(&r, "reason"), "id-out-of-range", "SEC-18: with the reason");
	world_close(&w);
}

static void without_local_files_nothing_is_granted(void)
{
	struct expectation who;
	struct msg_passwd pw;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_OK, "signed in");
	unlink(w.passwd);
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_IO,
	    "SEC-03: without the passwd file nobody signs in");
	is_int(account_of(&w, NULL, "encvoy-2", NOW, &d), ERR_IO, "SEC-03: nor is let in");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_IO, "nor found");
	is_int(identity_expect(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who), ERR_IO,
	    "SEC-03: nor taken for unknown");
	append_file(w.passwd, "root:x:0:0::/root:/bin/sh\n");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW, &d), ERR_OK, "it comes back with the file");
	world_close(&w);
}

static void services_have_their_own_names(void)
{
	struct expectation who;
	struct verb_run r;
	struct decision d;
	struct world w;
	struct service_conf nc = {0};
	struct conf_error ce;

	world_open(&w, "allow = everyone\n[service nextcloud]\nuser_name = nc-%{sub}\n"
		       "allow = user:alice\n[service sshd]\nallow = user:encvoy-2\n");
	run_verb(&w, NULL, &r, "user add", "2", "alice", NULL);
	is_int(login_as(&w, "nextcloud", "nc-2", "2", NOW, &d), ERR_OK,
	    "a service's own template names the same person");
	is_str(d.user, "nc-2", "by that name");
	is_str(d.verdict.rule, "user:alice", "and a rule by host name admits them");
	is_int(login_as(&w, "nextcloud", "alice", "2", NOW, &d), ERR_WRONG_USER,
	    "the host name is none there");
	is_int(login_as(&w, NULL, "nc-2", "2", NOW, &d), ERR_WRONG_USER, "nor the other way round");
	is_int(login_as(&w, "sshd", "alice", "2", NOW, &d), ERR_NOT_ALLOWED,
	    "SEC-17: a name that the sub had by template does not match any more");
	is_int(conf_service(&w.conf, "nextcloud", NULL, 0, &nc, &ce), ERR_OK, "the service");
	is_int(identity_expect(w.ids, &w.conf, &nc, "nc-2", &who), ERR_OK, "nc-2 is somebody");
	is_str(who.sub, "2", "namely sub 2");
	ok(who.known, "known already");
	is_int(identity_expect(w.ids, &w.conf, &nc, "nc-3", &who), ERR_OK, "nc-3 could be");
	ok(!who.known, "and is not known yet");
	is_int(identity_expect(w.ids, &w.conf, &nc, "nc-x", &who), ERR_UNKNOWN_USER, "nc-x cannot");
	is_int(identity_expect(w.ids, &w.conf, &w.conf.service, "encvoy-2", &who), ERR_UNKNOWN_USER,
	    "nor encvoy-2, whose owner is called alice");
	is_int(identity_expect(w.ids, &w.conf, &w.conf.service, "encvoy-134217728", &who),
	    ERR_UNKNOWN_USER, "SEC-18: nor a sub beyond the range");
	service_conf_free(&nc);
	world_close(&w);
}

int main(void)
{
	hostile_names_are_refused_unchanged();
	privileged_and_local_names_are_refused();
	names_of_anothers_form_are_refused();
	templates_that_overlap_give_nobody_anothers_name();
	rename_keeps_name_and_uid();
	a_reused_login_gets_nothing();
	names_survive_in_the_database();
	another_issuer_is_another_person();
	local_users_win();
	without_local_files_nothing_is_granted();
	services_have_their_own_names();
	return tap_done();
}
