/* SPDX-License-Identifier: MIT */
#include "encvoyd/decide.h"

#include "tests/unit/tap.h"

#define NOW 1760000000

static char file[] = "/etc/encvoy/encvoy.conf";
static char sub2[] = "2", sub22[] = "22", alice[] = "alice", encvoy2[] = "encvoy-2";

/* initialisers, for clang takes no constant object as one */
#define EVERYONE                             \
	{                                    \
		RULE_EVERYONE, NULL, file, 3 \
	}
#define ONLY_SUB2                       \
	{                               \
		RULE_SUB, sub2, file, 4 \
	}
#define ONLY_SUB22                       \
	{                                \
		RULE_SUB, sub22, file, 5 \
	}
#define ONLY_ALICE                        \
	{                                 \
		RULE_USER, alice, file, 6 \
	}
#define ONLY_ENCVOY2                        \
	{                                   \
		RULE_USER, encvoy2, file, 7 \
	}
static const struct rule everyone = EVERYONE;

static const struct facts bob = {.sub = "3", .host_name = "encvoy-3", .service_name = "encvoy-3"};
static const struct facts alice_bound = {
    .sub = "2", .host_name = "alice", .service_name = "encvoy-2"};
static const struct facts nameless = {.sub = "2"};
static const struct facts empty_names = {.sub = "2", .host_name = "", .service_name = ""};

static enum err decide(const struct rule *rules, size_t n, const struct facts *f, struct verdict *v)
{
	struct rule copy[4];
	const struct service_conf s = {.allow = {copy, n}};

	if (n)
		memcpy(copy, rules, n * sizeof(*rules));
	return decide_login(&s, f, v);
}

static void allow_rules(void)
{
	static const struct {
		const char *what;
		struct rule rules[2];
		size_t n;
		const struct facts *who;
		enum err want;
		const char *rule, *at;
	} t[] = {
	    {"SEC-13: an empty allow admits nobody", {{0}}, 0, &bob, ERR_NOT_ALLOWED, "none", ""},
	    {"SEC-13: an empty allow admits no bound name", {{0}}, 0, &alice_bound, ERR_NOT_ALLOWED,
		"none", ""},
	    {"everyone is everyone", {EVERYONE}, 1, &bob, ERR_OK, "everyone",
		"/etc/encvoy/encvoy.conf:3"},
	    {"sub: matches", {ONLY_SUB2}, 1, &alice_bound, ERR_OK, "sub:2",
		"/etc/encvoy/encvoy.conf:4"},
	    {"SEC-13: sub:2 is not 3", {ONLY_SUB2}, 1, &bob, ERR_NOT_ALLOWED, "none", ""},
	    {"SEC-13: sub:22 is not 2, nor a prefix", {ONLY_SUB22}, 1, &alice_bound,
		ERR_NOT_ALLOWED, "none", ""},
	    {"user: matches the host name", {ONLY_ALICE}, 1, &alice_bound, ERR_OK, "user:alice",
		"/etc/encvoy/encvoy.conf:6"},
	    {"user: matches the name of the service", {ONLY_ENCVOY2}, 1, &alice_bound, ERR_OK,
		"user:encvoy-2", "/etc/encvoy/encvoy.conf:7"},
	    {"SEC-13: user:alice is not bob", {ONLY_ALICE}, 1, &bob, ERR_NOT_ALLOWED, "none", ""},
	    {"SEC-17: user: never matches somebody without a bound name", {ONLY_ALICE}, 1,
		&nameless, ERR_NOT_ALLOWED, "none", ""},
	    {"SEC-17: an empty name matches nothing", {ONLY_ALICE}, 1, &empty_names,
		ERR_NOT_ALLOWED, "none", ""},
	    {"the rule that decides is named", {ONLY_SUB22, ONLY_ALICE}, 2, &alice_bound, ERR_OK,
		"user:alice", "/etc/encvoy/encvoy.conf:6"},
	    {"the first that matches", {ONLY_SUB2, EVERYONE}, 2, &alice_bound, ERR_OK, "sub:2",
		"/etc/encvoy/encvoy.conf:4"},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct verdict v;

		is_int(decide(t[i].rules, t[i].n, t[i].who, &v), t[i].want, "%s", t[i].what);
		is_int(v.code, t[i].want, "%s: in the verdict too", t[i].what);
		is_str(v.rule, t[i].rule, "%s: the rule", t[i].what);
		is_str(v.at, t[i].at, "%s: its place", t[i].what);
	}
}

static void damaged_rules_admit_nobody(void)
{
	const struct rule no_value = {RULE_SUB, NULL, NULL, 0};
	const struct rule no_name = {RULE_USER, NULL, NULL, 0};
	const struct rule unknown = {(enum rule_kind)77, alice, file, 1};
	struct verdict v;

	is_int(decide(&no_value, 1, &bob, &v), ERR_NOT_ALLOWED, "SEC-13: sub: without value");
	is_int(decide(&no_name, 1, &nameless, &v), ERR_NOT_ALLOWED, "SEC-13: user: without value");
	is_int(decide(&unknown, 1, &alice_bound, &v), ERR_NOT_ALLOWED, "SEC-13: a rule of no kind");
}

