/* SPDX-License-Identifier: MIT */
/* SEC-18: subordinate ranges and the files, in a private /etc. */
#include "subid/file.h"
#include "subid/ranges.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"

#include <stdint.h>
#include <sys/stat.h>

static void arithmetic(void)
{
	struct subid_range r = {0, 0}, before = {0, 0};
	bool good = true;
	uid_t uid;

	for (uid_t i = 0; i < SUBID_USERS; i++) {
		good = good && range_of_uid(ID_FLOOR + i, &r) && r.count == 65536;
		good = good && (i == 0 || r.start == before.start + before.count);
		good = good && uid_of_range(r.start, &uid) && uid == ID_FLOOR + i;
		good = good && uid_of_range(r.start + 65535, &uid) && uid == ID_FLOOR + i;
		before = r;
	}
	ok(good, "SEC-18: ranges follow one another, none overlaps, and each tells its user");
	is_int(before.start + before.count - 1, 0xfffeffff, "SEC-18: the last one ends below -2");
	ok(range_of_uid(ID_FLOOR, &r) && r.start == 0x80000000, "the first one begins at 2^31");
	ok(!range_of_uid(ID_FLOOR + SUBID_USERS, &r), "the next user has none");
	ok(!range_of_uid(ID_CEILING, &r), "nor has the last one");
	ok(!range_of_uid(0, &r) && !range_of_uid(1000, &r) && !range_of_uid((uid_t)-1, &r) &&
		!range_of_uid(ID_FLOOR - 1, &r),
	    "SEC-18: nor anybody outside our range");
	ok(!uid_of_range(0x7fffffff, &uid) && !uid_of_range(0xffff0000, &uid) &&
		!uid_of_range(0xffffffff, &uid) && !uid_of_range(UINT64_MAX, &uid) &&
		!uid_of_range(0x180000000, &uid),
	    "SEC-18: ids outside are nobody's");
}

static unsigned lines_of(const char *text, struct subid_line *ret, unsigned max)
{
	FILE *f = NULL;
	unsigned n = 0;
	struct subid_line one;

	if (!private_write("/etc/subuid", text) || subid_file_open(ID_TYPE_UID, &f) != ERR_OK)
		return 999;
	while (subid_file_next(f, &one) == ERR_OK)
		if (n++ < max)
			ret[n - 1] = one;
	subid_file_close(&f);
	return n;
}

static void good_lines(void)
{
	struct subid_line l[3];

	is_int(lines_of("anna:100000:65536\n1001:165536:1\nZ.x$:0:4294967295", l, 3), 3,
	    "names, uids and what else a login may be");
	is_str(l[0].owner, "anna", "the owner");
	ok(l[0].range.start == 100000 && l[0].range.count == 65536, "and the range");
	is_str(l[1].owner, "1001", "a uid");
	ok(l[2].range.start == 0 && l[2].range.count == 4294967295,
	    "everything, without a newline");
	is_int(lines_of("", l, 3), 0, "an empty file");
}

static void bad_lines(void)
{
	static const char *const bad[] = {"anna", "anna:1", "anna:1:", "anna::1", ":1:1",
	    "anna:1:0", "anna:-1:5", "anna:0x10:5", "anna:1:5:", "anna:1:5 ", "anna: 1:5",
	    "anna:4294967295:1", "anna:4294967294:2", "anna:1:4294967296",
	    "anna:18446744073709551616:1", "#anna:1:1:1", "anna:1e3:5", "anna:01:5"};
	static char text[4096];
	struct subid_line l[2];

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		snprintf(text, sizeof(text), "%s\nbert:7:8\n", bad[i]);
		ok(lines_of(text, l, 2) == 1 && strcmp(l[0].owner, "bert") == 0,
		    "\"%s\" counts for nothing", bad[i]);
	}
	memset(text, 'x', sizeof(text));
	snprintf(text + 2000, sizeof(text) - 2000, ":1:1\nbert:7:8\n");
	ok(lines_of(text, l, 2) == 1 && strcmp(l[0].owner, "bert") == 0, "an endless line");
	memset(text, 'x', sizeof(text));
	snprintf(text + 1023, sizeof(text) - 1023, "anna:1:65536\nbert:7:8\n");
	ok(lines_of(text, l, 2) == 1 && strcmp(l[0].owner, "bert") == 0,
	    "whose end looks like a line of its own");
	memset(text, 'x', sizeof(text));
	snprintf(text + OWNER_MAX, sizeof(text) - OWNER_MAX, ":1:1\n");
	is_int(lines_of(text, l, 2), 0, "an owner too long");
}

static void no_file(void)
{
	FILE *f = stdin;

	unlink("/etc/subgid");
	ok(subid_file_open(ID_TYPE_GID, &f) == ERR_OK && !f, "no file is no lines");
	ok(subid_file_next(NULL, &(struct subid_line){.owner = ""}) == ERR_NOT_FOUND,
	    "none at all");
	ok(mkdir("/etc/subgid", 0755) == 0 && subid_file_open(ID_TYPE_GID, &f) == ERR_OK &&
		subid_file_next(f, &(struct subid_line){.owner = ""}) == ERR_IO,
	    "one that cannot be read is an error");
	subid_file_close(&f);
}

int main(void)
{
	arithmetic();
	if (!private_etc()) {
		tap_skip("lines of /etc/subuid", "no private /etc here");
		return tap_done();
	}
	good_lines();
	bad_lines();
	no_file();
	return tap_done();
}
