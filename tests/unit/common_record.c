/* SPDX-License-Identifier: MIT */
#include "common/record.h"
#include "tests/unit/tap.h"

static const struct user_record good = {
    .name = "encvoy-2",
    .gecos = "Alice \xc3\x89tienne,,,",
    .home = "/home/encvoy-2",
    .shell = "/bin/bash",
    .uid = ID_FLOOR + 2,
    .gid = ID_FLOOR + 2,
};

static void ids(void)
{
	static const uint32_t bad[] = {0, 1, 99, 100, 999, 1000, 60000, 61184, 65533, 65534, 65535,
	    100000, 165536, 200000, 524288, 589824, 1879048191, 2147352576, 2147483647, 2147483648U,
	    4294967294U, 4294967295U};

	ok(id_ok(ID_FLOOR) && id_ok(ID_CEILING) && id_ok(ID_FLOOR + ID_SUB_SPAN), "our range");
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!id_ok(bad[i]), "SEC-18: id %u is not ours", bad[i]);
}

static void texts(void)
{
	char longest[RECORD_TEXT_MAX + 2] = {0};

	memset(longest, 'x', RECORD_TEXT_MAX);
	ok(gecos_ok("") && gecos_ok("A B,c,d"), "gecos");
	ok(gecos_ok(longest), "of the greatest length");
	longest[RECORD_TEXT_MAX] = 'x';
	ok(!gecos_ok(longest), "and no longer");
	ok(!gecos_ok("a:b"), "no colon: it would begin the next field");
	ok(!gecos_ok("a\nroot:x:0:0::/:/bin/sh"), "no newline: it would begin the next entry");
	ok(!gecos_ok("\x1b[2J") && !gecos_ok("\x7f"), "SEC-25: no controls");
	ok(!gecos_ok("\xc2\x9b"
		     "2J"),
	    "SEC-25: no C1 controls");
	ok(!gecos_ok("\xe2\x80\xae"), "SEC-25: no bidi controls");
	ok(!gecos_ok("\xff"), "no bad UTF-8");
}

static void paths(void)
{
	static const char *const fine[] = {"/home/a", "/h", "/home/a.b", "/a/.b", "/a/..b", "/a b"};
	static const char *const bad[] = {"", "/", "//", "home/a", "/home//a", "/home/a/", "/.",
	    "/..", "/home/../etc", "/home/.", "/home/a:b", "/home/a\n", "./a", "~", "/home/\xff"};

	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++)
		ok(path_ok(fine[i]), "path %s", fine[i]);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		ok(!path_ok(bad[i]), "SEC-20: path %zu is refused", i);
}

#define BAD(field, value, why)                      \
	do {                                        \
		struct user_record r = good;        \
		r.field = (value);                  \
		ok(!user_record_ok(&r), "%s", why); \
	} while (0)

static void users(void)
{
	ok(user_record_ok(&good), "a good record");
	BAD(uid, 0, "SEC-19: uid 0");
	BAD(gid, 0, "SEC-19: gid 0");
	BAD(uid, 1000, "a local uid");
	BAD(gid, 27, "the gid of sudo");
	BAD(uid, (uint32_t)-1, "uid -1");
	BAD(name, "", "no name");
	BAD(name, "Alice", "SEC-15: a capital letter");
	BAD(name, "root", "SEC-16: root");
	BAD(name, "sudo", "SEC-16: a privileged name");
	BAD(home, "", "SEC-20: an empty home");
	BAD(home, "/", "SEC-20: the root as home");
	BAD(shell, "", "no shell");
	BAD(shell, "sh", "a shell without path");
	BAD(gecos, "a:b", "a colon in gecos");
}

static void groups(void)
{
	ok(group_record_ok("encvoy-2", ID_FLOOR), "a good group");
	ok(!group_record_ok("encvoy-2", 0), "SEC-19: gid 0");
	ok(!group_record_ok("encvoy-2", 42), "the gid of shadow");
	ok(!group_record_ok("docker", ID_FLOOR), "SEC-16: a privileged name");
	ok(!group_record_ok("a b", ID_FLOOR), "SEC-15: a blank");
}

int main(void)
{
	ids();
	texts();
	paths();
	users();
	groups();
	return tap_done();
}
