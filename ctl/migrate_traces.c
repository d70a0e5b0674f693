/* SPDX-License-Identifier: MIT */
#include "ctl/migrate.h"

#include "common/num.h"
#include "common/str.h"
#include "ctl/ctl.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define PATH_ROOM 4096

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

/* Whether a line of some file concerns the account. */
typedef bool (*concerns)(const struct account *a, struct slice line);

static void print_lines(const char *what, const char *path, const struct account *a, concerns ask)
{
	CLEANUP(close_file) FILE *f = fopen(path, "re");
	AUTO_FREE char *line = NULL;
	AUTO_BUF struct buf text = {0};
	size_t room = 0;

	buf_init(&text, 4096);
	if (!f && errno != ENOENT)
		complain("migrate: %s: %s", path, strerror(errno));
	for (unsigned n = 1; f && getline(&line, &room, f) > 0; n++) {
		line[strcspn(line, "\n")] = 0;
		if (ask(a, slice_of(line)))
			printf("  %-17s%s:%u: %s\n", what, path, n, shown(&text, line, 200));
	}
}

static bool is_owner(const struct account *a, struct slice line)
{
	struct slice rest = line, owner;
	uint64_t uid = 0;

	return slice_next(&rest, ":", &owner) &&
	       (slice_is(owner, a->name) ||
		   (num_parse(owner.p, owner.len, UINT32_MAX, &uid) == ERR_OK && uid == a->uid));
}

/* The fourth field has the members; slice_next passes over empty ones. */
static bool is_member(const struct account *a, struct slice line)
{
	const char *end = line.p + line.len, *p = line.p;
	struct slice rest, member;

	for (unsigned i = 0; p && i < 3; i++) {
		p = memchr(p, ':', (size_t)(end - p));
		p = p ? p + 1 : NULL;
	}
	if (!p)
		return false;
	rest = (struct slice){p, (size_t)(end - p)};
	while (slice_next(&rest, ",", &member))
		if (slice_is(member, a->name))
			return true;
	return false;
}

/* NAME as a word, or #UID. A comment begins with # and no digit. */
static bool is_in_sudoers(const struct account *a, struct slice line)
{
	struct slice rest = slice_trim(line), word;
	uint64_t uid = 0;

	if (rest.len && rest.p[0] == '#' && (rest.len == 1 || rest.p[1] < '0' || rest.p[1] > '9'))
		return false;
	while (slice_next(&rest, " \t,=:!()", &word)) {
		if (slice_is(word, a->name))
			return true;
		if (word.p[0] == '#' &&
		    num_parse(word.p + 1, word.len - 1, UINT32_MAX, &uid) == ERR_OK &&
		    uid == a->uid)
			return true;
	}
	return false;
}

static void print_sudoers(const struct account *a)
{
	static const char dir[] = "/etc/sudoers.d";
	struct dirent **names = NULL;
	int n;

	print_lines("sudoers", "/etc/sudoers", a, is_in_sudoers);
	n = scandir(dir, &names, NULL, alphasort);
	for (int i = 0; i < n; i++) {
		char path[PATH_ROOM];

		snprintf(path, sizeof(path), "%s/%s", dir, names[i]->d_name);
		/* sudo itself passes over these */
		if (!strchr(names[i]->d_name, '.') && !strchr(names[i]->d_name, '~'))
			print_lines("sudoers", path, a, is_in_sudoers);
		free(names[i]);
	}
	free(names);
}

static bool print_file(const char *what, const char *dir, const char *name)
{
	char path[PATH_ROOM];
	struct stat st;

	snprintf(path, sizeof(path), "%s/%s", dir, name);
	if (lstat(path, &st) != 0)
		return false;
	printf("  %-17s%s\n", what, path);
	return true;
}

static unsigned count_owned(const char *dir, uid_t uid, const char *first)
{
	CLEANUP(close_dir) DIR *d = opendir(dir);
	struct dirent *entry;
	unsigned n = 0;

	while (d && (entry = readdir(d))) {
		struct stat st;

		if (strchr(first, entry->d_name[0]) && entry->d_name[0] != '.' &&
		    fstatat(dirfd(d), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) == 0)
			n += st.st_uid == uid;
	}
	return n;
}

void traces_print(const struct account *a, struct traces *ret)
{
	static const char at_dir[] = "/var/spool/cron/atjobs";
	unsigned n;

	puts("Elsewhere:");
	ret->crontab = print_file("crontab", "/var/spool/cron/crontabs", a->name);
	n = count_owned(at_dir, a->uid, "abcdefghijklmnopqrstuvwxyz=");
	if (n)
		printf("  %-17s%u in %s\n", "at jobs", n, at_dir);
	print_lines("subordinate uids", "/etc/subuid", a, is_owner);
	print_lines("subordinate gids", "/etc/subgid", a, is_owner);
	print_sudoers(a);
	print_lines("member", "/etc/group", a, is_member);
	ret->linger = print_file("lingers", "/var/lib/systemd/linger", a->name);
	(void)print_file("mail", "/var/mail", a->name);
	n = count_owned("/proc", a->uid, "0123456789");
	if (n)
		printf("  %-17s%u running\n", "processes", n);
}
