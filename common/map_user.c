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
	if (!w->name)
		return h->uid == w->uid;
	return h->name_len == w->name->len && memcmp(strings, w->name->text, w->name->len) == 0;
}

/* Every rule of user_record_ok; a name that was asked for has passed them already. */
static bool record_ok(
    const struct map_user_head *h, const struct wanted *w, const struct user_record *r)
{
	struct map_name name;

	/* the strings are where the lengths say, and none ends earlier */
	if (r->gecos[-1] || r->home[-1] || r->shell[-1] || r->shell[h->shell_len])
		return false;
	if (!w->name && (!map_name_set(&name, r->name) || name.len != h->name_len))
		return false;
	if (!id_ok(r->uid) || !id_ok(r->gid))
		return false;
	if (map_strings_plain(r->name, map_strings_len(h)))
		return r->home[0] == '/' && h->home_len > 1 && r->shell[0] == '/' &&
		       h->shell_len > 1;
	return strlen(r->gecos) == h->gecos_len && strlen(r->home) == h->home_len &&
	       strlen(r->shell) == h->shell_len && user_record_ok(r);
}

/* ERR_NOT_FOUND: another user after all, and soundly so. */
static enum err read_user(const struct map *m, uint64_t offset, const struct wanted *w, char *buf,
    size_t size, struct user_record *ret)
{
	const char *strings = (const char *)m->base + offset + sizeof(struct map_user_head);
	struct map_user_head h;
	struct user_record r;
	const char *copy;
	size_t len;

	map_copy(&h, m->base + offset, sizeof(h));
	len = map_strings_len(&h);
	if (h.kind != MAP_USER || len > m->records_end - offset - sizeof(h))
		return ERR_SYNTAX;
	copy = len <= size ? buf : strings;
	if (len <= size)
		map_copy(buf, strings, len);
	if (map_user_sum(m->seed, offset, &h, copy) != h.sum)
		return ERR_SYNTAX;
	if (!is_wanted(w, &h, copy))
		return ERR_NOT_FOUND;
	if (len > size)
		return ERR_TOO_LONG;
	r = (struct user_record){.name = buf, .uid = h.uid, .gid = h.gid};
	r.gecos = r.name + h.name_len + 1;
	r.home = r.gecos + h.gecos_len + 1;
	r.shell = r.home + h.home_len + 1;
	if (!record_ok(&h, w, &r))
		return ERR_SYNTAX;
	*ret = r;
	return ERR_OK;
}

static enum err find(
    struct map_probe *p, const struct wanted *w, char *buf, size_t size, struct user_record *ret)
{
	enum err e;

	do {
		uint64_t offset;

		e = map_probe_next(p, sizeof(struct map_user_head), &offset);
		if (e != ERR_OK)
			return e;
		e = read_user(p->map, offset, w, buf, size, ret);
	} while (e == ERR_NOT_FOUND);
	return e;
}

enum err map_user_by_name(const struct map *m, const struct map_name *name, char *buf, size_t size,
    struct user_record *ret)
{
	uint64_t hash = map_hash_name(m->seed, name->words, name->len);
	struct map_probe p = map_probe_start(m, MAP_USER_NAME, hash, map_tag(hash));

	return find(&p, &(struct wanted){.name = name}, buf, size, ret);
}

enum err map_user_by_uid(
    const struct map *m, uint32_t uid, char *buf, size_t size, struct user_record *ret)
{
	struct map_probe p = map_probe_start(m, MAP_USER_ID, map_hash_id(m->seed, uid), uid);

	return find(&p, &(struct wanted){.uid = uid}, buf, size, ret);
}
