/* SPDX-License-Identifier: MIT */
#include "common/name.h"
#include "tests/unit/tap.h"

static const unsigned all = TEMPLATE_SUB | TEMPLATE_LOGIN | TEMPLATE_USER | TEMPLATE_UID;

static void checking(void)
{
	static const char *const bad[] = {"%", "%%", "%s", "%{", "%{sub", "%{}", "%{Sub}",
	    "%{sub }", "%{subs}", "a%", "%{sub}%", "%{email}", "100%x"};

	is_int(template_check("", all), ERR_OK, "an empty template");
	is_int(template_check("encvoy-%{sub}", TEMPLATE_SUB), ERR_OK, "sub where sub may stand");
	is_int(template_check("%{login}", TEMPLATE_SUB), ERR_CONFIG, "login where only sub may");
	is_int(template_check("/home/%{user}/%{uid}", all), ERR_OK, "two fields");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		is_int(template_check(bad[i], all), ERR_CONFIG, "bad template \"%s\"", bad[i]);
}

static void sub_only(void)
{
	ok(template_is_sub_only("encvoy-%{sub}"), "SEC-17: one sub is sub-only");
	ok(template_is_sub_only("%{sub}"), "SEC-17: alone as well");
	ok(!template_is_sub_only("%{login}"), "SEC-17: a login is not");
	ok(!template_is_sub_only("%{sub}%{login}"), "SEC-17: nor beside a sub");
	ok(!template_is_sub_only("encvoy"), "SEC-17: one name for everybody is not");
	ok(!template_is_sub_only(""), "SEC-17: nor none");
	ok(!template_is_sub_only("%{sub}%{sub}"), "SEC-17: 1+11 and 11+1 would be one name");
	ok(!template_is_sub_only("%{sub"), "SEC-17: nor what is malformed");
}

static void expanding(void)
{
	const struct template_values v = {.sub = "17", .login = "", .user = "alice"};
	char dst[12];

	is_int(template_expand("encvoy-%{sub}", &v, dst, sizeof(dst)), ERR_OK, "expansion");
	is_str(dst, "encvoy-17", "with the value in its place");
	is_int(template_expand("%{user}/%{sub}", &v, dst, sizeof(dst)), ERR_OK, "two values");
	is_str(dst, "alice/17", "both in their places");
	is_int(template_expand("%{login}", &v, dst, sizeof(dst)), ERR_NO_NAME, "an empty value");
	is_int(template_expand("%{uid}", &v, dst, sizeof(dst)), ERR_NO_NAME, "a missing value");
	is_int(
	    template_expand("a%{sub", &v, dst, sizeof(dst)), ERR_NO_NAME, "a malformed template");
	is_int(template_expand("123456789%{sub}", &v, dst, sizeof(dst)), ERR_OK, "just fits");
	is_int(template_expand("1234567890%{sub}", &v, dst, sizeof(dst)), ERR_TOO_LONG,
	    "one byte more does not");
}

static void matching(void)
{
	char sub[8];

	is_int(template_match("encvoy-%{sub}", "encvoy-17", sub, sizeof(sub)), ERR_OK, "a match");
	is_str(sub, "17", "gives the sub");
	is_int(template_match("x%{sub}y", "x17y", sub, sizeof(sub)), ERR_OK, "text on both sides");
	is_str(sub, "17", "gives the sub as well");
	is_int(template_match("encvoy-%{sub}", "encvoy-", sub, sizeof(sub)), ERR_NOT_FOUND,
	    "no empty sub");
	is_int(template_match("encvoy-%{sub}", "alice", sub, sizeof(sub)), ERR_NOT_FOUND,
	    "another form");
	is_int(template_match("encvoy-%{sub}", "encvoy", sub, sizeof(sub)), ERR_NOT_FOUND,
	    "shorter than the template's text");
	is_int(template_match("a%{sub}a", "a", sub, sizeof(sub)), ERR_NOT_FOUND,
	    "text before and behind may not overlap");
	is_int(template_match("a%{sub}a", "aa", sub, sizeof(sub)), ERR_NOT_FOUND, "nor touch");
	is_int(template_match("%{login}", "alice", sub, sizeof(sub)), ERR_NOT_FOUND,
	    "a template of logins matches nothing");
	is_int(template_match("%{sub}", "1234567", sub, sizeof(sub)), ERR_OK, "just fits");
	is_int(template_match("%{sub}", "12345678", sub, sizeof(sub)), ERR_TOO_LONG,
	    "one byte more does not");
}

/* Both ways, for a thousand subs. */
static void round_trip(void)
{
	bool same = true;

	for (unsigned i = 0; i < 1000; i++) {
		char sub[16], name[64], back[16] = "";

		snprintf(sub, sizeof(sub), "%u", i * 7919);
		same = same &&
		       template_expand("u%{sub}-x", &(struct template_values){.sub = sub}, name,
			   sizeof(name)) == ERR_OK &&
		       template_match("u%{sub}-x", name, back, sizeof(back)) == ERR_OK &&
		       strcmp(sub, back) == 0;
	}
	ok(same, "expand and match are each other's inverse");
}

int main(void)
{
	checking();
	sub_only();
	expanding();
	matching();
	round_trip();
	return tap_done();
}
