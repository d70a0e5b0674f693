/* SPDX-License-Identifier: MIT */
#include "ctl/migrate.h"

#include "common/str.h"

#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define WALK_FDS 64
#define MOUNTS_MAX 4096

/* Without files of their own, or of other machines. */
static const char *const not_local[] = {"afs", "autofs", "binfmt_misc", "bpf", "ceph", "cgroup",
    "cgroup2", "cifs", "coda", "configfs", "debugfs", "devpts", "efivarfs", "fusectl", "gfs2",
    "glusterfs", "hugetlbfs", "lustre", "mqueue", "ncpfs", "nfs", "nfs4", "nsfs", "ocfs2", "proc",
    "pstore", "rpc_pipefs", "securityfs", "selinuxfs", "smb3", "smbfs", "sysfs", "tracefs", "9p"};

static bool is_local(struct slice type)
{
	if (type.len >= 4 && memcmp(type.p, "fuse", 4) == 0)
		return slice_is(type, "fuseblk");
	for (size_t i = 0; i < sizeof(not_local) / sizeof(not_local[0]); i++)
		if (slice_is(type, not_local[i]))
			return false;
	return true;
}

/* The kernel writes blanks and backslashes as \ooo. */
static char *unescape(struct slice s)
{
	char *out = strndup(s.p, s.len);
	size_t n = 0;

	for (size_t i = 0; out && i < s.len; i++) {
		if (s.p[i] == '\\' && i + 3 < s.len) {
			out[n++] = (char)((s.p[i + 1] - '0') << 6 | (s.p[i + 2] - '0') << 3 |
					  (s.p[i + 3] - '0'));
			i += 3;
		} else {
			out[n++] = s.p[i];
		}
	}
	if (out)
		out[n] = 0;
	return out;
}

struct mount_line {
	struct slice root;
	struct slice path;
	struct slice type;
};

/* ID PARENT DEV ROOT PATH OPTIONS [TAG...] - TYPE ... */
static bool parse_mount(const char *line, struct mount_line *ret)
{
	struct slice rest = slice_of(line), word;
	bool behind = false;

	*ret = (struct mount_line){.root = {NULL, 0}};
	for (unsigned i = 0; slice_next(&rest, " \n", &word); i++) {
		if (behind) {
			ret->type = word;
			return ret->path.p != NULL;
		}
		if (i == 3)
			ret->root = word;
		if (i == 4)
			ret->path = word;
		behind = i > 5 && slice_is(word, "-");
	}
	return false;
}

/* nftw hands no argument on. */
static struct {
	const struct account *account;
	struct owned *owned;
} walk;

static int visit(const char *path, const struct stat *st, int type, struct FTW *ftw)
{
	uint64_t bytes;

	(void)path, (void)ftw;
	if (type == FTW_NS || type == FTW_DNR)
		walk.owned->partly = true;
	if (type == FTW_NS)
		return 0;
	bytes = S_ISREG(st->st_mode) ? (uint64_t)st->st_size : 0;
	if (st->st_uid == walk.account->uid) {
		walk.owned->files++;
		walk.owned->bytes += bytes;
	}
	if (st->st_gid == walk.account->gid) {
		walk.owned->group_files++;
		walk.owned->group_bytes += bytes;
	}
	return 0;
}

struct search {
	const struct account *account;
	struct owned_list *list;
	dev_t walked[MOUNTS_MAX];
	size_t n_walked;
	bool whole_only; /* mounts of a file system's root, before those of a part */
};

static bool is_walked(const struct search *s, dev_t dev)
{
	for (size_t i = 0; i < s->n_walked; i++)
		if (s->walked[i] == dev)
			return true;
	return false;
}

static enum err walk_mount(struct search *s, char **mount)
{
	struct owned o = {.mount = *mount};
	struct owned *v;

	walk.account = s->account;
	walk.owned = &o;
	if (nftw(*mount, visit, WALK_FDS, FTW_PHYS | FTW_MOUNT) != 0)
		o.partly = true;
	if (!o.files && !o.group_files && !o.partly)
		return ERR_OK;
	v = reallocarray(s->list->v, s->list->n + 1, sizeof(*v));
	if (!v)
		return ERR_NOMEM;
	s->list->v = v;
	v[s->list->n++] = o;
	*mount = NULL;
	return ERR_OK;
}

static enum err take_line(struct search *s, const char *line)
{
	AUTO_FREE char *mount = NULL;
	struct mount_line m;
	struct stat st;

	if (!parse_mount(line, &m) || !is_local(m.type) || slice_is(m.root, "/") != s->whole_only)
		return ERR_OK;
	mount = unescape(m.path);
	if (!mount)
		return ERR_NOMEM;
	if (lstat(mount, &st) != 0 || !S_ISDIR(st.st_mode) || is_walked(s, st.st_dev))
		return ERR_OK;
	if (s->n_walked == MOUNTS_MAX)
		return ERR_TOO_MANY;
	s->walked[s->n_walked++] = st.st_dev;
	return walk_mount(s, &mount);
}

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

static enum err take_all(struct search *s)
{
	CLEANUP(close_file) FILE *f = fopen("/proc/self/mountinfo", "re");
	AUTO_FREE char *line = NULL;
	size_t room = 0;
	enum err e = f ? ERR_OK : ERR_IO;

	while (e == ERR_OK && getline(&line, &room, f) > 0)
		e = take_line(s, line);
	return e;
}

enum err owned_find(const struct account *a, struct owned_list *ret)
{
	static struct search s;
	enum err e;

	s = (struct search){.account = a, .list = ret, .whole_only = true};
	e = take_all(&s);
	s.whole_only = false;
	return e == ERR_OK ? take_all(&s) : e;
}

void owned_free(struct owned_list *l)
{
	for (size_t i = 0; i < l->n; i++)
		free(l->v[i].mount);
	free(l->v);
	*l = (struct owned_list){0};
}
