/* SPDX-License-Identifier: MIT */
/* Whether somebody gets in and becomes root when nothing of ours works. */
#include "ctl/checks.h"

#include "common/num.h"
#include "common/str.h"
#include "ctl/fields.h"
#include "sys/file.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX (16 * 1024 * 1024)

/* Whose members may become root, on Debian, Red Hat and older Ubuntu. */
static const char *const admin_groups[] = {"sudo", "wheel", "admin"};

struct ways {
	const struct local_files *files;
	struct slice gids[4]; /* of those groups, as text */
	size_t n_gids;
	bool root;
	size_t admins;
};

static struct slice field(struct slice line, unsigned at)
{
	struct slice s;

	(void)field_at(line, at, &s);
	return s;
}

static bool find(struct slice text, struct slice name, struct slice *ret)
{
	struct slice line;

	while (slice_next(&text, "\n", &line)) {
		if (!slice_same(field(line, 0), name))
			continue;
		*ret = line;
		return true;
	}
	return false;
}

/* A hash, and not what says that there is no password to be typed. */
static bool has_password(const struct local_files *files, struct slice name)
{
	struct slice line, hash;

	if (!find(files->shadow, name, &line))
		return false;
	hash = field(line, 1);
	return hash.len > 1 && hash.p[0] != '!' && hash.p[0] != '*';
}

static bool is_shell(struct slice shell)
{
	static const char *const none[] = {"nologin", "false", "sync"};

	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		size_t n = strlen(none[i]);

		if (shell.len >= n && memcmp(shell.p + shell.len - n, none[i], n) == 0)
			return false;
	}
	return true;
}

static bool gets_in(const struct local_files *files, struct slice line)
{
	struct slice name = field(line, 0), home = field(line, 5);

	if (!is_shell(field(line, 6)))
		return false;
	return has_password(files, name) || (home.len && files->has_keys(home));
}

static bool is_member(struct slice members, struct slice name)
{
	struct slice one;

	while (slice_next(&members, ",", &one))
		if (slice_same(one, name))
			return true;
	return false;
}

static bool is_admin(const struct ways *w, struct slice user)
{
	for (size_t i = 0; i < w->n_gids; i++)
		if (slice_same(field(user, 3), w->gids[i]))
			return true;
	for (size_t i = 0; i < sizeof(admin_groups) / sizeof(admin_groups[0]); i++) {
		struct slice group;

		if (find(w->files->group, slice_of(admin_groups[i]), &group) &&
		    is_member(field(group, 3), field(user, 0)))
			return true;
	}
	return false;
}

static void count_ways(struct ways *w)
{
	struct slice rest = w->files->passwd, line;

	for (size_t i = 0; i < sizeof(admin_groups) / sizeof(admin_groups[0]); i++)
		if (find(w->files->group, slice_of(admin_groups[i]), &line))
			w->gids[w->n_gids++] = field(line, 2);
	while (slice_next(&rest, "\n", &line)) {
		if (slice_is(field(line, 0), "root"))
			w->root = gets_in(w->files, line);
		else if (is_admin(w, line) && gets_in(w->files, line))
			w->admins++;
	}
}

void check_ways_text(struct findings *f, const struct local_files *files)
{
	struct ways w = {.files = files};

	count_ways(&w);
	if (w.root || w.admins)
		found_ok(f, "break-glass",
		    "without encvoyd these can log in and are root or become it: %s%zu local "
		    "administrator%s",
		    w.root ? "root, " : "", w.admins, w.admins == 1 ? "" : "s");
	else
		found(f, FOUND_WARNING, "break-glass",
		    "give root a password (passwd root) or an SSH key, or a local user of the "
		    "group sudo or wheel one, and try it with encvoyd stopped",
		    "nobody can log in and become root without encvoyd: root has neither password "
		    "nor SSH key, nor has a local member of sudo, wheel or admin");
}

/* Read as root; whose the file is and where it leads is sshd's affair. */
static bool has_keys(struct slice home)
{
	char path[PATH_MAX], line[8192];
	int n = snprintf(path, sizeof(path), "%.*s/.ssh/authorized_keys", (int)home.len, home.p);
	FILE *file = n > 0 && (size_t)n < sizeof(path) ? fopen(path, "re") : NULL;
	bool found_one = false;

	while (file && !found_one && fgets(line, sizeof(line), file)) {
		struct slice rest = slice_of(line), word;

		found_one = slice_next(&rest, " \t\n", &word) && word.p[0] != '#';
	}
	if (file)
		fclose(file);
	return found_one;
}

static struct slice read_whole(const char *path, struct buf *text, bool *all)
{
	buf_init_secret(text, FILE_MAX);
	*all = *all && file_read(path, 0, FILE_PUBLIC, text) == ERR_OK && text->len;
	return (struct slice){text->len ? (const char *)text->data : "", text->len};
}

void check_ways(struct findings *f, const struct conf *conf)
{
	AUTO_BUF struct buf passwd = {0};
	AUTO_BUF struct buf shadow = {0};
	AUTO_BUF struct buf group = {0};
	struct local_files files = {.has_keys = has_keys};
	bool all = true;

	files.passwd = read_whole("/etc/passwd", &passwd, &all);
	files.group = read_whole("/etc/group", &group, &all);
	files.shadow = read_whole("/etc/shadow", &shadow, &all);
	if (all)
		check_ways_text(f, &files);
	else
		found(f, FOUND_REMARK, "break-glass", "run doctor as root",
		    "whether somebody can log in without encvoyd was not looked at");
	if (conf && strcmp(conf->directory, "roster") == 0 && !*conf->break_glass)
		found(f, FOUND_REMARK, "break-glass-roster",
		    "write the names of one or two administrators: break_glass = alice bob",
		    "when the roster has expired and roster_grace is over, none of its people can "
		    "log in: break_glass is empty");
}
