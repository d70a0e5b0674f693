/* SPDX-License-Identifier: MIT */
#include "common/map.h"
#include "common/map_check.h"
#include "common/map_probe.h"

#include <string.h>

/* What a record must match: a name, or the id when name is NULL. */
struct wanted {
	const struct map_name *name;
	uint32_t uid;
};

static bool is_wanted(const struct wanted *w, const struct map_user_head *h, const char *strings)
{
	return w->name ? map_name_is(w->name, strings, h->name_len) : h->uid == w->uid;
}

static struct user_record record_of(const struct map_user_head *h, const char *strings)
{
	const char *gecos = strings + h->name_len + 1;
	const char *home = gecos + h->gecos_len + 1;

	return (struct user_record){.name = strings,
	    .gecos = gecos,
	    .home = home,
	    .shell = home + h->home_len + 1,
	    .uid = h->uid,
	    .gid = h->gid};
}

/* For strings that are not plain: none ends earlier than its length says, and user_record_ok. */
static __attribute__((noinline)) bool strings_ok(const struct map_user_head *h, const char *strings)
{
	struct user_record r = record_of(h, strings);

	return strlen(r.name) == h->name_len && strlen(r.gecos) == h->gecos_len &&
	       strlen(r.home) == h->home_len && strlen(r.shell) == h->shell_len &&
	       user_record_ok(&r);
}

/* Every rule of user_record_ok; a name that was asked for has passed its own already. */
static inline bool record_ok(
    const struct map_user_head *h, const struct wanted *w, const char *strings, bool plain)
{
	const struct user_record r = record_of(h, strings);
	struct map_name name;

	/* the strings end where the lengths say */
	if (r.gecos[-1] | r.home[-1] | r.shell[-1] | r.shell[h->shell_len])
		return false;
	if (!id_ok(r.uid) || !id_ok(r.gid))
		return false;
	if (!w->name && !map_name_set_len(&name, r.name, h->name_len))
		return false;
	if (!plain)
		return strings_ok(h, strings);
	return r.home[0] == '/' && h->home_len > 1 && r.shell[0] == '/' && h->shell_len > 1;
}

/* The record is not copied, but to be told from another's: proves that it is sound. */
static enum err compare_in_place(const struct map *m, uint64_t offset, const struct wanted *w,
    const struct map_user_head *h, const char *strings)
{
	if (map_user_sum(m->seed, offset, h, strings) != h->sum)
		return ERR_SYNTAX;
	return is_wanted(w, h, strings) ? ERR_TOO_LONG : ERR_NOT_FOUND;
}

/* ERR_NOT_FOUND: another user after all, and soundly so. */
static enum err read_user(const struct map *m, uint64_t offset, const struct wanted *w, char *buf,
    size_t size, struct user_record *ret)
{
	const unsigned char *p = m->base + offset;
	struct map_user_head h;
	struct map_user_sum sum;
	size_t len;
	bool plain;

	/* most records reach into the next cache line: both come at the same time */
	__builtin_prefetch(p + 64);
	map_copy(&h, p, sizeof(h));
	len = map_strings_len(&h);
	if (h.kind != MAP_USER && h.kind != MAP_USER_AND_GROUP)
		return map_read_gone(
		    m, offset, w->name ? MAP_USER_NAME : MAP_USER_ID, w->name, w->uid);
	if (map_pad16(len) > m->records_end - offset - sizeof(h))
		return ERR_SYNTAX;
	p += sizeof(h);
	if (len > size)
		return compare_in_place(m, offset, w, &h, (const char *)p);
	sum = map_user_sum_begin(m->seed, offset, &h);
	plain = map_copy_strings(buf, size, p, len, &sum);
	if (map_user_sum_end(&sum) != h.sum)
		return ERR_SYNTAX;
	if (!is_wanted(w, &h, (const char *)p))
		return ERR_NOT_FOUND;
	if (w->name) /* whatever stands in the map by now */
		memcpy(buf, w->name->text, w->name->len);
	if (!record_ok(&h, w, buf, plain))
		return ERR_SYNTAX;
	*ret = record_of(&h, buf);
	return ERR_OK;
}

static inline enum err find_in(
    struct map_probe p, const struct wanted *w, char *buf, size_t size, struct user_record *ret)
{
	enum err e;

	do {
		uint64_t offset;

		e = map_probe_next(&p, sizeof(struct map_user_head), &offset);
		if (e != ERR_OK)
			return e;
		e = read_user(p.map, offset, w, buf, size, ret);
	} while (e == ERR_NOT_FOUND);
	return e;
}

static __attribute__((noinline)) enum err find_in_changes(
    struct map_probe p, const struct wanted *w, char *buf, size_t size, struct user_record *ret)
{
	return find_in(p, w, buf, size, ret);
}

static inline enum err find(const struct map *m, enum map_table_id table, uint64_t hash,
    uint32_t tag, const struct wanted *w, char *buf, size_t size, struct user_record *ret)
{
	if (m->changes) {
		enum err e = find_in_changes(
		    map_probe_start(m->changes, table, hash, tag), w, buf, size, ret);

		if (e != ERR_NOT_FOUND)
			return map_gone_is_not_found(e);
	}
	return find_in(map_probe_start(m, table, hash, tag), w, buf, size, ret);
}

enum err map_user_by_name(const struct map *m, const struct map_name *name, char *buf, size_t size,
    struct user_record *ret)
{
	uint64_t hash = map_hash_name(m->seed, &name->words, name->len);

	return find(
	    m, MAP_USER_NAME, hash, map_tag(hash), &(struct wanted){.name = name}, buf, size, ret);
}

enum err map_user_by_uid(
    const struct map *m, uint32_t uid, char *buf, size_t size, struct user_record *ret)
{
	return find(m, MAP_USER_ID, map_hash_id(m->seed, uid), uid, &(struct wanted){.uid = uid},
	    buf, size, ret);
}

enum err map_knows_user(const struct map *changes, const struct map_name *name, uint32_t uid)
{
	struct wanted w = {.name = name, .uid = uid};
	uint64_t hash = name ? map_hash_name(changes->seed, &name->words, name->len)
			     : map_hash_id(changes->seed, uid);
	struct map_probe p = map_probe_start(
	    changes, name ? MAP_USER_NAME : MAP_USER_ID, hash, name ? map_tag(hash) : uid);
	struct user_record unused;
	enum err e = find_in_changes(p, &w, NULL, 0, &unused);

	return e == MAP_ERR_GONE || e == ERR_TOO_LONG ? ERR_OK : e;
}

enum err map_read_user_at(
    const struct map *m, uint64_t offset, char *buf, size_t size, struct user_record *ret)
{
	struct map_user_head h;
	enum err e;

	map_copy(&h, m->base + offset, sizeof(h));
	e = read_user(m, offset, &(struct wanted){.uid = h.uid}, buf, size, ret);
	return e == ERR_OK || e == ERR_TOO_LONG ? e : ERR_SYNTAX;
}
