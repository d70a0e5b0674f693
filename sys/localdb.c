/* SPDX-License-Identifier: MIT */
#include "sys/localdb.h"

#include "common/cleanup.h"
#include "common/str.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_LEN (1024 * 1024)

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

/* What a look-up matches: a name, or an id when the name is NULL. */
struct key {
	const char *name;
	unsigned id;
	char *ret_name; /* NULL, or where the group's name goes */
	size_t ret_size;
};

/* Both read one entry, return 0, ENOENT at the end of the file or another errno. */
static int next_passwd(
    FILE *f, const struct key *k, char *line, size_t size, bool *match, struct local_user *ret)
{
	struct passwd pw, *found = NULL;
	int rc = fgetpwent_r(f, &pw, line, size, &found);

	if (rc != 0 || !found)
		return rc ? rc : ENOENT;
	*match = k->name ? strcmp(pw.pw_name, k->name) == 0 : pw.pw_uid == k->id;
	if (*match)
		*ret = (struct local_user){pw.pw_uid, pw.pw_gid};
	return 0;
}

static int next_group(
    FILE *f, const struct key *k, char *line, size_t size, bool *match, struct local_user *ret)
{
	struct group gr, *found = NULL;
	int rc = fgetgrent_r(f, &gr, line, size, &found);

	if (rc != 0 || !found)
		return rc ? rc : ENOENT;
	*match = k->name ? strcmp(gr.gr_name, k->name) == 0 : gr.gr_gid == k->id;
	if (*match && ret)
		ret->gid = gr.gr_gid;
	if (*match && k->ret_name && !str_copy(k->ret_name, k->ret_size, gr.gr_name))
		return ENAMETOOLONG;
	return 0;
}

typedef int (*next_entry)(
    FILE *f, const struct key *k, char *line, size_t size, bool *match, struct local_user *ret);

static enum err search(
    const char *path, next_entry next, const struct key *k, struct local_user *ret)
{
	CLEANUP(close_file) FILE *f = fopen(path, "re");
	AUTO_FREE char *line = NULL;
	bool match = false;
	int rc = 0;

	if (!f)
		return ERR_IO;
	line = malloc(LINE_MAX_LEN);
	if (!line)
		return ERR_NOMEM;
	while (!match && rc == 0)
		rc = next(f, k, line, LINE_MAX_LEN, &match, ret);
	if (match && rc == 0)
		return ERR_OK;
	return rc == ENOENT && !ferror(f) ? ERR_NOT_FOUND : ERR_IO;
}

enum err localdb_user(const char *name, struct local_user *ret)
{
	return search("/etc/passwd", next_passwd, &(struct key){.name = name}, ret);
}

enum err localdb_uid(uid_t uid)
{
	struct local_user unused;

	return search("/etc/passwd", next_passwd, &(struct key){.id = uid}, &unused);
}

enum err localdb_group(const char *name)
{
	return search("/etc/group", next_group, &(struct key){.name = name}, NULL);
}

enum err localdb_group_gid(const char *name, gid_t *ret)
{
	struct local_user found = {0};
	enum err e = search("/etc/group", next_group, &(struct key){.name = name}, &found);

	if (e == ERR_OK)
		*ret = found.gid;
	return e;
}

enum err localdb_gid(gid_t gid)
{
	return search("/etc/group", next_group, &(struct key){.id = gid}, NULL);
}

enum err localdb_gid_name(gid_t gid, char *ret, size_t size)
{
	const struct key k = {.id = gid, .ret_name = ret, .ret_size = size};

	return search("/etc/group", next_group, &k, NULL);
}
