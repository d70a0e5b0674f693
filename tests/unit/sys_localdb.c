/* SPDX-License-Identifier: MIT */
#include "sys/localdb.h"
#include "tests/unit/private.h"
#include "tests/unit/tap.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/stat.h>

static const char passwd[] = "root:x:0:0:root:/root:/bin/bash\n"
			     "# a comment\n"
			     "\n"
			     "malformed line\n"
			     "nouid:x::100::/:\n"
			     "+nisuser::::::\n"
			     "-@nisgroup\n"
			     "joe:x:1000:1001:Joe,,,:/home/joe:/bin/bash\n"
			     "  spaced:x:1002:1002::/:\n"
			     "toor:x:0:0::/root:/bin/sh\n"
			     "last:x:1003:1003::/home/last:/bin/sh"; /* no newline */

static void write_db(const char *file, const char *text)
{
	if (!private_write(file, text)) {
		printf("Bail out! cannot write %s\n", file);
		exit(99);
	}
}

static enum err user(const char *name)
{
	struct local_user u = {77, 77};

	return localdb_user(name, &u);
}

static void users(void)
{
	struct local_user u = {0};

	write_db("/etc/passwd", passwd);
	is_int(localdb_user("joe", &u), ERR_OK, "a user behind odd lines");
	ok(u.uid == 1000 && u.gid == 1001, "with both ids");
	is_int(user("root"), ERR_OK, "the first");
	is_int(user("last"), ERR_OK, "the last, without newline");
	is_int(user("toor"), ERR_OK, "another of uid 0");
	is_int(user("jo"), ERR_NOT_FOUND, "a prefix is no name");
	is_int(user("joe2"), ERR_NOT_FOUND, "nor is a longer one");
	is_int(user("Joe"), ERR_NOT_FOUND, "nor is another case");
	is_int(user("encvoy-2"), ERR_NOT_FOUND, "somebody else");
	is_int(user(""), ERR_NOT_FOUND, "nobody");
	is_int(localdb_uid(1000), ERR_OK, "a uid");
	is_int(localdb_uid(0), ERR_OK, "uid 0");
	is_int(localdb_uid(4711), ERR_NOT_FOUND, "a uid nobody has");
	is_int(localdb_uid((uid_t)-1), ERR_NOT_FOUND, "uid -1");
}

static void groups(void)
{
	gid_t gid = 4711;
	char name[5] = "";

	write_db("/etc/group", "root:x:0:\nsudo:x:27:joe,ann\n#x\nbad\nlast:x:50:");
	is_int(localdb_group("sudo"), ERR_OK, "a group");
	is_int(localdb_group_gid("sudo", &gid), ERR_OK, "a group's gid");
	is_int(gid, 27, "is read");
	is_int(localdb_group_gid("joe", &gid), ERR_NOT_FOUND, "nobody's gid");
	is_int(localdb_group("last"), ERR_OK, "the last, without newline");
	is_int(localdb_group("joe"), ERR_NOT_FOUND, "a member is no group");
	is_int(localdb_gid(27), ERR_OK, "a gid");
	is_int(localdb_gid(28), ERR_NOT_FOUND, "a gid nobody has");
	is_int(localdb_gid_name(27, name, sizeof(name)), ERR_OK, "the name of a gid");
	is_str(name, "sudo", "is read");
	is_int(localdb_gid_name(28, name, sizeof(name)), ERR_NOT_FOUND, "nobody's name");
	is_int(localdb_gid_name(27, name, 4), ERR_IO, "a name that does not fit");
}

/* Group lines with thousands of members are real. */
static void long_lines(void)
{
	FILE *f = fopen("/etc/group", "we");

	fputs("big:x:600:", f);
	for (int i = 0; i < 20000; i++)
		fprintf(f, "member%d,", i);
	fputs("end\nbehind:x:601:\n", f);
	fclose(f);
	is_int(localdb_group("big"), ERR_OK, "a line of 200 KiB");
	is_int(localdb_group("behind"), ERR_OK, "and one behind it");
	f = fopen("/etc/passwd", "we");
	fputs("big:x:600:600:", f);
	for (int i = 0; i < 200000; i++)
		fputs("0123456789", f);
	fputs(":/:\nbehind:x:601:601::/:\n", f);
	fclose(f);
	is_int(user("nobody-at-all"), ERR_IO, "a line that cannot be read: nothing is known");
}

/* What errno was before must not be taken for what happened. */
static void stale_errno(void)
{
	static const int values[] = {0, ERANGE, ENOENT, EIO, EINTR, ENOMEM};
	bool all = true;

	write_db("/etc/passwd", passwd);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++) {
		errno = values[i];
		all = all && user("nobody-at-all") == ERR_NOT_FOUND;
		errno = values[i];
		all = all && user("joe") == ERR_OK;
	}
	ok(all, "errno from before does not matter");
}

static void unreadable(void)
{
	struct rlimit old, none;

	unlink("/etc/passwd");
	is_int(user("joe"), ERR_IO, "without a file nothing is known");
	mkdir("/etc/passwd", 0755);
	is_int(user("joe"), ERR_IO, "nor from a directory in its place");
	rmdir("/etc/passwd");
	write_db("/etc/passwd", "");
	is_int(user("joe"), ERR_NOT_FOUND, "an empty file holds nobody");
	write_db("/etc/passwd", passwd);
	getrlimit(RLIMIT_NOFILE, &old);
	none = (struct rlimit){0, old.rlim_max};
	setrlimit(RLIMIT_NOFILE, &none);
	is_int(user("joe"), ERR_IO, "nor without descriptors");
	setrlimit(RLIMIT_NOFILE, &old);
	is_int(user("joe"), ERR_OK, "afterwards all is well");
}

int main(void)
{
	if (!private_etc()) {
		printf("1..0 # SKIP no private /etc on this machine\n");
		return 0;
	}
	users();
	groups();
	long_lines();
	stale_errno();
	unreadable();
	return tap_done();
}
