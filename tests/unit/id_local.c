/* SPDX-License-Identifier: MIT */
/* local_user: people of ours who sign in as an account of /etc/passwd. */
#include "tests/unit/id_util.h"

#include "common/map.h"
#include "encvoyd/ids.h"
#include "encvoyd/publish.h"

static const char conf[] = "local_user = 2:local1, 3:daemon 4:root 5:none 6:gone 7:local1"
			   " 8:local2\n"
			   "allow = user:local1 sub:3 sub:4 sub:5 sub:6 sub:7 sub:8 sub:9\n"
			   "[service cloud]\nuser_name = cloud-%{sub}\nallow = everyone\n";

static enum err expect(struct world *w, const char *user, struct expectation *ret)
{
	AUTO_SERVICE struct service_conf s = {0};
	struct conf_error e;

	*ret = (struct expectation){0};
	if (conf_service(&w->conf, "login", NULL, 0, &s, &e) != ERR_OK)
		return ERR_INTERNAL;
	return identity_expect(w->ids, &w->conf, &s, user, ret);
}

static void signs_in(struct world *w)
{
	struct expectation who;
	struct msg_passwd pw;
	struct decision d;
	uint32_t uid = 0;

	is_int(expect(w, "local1", &who), ERR_OK, "SEC-46: a local user who is configured");
	is_str(who.sub, "2", "and whose he is");
	ok(!who.known, "who never was here");
	is_int(account_of(w, NULL, "local1", NOW, &d), ERR_LOGIN_TOO_OLD,
	    "the account phase before the first sign-in");
	is_int(login_as(w, NULL, "local1", "3", NOW, &d), ERR_WRONG_USER, "SEC-01: another person");
	is_int(login_as(w, NULL, "local1", "2", NOW, &d), ERR_OK, "his own login");
	is_str(d.user, "local1", "under the local name");
	is_str(d.verdict.rule, "user:local1", "by a rule for it");
	is_int(account_of(w, NULL, "local1", NOW, &d), ERR_OK, "then the account phase");
	is_int(d.uid, 1000, "with the local uid");
	is_int(login_as(w, "cloud", "local1", "2", NOW + 1, &d), ERR_OK,
	    "the name is his at every service");
	is_int(login_as(w, "cloud", "cloud-2", "2", NOW + 2, &d), ERR_WRONG_USER,
	    "and he has no other");
	is_int(expect(w, "encvoy-2", &who), ERR_UNKNOWN_USER, "neither by the template");
	is_int(count_of(w, "SELECT count(*) FROM names"), 0, "the name is bound to nobody");
	is_int(identity_uid(w->ids, &w->conf, "local1", &uid), ERR_OK, "who asks for himself");
	is_int(uid, 1000, "is known by the local uid");
	is_int(identity_uid(w->ids, &w->conf, "daemon", &uid), ERR_LOCAL_USER, "others are not");
	is_int(lookup_name(w, "local1", &pw), ERR_NOT_FOUND, "SEC-16: NSS serves nothing for him");
	is_int(lookup_name(w, "encvoy-2", &pw), ERR_NOT_FOUND, "under no name");
	ok(sql_ok(w, "UPDATE identity SET blocked = 1 WHERE sub = '2'"), "he is blocked");
	is_int(account_of(w, NULL, "local1", NOW, &d), ERR_BLOCKED, "SEC-14: and stays out");
	ok(sql_ok(w, "UPDATE identity SET blocked = 0 WHERE sub = '2'"), "and is not any more");
}

static void refusals(struct world *w)
{
	static const struct {
		const char *user, *sub, *why;
		enum err want;
	} t[] = {
	    {"daemon", "3", "a system account", ERR_LOCAL_USER},
	    {"root", "4", "root", ERR_LOCAL_USER},
	    {"none", "5", "nobody's uid", ERR_LOCAL_USER},
	    {"gone", "6", "one that is not there", ERR_UNKNOWN_USER},
	    {"local1", "7", "a second owner", ERR_WRONG_USER},
	    {"staff1", "9", "a local group", ERR_LOCAL_USER},
	};
	struct expectation who;
	struct decision d;

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		if (t[i].want != ERR_WRONG_USER)
			is_int(expect(w, t[i].user, &who), t[i].want, "SEC-46: %s", t[i].why);
		ok(login_as(w, NULL, t[i].user, t[i].sub, NOW, &d) != ERR_OK,
		    "SEC-46: %s is not signed in to", t[i].why);
		if (t[i].want != ERR_WRONG_USER)
			is_int(account_of(w, NULL, t[i].user, NOW, &d), t[i].want,
			    "SEC-46: nor in the account phase");
	}
	is_int(count_of(w, "SELECT count(*) FROM identity"), 1, "nothing is left of them");
	append_file(w->passwd, "local2:x:1001:1001::/home/local2:/bin/sh\n"
			       "local2:x:0:0::/root:/bin/sh\n");
	is_int(login_as(w, NULL, "local2", "8", NOW, &d), ERR_OK, "an account made later");
	is_int(d.uid, 1001, "the first line of it counts, as everywhere");
	append_file(w->passwd, "gone:x:12:12::/:/bin/sh\n");
	is_int(expect(w, "gone", &who), ERR_LOCAL_USER, "SEC-46: a system account made later");
}

static unsigned n_left_out;

static void note(void *arg, const char *sub, const char *name, enum err why)
{
	(void)arg, (void)sub, (void)name, (void)why;
	n_left_out++;
}

static void published(struct world *w)
{
	CLEANUP(publish_state_free) struct publish_state state = {0};
	struct publish_report report;
	struct verb_run r;

	is_int(publish_map(w->ids, &w->conf, w->cache, &state, note, NULL, &report), ERR_OK,
	    "published");
	is_int(report.users, 0, "SEC-16: a local user is not in the map");
	is_int(n_left_out, 0, "and that is as it should be");
	is_int(run_verb(w, NULL, &r, "why", "local1", "login", NULL), ERR_OK, "why");
	is_str(row_value(&r, "uid"), "1000", "has the local uid");
	is_str(row_value(&r, "decision"), "allowed", "and the decision");
}

int main(void)
{
	struct world w;

	world_open(&w, conf);
	append_file(w.passwd, "none:x:65534:65534::/:/bin/sh\n");
	signs_in(&w);
	refusals(&w);
	published(&w);
	world_close(&w);
	return tap_done();
}
