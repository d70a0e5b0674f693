/* SPDX-License-Identifier: MIT */
#include "common/num.h"
#include "common/str.h"
#include "nss/guard.h"
#include "subid/file.h"
#include "subid/owner.h"
#include "subid/ranges.h"

#include <stdlib.h>

#define LIST_MAX 65536

struct range_list {
	struct subid_range *v;
	size_t n;
};

static void list_free(struct range_list *l)
{
	free(l->v);
	*l = (struct range_list){0};
}

static enum err list_add(struct range_list *l, const struct subid_range *r)
{
	struct subid_range *v;

	if (l->n == LIST_MAX)
		return ERR_TOO_LONG;
	v = reallocarray(l->v, l->n + 1, sizeof(*v));
	if (!v)
		return ERR_NOMEM;
	l->v = v;
	v[l->n++] = *r;
	return ERR_OK;
}

static bool overlap(const struct subid_range *a, const struct subid_range *b)
{
	return a->start < b->start + b->count && b->start < a->start + a->count;
}

static bool is_of(const struct subid_line *line, const char *name, uid_t uid)
{
	struct slice owner = slice_of(line->owner);
	uint64_t id = 0;

	return slice_is(owner, name) ||
	       (num_parse(owner.p, owner.len, UINT32_MAX, &id) == ERR_OK && id == uid);
}

static enum subid_status status_of(enum err e)
{
	if (e == ERR_OK)
		return SUBID_STATUS_SUCCESS;
	if (e == ERR_NOT_FOUND)
		return SUBID_STATUS_UNKNOWN_USER;
	return e == ERR_NO_DAEMON ? SUBID_STATUS_ERROR_CONN : SUBID_STATUS_ERROR;
}

static bool type_ok(enum subid_type type)
{
	return type == ID_TYPE_UID || type == ID_TYPE_GID;
}

/* The lines of the file, then a user of ours' own range, unless the file gives a part of that to
 * somebody. */
static enum err collect(const char *name, enum subid_type type, struct range_list *ret)
{
	AUTO_SUBID_FILE FILE *f = NULL;
	struct subid_range own;
	struct subid_line line;
	struct owner o;
	bool has_own;
	enum err e = owner_find(name, &o);

	if (e == ERR_OK)
		e = subid_file_open(type, &f);
	if (e != ERR_OK)
		return e;
	has_own = o.ours && range_of_uid(o.uid, &own);
	while (e == ERR_OK && (e = subid_file_next(f, &line)) == ERR_OK) {
		has_own = has_own && !overlap(&line.range, &own);
		if (is_of(&line, name, o.uid))
			e = list_add(ret, &line.range);
	}
	if (e != ERR_NOT_FOUND)
		return e;
	return has_own ? list_add(ret, &own) : ERR_OK;
}

/* Several ranges may cover it together. Each step gets behind one of them at least. */
static bool covers(const struct range_list *l, unsigned long start, unsigned long count)
{
	bool moved = true;

	while (count && moved) {
		moved = false;
		for (size_t i = 0; i < l->n && !moved; i++) {
			const struct subid_range *r = &l->v[i];
			unsigned long room;

			if (start < r->start || start - r->start >= r->count)
				continue;
			room = r->count - (start - r->start);
			if (room >= count)
				return true;
			start += room;
			count -= room;
			moved = true;
		}
	}
	return false;
}

enum subid_status shadow_subid_has_range(
    const char *owner, unsigned long start, unsigned long count, enum subid_type type, bool *ret)
{
	CLEANUP(list_free) struct range_list l = {0};
	struct guard guard;
	enum err e;

	*ret = false;
	if (!type_ok(type) || !owner)
		return SUBID_STATUS_ERROR;
	guard = guard_begin();
	e = collect(owner, type, &l);
	guard_end(&guard);
	if (e == ERR_OK)
		*ret = covers(&l, start, count);
	return status_of(e);
}

enum subid_status shadow_subid_list_owner_ranges(
    const char *owner, enum subid_type type, struct subid_range **ret, int *ret_count)
{
	CLEANUP(list_free) struct range_list l = {0};
	struct guard guard;
	enum err e;

	*ret = NULL;
	*ret_count = 0;
	if (!type_ok(type) || !owner)
		return SUBID_STATUS_ERROR;
	guard = guard_begin();
	e = collect(owner, type, &l);
	guard_end(&guard);
	if (e == ERR_OK) {
		*ret_count = (int)l.n;
		*ret = TAKE_PTR(l.v);
	}
	return status_of(e);
}

struct uid_list {
	uid_t *v;
	size_t n;
};

static void uids_free(struct uid_list *l)
{
	free(l->v);
}

static enum err uids_add(struct uid_list *l, uid_t uid)
{
	uid_t *v;

	for (size_t i = 0; i < l->n; i++)
		if (l->v[i] == uid)
			return ERR_OK;
	if (l->n == LIST_MAX)
		return ERR_TOO_LONG;
	v = reallocarray(l->v, l->n + 1, sizeof(*v));
	if (!v)
		return ERR_NOMEM;
	l->v = v;
	v[l->n++] = uid;
	return ERR_OK;
}

/* A line whose owner is unknown is nobody's. */
static enum err add_owner(struct uid_list *l, const char *name)
{
	struct owner o;
	uint64_t uid = 0;
	enum err e;

	if (num_parse(name, slice_of(name).len, UINT32_MAX - 1, &uid) == ERR_OK)
		return uids_add(l, (uid_t)uid);
	e = owner_find(name, &o);
	if (e == ERR_OK)
		return uids_add(l, o.uid);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err collect_owners(unsigned long id, enum subid_type type, struct uid_list *ret)
{
	AUTO_SUBID_FILE FILE *f = NULL;
	struct subid_range own = {0, 0};
	struct subid_line line;
	uid_t uid = 0;
	bool is_own = uid_of_range(id, &uid) && range_of_uid(uid, &own);
	enum err e = subid_file_open(type, &f);

	while (e == ERR_OK && (e = subid_file_next(f, &line)) == ERR_OK) {
		is_own = is_own && !overlap(&line.range, &own);
		if (id >= line.range.start && id - line.range.start < line.range.count)
			e = add_owner(ret, line.owner);
	}
	if (e != ERR_NOT_FOUND || !is_own)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	e = owner_check_uid(uid);
	if (e == ERR_OK)
		return uids_add(ret, uid);
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum subid_status shadow_subid_find_subid_owners(
    unsigned long id, enum subid_type type, uid_t **ret, int *ret_count)
{
	CLEANUP(uids_free) struct uid_list l = {0};
	struct guard guard;
	enum err e;

	*ret = NULL;
	*ret_count = 0;
	if (!type_ok(type))
		return SUBID_STATUS_ERROR;
	guard = guard_begin();
	e = collect_owners(id, type, &l);
	guard_end(&guard);
	if (e == ERR_OK) {
		*ret_count = (int)l.n;
		*ret = TAKE_PTR(l.v);
	}
	return status_of(e);
}

void shadow_subid_free(void *p)
{
	free(p);
}
