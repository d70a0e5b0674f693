/* SPDX-License-Identifier: MIT */
/* The whole-file check: through the readers' own functions, so that what passes here is found
 * there, and every byte by the checksum of the body. */
#include "common/local_gids.h"
#include "common/map_probe.h"
#include "common/map_walk.h"
#include "encvoyd/mapfile_parts.h"
#include "sys/file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* For the largest user; groups get more as they need it. */
#define SCRATCH 65536

struct verify {
	struct map map;
	struct map_header h;
	char *scratch;
	size_t size;
	uint64_t private_groups; /* found so far */
	uint64_t gone[MAP_TABLES];
};

/* The name in a record, when it can be one; borrowed from the map. */
static bool record_name(const struct verify *v, uint64_t offset, size_t head, struct map_name *ret)
{
	const char *name = (const char *)v->map.base + offset + head;
	struct map_record_head h;

	memcpy(&h, v->map.base + offset, sizeof(h));
	return offset + head + h.name_len < v->map.records_end && !name[h.name_len] &&
	       map_name_set(ret, name) && ret->len == h.name_len;
}

static bool grow(struct verify *v)
{
	char *bigger = v->size < v->h.size * 16 ? realloc(v->scratch, v->size * 2) : NULL;

	if (!bigger)
		return false;
	v->scratch = bigger;
	v->size *= 2;
	return true;
}

typedef enum err (*open_fn)(struct map *ret, const void *base, size_t size);

static enum err look_up_group(struct verify *v, const struct map_name *name, uint32_t gid)
{
	struct map_group g;
	enum err e;

	do
		e = name ? map_group_by_name(&v->map, name, v->scratch, v->size, &g)
			 : map_group_by_gid(&v->map, gid, v->scratch, v->size, &g);
	while (e == ERR_TOO_LONG && grow(v));
	return e;
}

static enum err look_up_groups(struct verify *v, const struct map_name *name)
{
	struct map_groups g;
	enum err e = map_groups_of(&v->map, name, &g);

	for (uint32_t i = 0; e == ERR_OK && i < g.n; i++)
		if (local_gid_barred(map_groups_gid(&g, i)))
			e = ERR_SYNTAX;
	return e;
}

/* A user by his name, and his private group by both. */
static enum err look_up_user(struct verify *v, const struct map_name *name, uint64_t offset)
{
	struct user_record user;
	struct map_record_head h;
	enum err e = map_user_by_name(&v->map, name, v->scratch, v->size, &user);

	memcpy(&h, v->map.base + offset, sizeof(h));
	if (e != ERR_OK || h.kind != MAP_USER_AND_GROUP) /* MAP_GONE: nothing else to find */
		return e;
	v->private_groups++;
	e = look_up_group(v, NULL, user.uid);
	return e == ERR_OK ? look_up_group(v, name, 0) : e;
}

static enum err check_gone(struct verify *v, enum map_table_id id, uint32_t tag, uint64_t offset)
{
	bool by_id = id == MAP_USER_ID || id == MAP_GROUP_ID;
	struct map_name name;

	if (!by_id && !record_name(v, offset, sizeof(struct map_gone_head), &name))
		return ERR_SYNTAX;
	v->gone[id]++;
	return map_read_gone(&v->map, offset, id, by_id ? NULL : &name, tag) == MAP_ERR_GONE
		   ? ERR_OK
		   : ERR_SYNTAX;
}

/* Looks the record of an entry up by the entry's own table. */
static enum err check_entry(struct verify *v, enum map_table_id id, uint32_t tag, uint64_t offset)
{
	struct user_record user;
	struct map_name name;

	if (offset < sizeof(struct map_header) ||
	    offset + sizeof(struct map_groups_head) + 8 > v->map.records_end)
		return ERR_SYNTAX;
	if (v->map.base[offset + offsetof(struct map_record_head, kind)] == MAP_GONE)
		return check_gone(v, id, tag, offset);
	switch (id) {
	case MAP_USER_NAME:
		if (!record_name(v, offset, sizeof(struct map_user_head), &name))
			return ERR_SYNTAX;
		return look_up_user(v, &name, offset);
	case MAP_USER_ID:
		return map_user_by_uid(&v->map, tag, v->scratch, v->size, &user);
	case MAP_GROUP_NAME:
		if (!record_name(v, offset, sizeof(struct map_group_head), &name))
			return ERR_SYNTAX;
		return look_up_group(v, &name, 0);
	case MAP_GROUP_ID:
		return look_up_group(v, NULL, tag);
	case MAP_MEMBER:
		if (!record_name(v, offset, sizeof(struct map_groups_head), &name))
			return ERR_SYNTAX;
		return look_up_groups(v, &name);
	default:
		return ERR_SYNTAX;
	}
}

static enum err check_table(struct verify *v, enum map_table_id id, uint64_t entries)
{
	const struct map_table *t = &v->map.tables[id];
	uint64_t found = 0;

