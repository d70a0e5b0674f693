/* SPDX-License-Identifier: MIT */
#include "encvoyd/locals.h"
#include "common/num.h"

#include "common/cleanup.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define LINE_MAX_LEN (1024 * 1024)

struct item {
	char *name;
	uint32_t id;
	bool is_group;
	size_t line; /* the first line of a name counts, as for everybody who reads the files */
};

struct set {
	struct item *items; /* by name, users before groups */
	size_t n_items;
	uint32_t *ids;
	size_t n_ids;
};

struct source {
	char *path;
	struct stat seen;
};

struct locals {
	struct source passwd;
	struct source group;
	bool loaded;
	uint64_t version;
	struct set set;
};

static void set_free(struct set *s)
{
	for (size_t i = 0; i < s->n_items; i++)
		free(s->items[i].name);
	free(s->items);
	free(s->ids);
	*s = (struct set){0};
}

#define AUTO_SET CLEANUP(set_free)

static void close_file(FILE **f)
{
	if (*f)
		fclose(*f);
}

enum err locals_new(const char *passwd, const char *group, struct locals **ret)
{
	struct locals *l = calloc(1, sizeof(*l));

	if (!l)
		return ERR_NOMEM;
	l->passwd.path = strdup(passwd);
	l->group.path = strdup(group);
	if (!l->passwd.path || !l->group.path) {
		locals_free(l);
		return ERR_NOMEM;
	}
	*ret = l;
	return ERR_OK;
}

void locals_free(struct locals *l)
{
	if (!l)
		return;
	set_free(&l->set);
	free(l->passwd.path);
	free(l->group.path);
	free(l);
}

/* Room for one more; arrays double, so that a long file costs no more than its lines. */
static bool grow(void **v, size_t n, size_t size)
{
	void *larger;

	if (n & (n - 1) || (n > 0 && n < 16))
		return true;
	larger = reallocarray(*v, n ? n * 2 : 16, size);
	if (!larger)
		return false;
	*v = larger;
	return true;
}

static enum err set_add(struct set *s, const char *name, uint32_t id, bool is_group)
{
	char *copy;

	if (!grow((void **)&s->items, s->n_items, sizeof(*s->items)) ||
	    !grow((void **)&s->ids, s->n_ids, sizeof(*s->ids)))
		return ERR_NOMEM;
	copy = strdup(name);
	if (!copy)
		return ERR_NOMEM;
	s->items[s->n_items] = (struct item){copy, id, is_group, s->n_items};
	s->n_items++;
	s->ids[s->n_ids++] = id;
	return ERR_OK;
}

/* The next line's name and id; false at the end or on failure. */
typedef bool (*next_line)(FILE *f, char *line, const char **ret_name, uint32_t *ret_id);

static bool next_passwd(FILE *f, char *line, const char **ret_name, uint32_t *ret_id)
{
	struct passwd pw, *found = NULL;

	if (fgetpwent_r(f, &pw, line, LINE_MAX_LEN, &found) != 0 || !found)
		return false;
	*ret_name = pw.pw_name;
	*ret_id = pw.pw_uid;
	return true;
}

static bool next_group(FILE *f, char *line, const char **ret_name, uint32_t *ret_id)
{
	struct group gr, *found = NULL;

	if (fgetgrent_r(f, &gr, line, LINE_MAX_LEN, &found) != 0 || !found)
		return false;
	*ret_name = gr.gr_name;
	*ret_id = gr.gr_gid;
	return true;
}

static enum err load_file(struct source *src, next_line next, struct set *set)
{
	CLEANUP(close_file) FILE *f = fopen(src->path, "re");
	AUTO_FREE char *line = malloc(LINE_MAX_LEN);
	const char *name = NULL;
	uint32_t id = 0;

	if (!line)
		return ERR_NOMEM;
	if (!f || fstat(fileno(f), &src->seen) != 0)
		return ERR_IO;
	while (next(f, line, &name, &id)) {
		enum err e = set_add(set, name, id, next == next_group);

		if (e != ERR_OK)
			return e;
	}
	/* ENOENT is how the end of the file looks */
	return ferror(f) || errno == ERANGE ? ERR_IO : ERR_OK;
}

static int compare_items(const void *a, const void *b)
{
	const struct item *x = a, *y = b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = x->is_group - y->is_group;
	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int compare_name(const void *key, const void *item)
{
	return strcmp(key, ((const struct item *)item)->name);
}

static bool unchanged(const struct source *src)
{
	struct stat st;

	return stat(src->path, &st) == 0 && st.st_ino == src->seen.st_ino &&
	       st.st_dev == src->seen.st_dev && st.st_size == src->seen.st_size &&
	       memcmp(&st.st_mtim, &src->seen.st_mtim, sizeof(st.st_mtim)) == 0 &&
	       memcmp(&st.st_ctim, &src->seen.st_ctim, sizeof(st.st_ctim)) == 0;
}

enum err locals_refresh(struct locals *l)
{
	AUTO_SET struct set fresh = {0};
	enum err e;

	if (l->loaded && unchanged(&l->passwd) && unchanged(&l->group))
		return ERR_OK;
	l->loaded = false;
	e = load_file(&l->passwd, next_passwd, &fresh);
	if (e == ERR_OK)
		e = load_file(&l->group, next_group, &fresh);
	if (e != ERR_OK)
		return e;
	if (fresh.n_items) {
		qsort(fresh.items, fresh.n_items, sizeof(*fresh.items), compare_items);
		qsort(fresh.ids, fresh.n_ids, sizeof(*fresh.ids), num_compare_u32);
	}
	set_free(&l->set);
	l->set = fresh;
	fresh = (struct set){0};
	l->loaded = true;
	l->version++;
	return ERR_OK;
}

uint64_t locals_version(const struct locals *l)
{
	return l->version;
}

/* Any item of that name. */
static const struct item *find(const struct set *s, const char *name)
{
	return s->n_items ? bsearch(name, s->items, s->n_items, sizeof(*s->items), compare_name)
			  : NULL;
}

bool locals_has_name(const struct locals *l, const char *name)
{
	return !l->loaded || find(&l->set, name);
}

/* The first one of that name and kind. */
static enum err find_id(const struct locals *l, const char *name, bool is_group, uint32_t *ret)
{
	const struct set *s = &l->set;
	const struct item *at = l->loaded ? find(s, name) : NULL;

	if (!l->loaded)
		return ERR_IO;
	if (!at)
		return ERR_NOT_FOUND;
	while (at > s->items && strcmp(at[-1].name, name) == 0)
		at--;
	for (; at < s->items + s->n_items && strcmp(at->name, name) == 0; at++) {
		if (at->is_group == is_group) {
			*ret = at->id;
			return ERR_OK;
		}
	}
	return ERR_NOT_FOUND;
}

enum err locals_user(const struct locals *l, const char *name, uint32_t *ret_uid)
{
	return find_id(l, name, false, ret_uid);
}

enum err locals_group(const struct locals *l, const char *name, uint32_t *ret_gid)
{
	return find_id(l, name, true, ret_gid);
}

bool locals_has_id(const struct locals *l, uint32_t id)
{
	if (!l->loaded)
		return true;
	return l->set.n_ids &&
	       bsearch(&id, l->set.ids, l->set.n_ids, sizeof(*l->set.ids), num_compare_u32) != NULL;
}