static void blocked_and_deleted_come_first(void)
{
	struct facts f = alice_bound;
	struct verdict v;

	f.blocked = true;
	is_int(decide(&everyone, 1, &f, &v), ERR_BLOCKED, "SEC-14: blocked before any rule");
	is_str(v.rule, "blocked", "SEC-14: and says so");
	f.deleted = true;
	is_int(decide(&everyone, 1, &f, &v), ERR_DELETED, "SEC-14: deleted before blocked");
	is_str(v.rule, "deleted", "SEC-14: and says so");
}

static void account_asks_for_a_recent_login(void)
{
	static const struct {
		const char *what;
		uint64_t max_age;
		int64_t login;
		enum err want;
	} t[] = {
	    {"never signed in", 100, 0, ERR_LOGIN_TOO_OLD},
	    {"just now", 100, NOW, ERR_OK},
	    {"at the limit", 100, NOW - 100, ERR_OK},
	    {"a second beyond it", 100, NOW - 101, ERR_LOGIN_TOO_OLD},
	    {"a clock a little ahead", 100, NOW + 60, ERR_OK},
	    {"a clock years ahead", 100, NOW + 100000000, ERR_LOGIN_TOO_OLD},
	    {"before 1970", 100, -5, ERR_LOGIN_TOO_OLD},
	    {"the end of time", UINT64_MAX, INT64_MIN, ERR_LOGIN_TOO_OLD},
	    {"no limit given, and no directory to know him", 0, 0, ERR_LOGIN_TOO_OLD},
	    {"a week without one", 0, NOW - FULL_LOGIN_MAX_AGE, ERR_OK},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct rule rule = everyone;
		const struct service_conf s = {
		    .allow = {&rule, 1}, .full_login_max_age = t[i].max_age};
		struct facts f = alice_bound;
		struct verdict v;

		f.last_full_login = t[i].login;
		is_int(
		    decide_account(&s, &f, NOW, &v), t[i].want, "SEC-14: account, %s", t[i].what);
		is_str(v.rule, t[i].want == ERR_OK ? "everyone" : "full_login_max_age",
		    "SEC-14: account, %s: the rule", t[i].what);
	}
}

static void directory_decides(void)
{
	struct rule rule = everyone;
	const struct service_conf by_directory = {.allow = {&rule, 1}};
	const struct service_conf by_age = {.allow = {&rule, 1}, .full_login_max_age = 100};
	struct facts f = alice_bound;
	struct verdict v;

	f.in_directory = true;
	is_int(decide_account(&by_directory, &f, NOW, &v), ERR_OK,
	    "SEC-14: the directory vouches for who never signed in");
	is_int(decide_account(&by_age, &f, NOW, &v), ERR_LOGIN_TOO_OLD,
	    "SEC-14: but a configured age counts");
	f.expired = true;
	is_int(decide_account(&by_directory, &f, NOW, &v), ERR_DIRECTORY_EXPIRED,
	    "SEC-48: a directory that expired vouches for nobody");
	is_str(v.rule, "directory-expired", "SEC-48: and says so");
	is_int(decide_login(&by_directory, &f, &v), ERR_DIRECTORY_EXPIRED, "SEC-48: at login, too");
	f.dropped = true;
	is_int(decide_login(&by_directory, &f, &v), ERR_DROPPED, "SEC-14: dropped before expired");
	is_str(v.rule, "dropped", "SEC-14: and says so");
	f.blocked = true;
	is_int(decide_login(&by_directory, &f, &v), ERR_BLOCKED, "SEC-14: blocked before dropped");
}

static void account_keeps_the_allow_rule(void)
{
	struct service_conf s = {.full_login_max_age = 100};
	struct facts f = alice_bound;
	struct verdict v;

	f.last_full_login = NOW;
	is_int(decide_account(&s, &f, NOW, &v), ERR_NOT_ALLOWED,
	    "SEC-13: the account phase refuses without a rule as well");
	f.blocked = true;
	is_int(decide_account(&s, &f, NOW, &v), ERR_BLOCKED, "SEC-14: and when blocked");
}

static void long_values_are_cut_not_overrun(void)
{
	char name[400], path[600];
	struct rule rule = {RULE_SUB, name, path, 4000000000U};
	struct facts f = {.sub = name};
	struct verdict v;

	memset(name, 'x', sizeof(name));
	name[sizeof(name) - 1] = 0;
	memset(path, 'p', sizeof(path));
	path[sizeof(path) - 1] = 0;
	is_int(decide(&rule, 1, &f, &v), ERR_OK, "a rule longer than its place is still a rule");
	is_int(strlen(v.rule), sizeof(v.rule) - 1, "and its text is cut");
	is_int(strlen(v.at), sizeof(v.at) - 1, "its place as well");
}

int main(void)
{
	allow_rules();
	damaged_rules_admit_nobody();
	blocked_and_deleted_come_first();
	account_asks_for_a_recent_login();
	account_keeps_the_allow_rule();
	directory_decides();
	long_values_are_cut_not_overrun();
	return tap_done();
}