	for (uint32_t i = 0; i < t->n; i++) {
		const struct map_bucket *b = &t->buckets[i];
		bool ended = false;

		if (b->sum != map_bucket_sum(v->map.seed, t->offset + i * sizeof(*b), b))
			return ERR_SYNTAX;
		for (unsigned s = 0; s < MAP_BUCKET_SLOTS; s++) {
			enum err e;

			if (!b->refs[s]) {
				ended = true;
				continue;
			}
			e = ended ? ERR_SYNTAX
				  : check_entry(v, id, b->tags[s], b->refs[s] * (uint64_t)8);
			if (e != ERR_OK)
				return e == ERR_NOMEM ? e : ERR_SYNTAX;
			found++;
		}
	}
	return found == entries + v->h.gone[id] && v->gone[id] == v->h.gone[id] ? ERR_OK
										: ERR_SYNTAX;
}

enum err image_verify(const void *bytes, size_t len, uint64_t *ret_generation, uint64_t *ret_users)
{
	AUTO_FREE char *scratch = malloc(SCRATCH);
	struct verify v = {.size = SCRATCH};
	enum err e = map_open(&v.map, bytes, len);

	if (e == ERR_SYNTAX)
		e = map_open_changes(&v.map, bytes, len);
	if (e != ERR_OK)
		return e;
	if (!scratch)
		return ERR_NOMEM;
	memcpy(&v.h, bytes, sizeof(v.h));
	if (v.h.body_sum != map_sum(v.h.seed, (const char *)bytes + sizeof(v.h), len - sizeof(v.h)))
		return ERR_SYNTAX;
	v.scratch = TAKE_PTR(scratch);
	for (enum map_table_id id = 0; e == ERR_OK && id < MAP_TABLES; id++) {
		uint64_t entries = id == MAP_MEMBER       ? v.h.members
				   : id >= MAP_GROUP_NAME ? v.h.groups
							  : v.h.users;

		e = check_table(&v, id, entries);
	}
	free(v.scratch);
	if (e == ERR_OK && v.private_groups != v.h.private_groups)
		e = ERR_SYNTAX;
	if (e != ERR_OK)
		return e;
	*ret_generation = v.h.generation;
	*ret_users = v.h.users;
	return ERR_OK;
}

/* A file by its content, into a buffer that the caller frees. */
static enum err verify_file(const char *cache_dir, const char *file, uid_t owner, open_fn open,
    struct buf *image, struct map *ret, uint64_t *ret_users)
{
	char path[PATH_MAX];
	uint64_t generation, users;
	enum err e = cache_path(path, sizeof(path), cache_dir, file);

	/* read, not mapped: a failing disk is an error here, and no signal */
	buf_init(image, SIZE_MAX);
	if (e == ERR_OK)
		e = file_read(path, owner, FILE_PUBLIC, image);
	if (e == ERR_OK)
		e = open(ret, image->data, image->len);
	if (e == ERR_OK)
		e = image_verify(image->data, image->len, &generation, &users);
	if (e == ERR_OK && ret_users)
		*ret_users = users;
	return e;
}

/* As readers of base and changes find them. */
static enum err count_users(const struct map *joined, uint64_t *ret)
{
	AUTO_FREE char *scratch = malloc(SCRATCH);
	struct user_record user;
	struct map_walk w;
	uint64_t n = 0;
	enum err e;

	if (!scratch)
		return ERR_NOMEM;
	map_walk_begin(&w, joined);
	while ((e = map_walk_user(&w, scratch, SCRATCH, &user)) == ERR_OK)
		n++;
	*ret = n;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err mapfile_verify_of(const char *cache_dir, uid_t owner, uint64_t *ret_users)
{
	AUTO_BUF struct buf image = {0}, changed = {0};
	uint64_t current, generation, users;
	struct map map, changes;
	enum err e = verify_file(cache_dir, USERS_MAP, owner, map_open, &image, &map, &users);

	if (e != ERR_OK)
		return e;
	e = verify_file(
	    cache_dir, USERS_CHANGES, owner, map_open_changes, &changed, &changes, NULL);
	if (e == ERR_OK) {
		e = map_join(&map, &changes);
		if (e == ERR_OK)
			e = count_users(&map, &users);
		else if (e == ERR_NOT_FOUND) /* of another base */
			e = ERR_SYNTAX;
	}
	if (e == ERR_EXISTS) /* older, and harmless */
		e = ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	generation = map_generation(&map);
	e = gen_file_read(cache_dir, owner, &current);
	/* without it, or with another one, no reader knows of this map */
	if (e == ERR_NOT_FOUND || (e == ERR_OK && current != generation))
		e = ERR_SYNTAX;
	if (e == ERR_OK)
		*ret_users = users;
	return e;
}

enum err mapfile_verify(const char *cache_dir, uint64_t *ret_users)
{
	return mapfile_verify_of(cache_dir, geteuid(), ret_users);
}
