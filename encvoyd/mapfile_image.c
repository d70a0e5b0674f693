/* SPDX-License-Identifier: MIT */
#include "common/str.h"
#include "encvoyd/mapfile_parts.h"
#include "sys/file.h"

#include <dirent.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

enum map_kind image_kind(const struct buf *image, uint64_t offset)
{
	struct map_record_head h;

	memcpy(&h, image->data + offset, sizeof(h));
	return (enum map_kind)h.kind;
}

uint64_t image_next(const struct buf *image, uint64_t offset)
{
	const uint8_t *p = image->data + offset;
	struct map_user_head user;
	struct map_group_head group;
	struct map_groups_head groups;
	struct map_gone_head gone;

	switch (image_kind(image, offset)) {
	case MAP_USER:
	case MAP_USER_AND_GROUP:
		memcpy(&user, p, sizeof(user));
		return offset + sizeof(user) + map_pad16(map_strings_len(&user));
	case MAP_GROUP:
		memcpy(&group, p, sizeof(group));
		return offset + sizeof(group) + map_pad8(group.name_len + 1U) +
		       map_pad8(group.members) + group.list_size;
	case MAP_GROUPS:
		memcpy(&groups, p, sizeof(groups));
		return offset + sizeof(groups) + map_pad8(groups.name_len + 1U) +
		       map_pad8((size_t)groups.groups * sizeof(uint32_t));
	case MAP_GONE:
		memcpy(&gone, p, sizeof(gone));
		return offset + sizeof(gone) + map_pad16(gone.name_len + 1U);
	}
	return image->len; /* the builder writes no other */
}

static void put_zeros(struct buf *b, uint64_t n)
{
	static const uint8_t zeros[4096];

	while (n) {
		size_t part = n < sizeof(zeros) ? (size_t)n : sizeof(zeros);

		buf_put(b, zeros, part);
		n -= part;
	}
}

/* A table while it is filled. */
struct table {
	struct map_bucket *buckets;
	struct map_place place;
	uint64_t entries;
};

/* False when the entry's home and all buckets behind it that a reader looks at are full. */
static bool insert(const struct table *t, uint64_t hash, uint32_t tag, uint64_t offset)
{
	uint32_t i = map_home(hash, (uint32_t)t->place.buckets);

	for (unsigned probe = 0; probe < MAP_PROBES; probe++) {
		struct map_bucket *b = &t->buckets[i];

		for (unsigned slot = 0; slot < MAP_BUCKET_SLOTS; slot++) {
			if (b->refs[slot])
				continue;
			b->tags[slot] = tag;
			b->refs[slot] = (uint32_t)(offset / 8);
			return true;
		}
		i = i + 1 == t->place.buckets ? 0 : i + 1;
	}
	return false;
}

static uint64_t hash_of_name(uint64_t seed, const uint8_t *name, size_t len)
{
	struct map_words words = map_words((const char *)name, len);

	return map_hash_name(seed, &words, len);
}

/* In one table that names a key which is no more. */
static bool insert_gone(const struct map_builder *b, const struct table *tables, uint64_t offset)
{
	const uint8_t *p = b->image.data + offset;
	struct map_gone_head gone;
	uint64_t h;

	memcpy(&gone, p, sizeof(gone));
	h = gone.name_len ? hash_of_name(b->seed, p + sizeof(gone), gone.name_len)
			  : map_hash_id(b->seed, gone.id);
	for (enum map_table_id id = 0; id < MAP_TABLES; id++)
		if (gone.tables & 1U << id &&
		    !insert(&tables[id], h, gone.name_len ? map_tag(h) : gone.id, offset))
			return false;
	return true;
}

static bool insert_record(const struct map_builder *b, const struct table *tables, uint64_t offset)
{
	const uint8_t *p = b->image.data + offset;
	struct map_user_head user;
	struct map_group_head group;
	struct map_groups_head groups;
	uint64_t h;

	switch (image_kind(&b->image, offset)) {
	case MAP_USER:
	case MAP_USER_AND_GROUP:
		memcpy(&user, p, sizeof(user));
		h = hash_of_name(b->seed, p + sizeof(user), user.name_len);
		return insert(&tables[MAP_USER_NAME], h, map_tag(h), offset) &&
		       insert(
			   &tables[MAP_USER_ID], map_hash_id(b->seed, user.uid), user.uid, offset);
	case MAP_GROUP:
		memcpy(&group, p, sizeof(group));
		h = hash_of_name(b->seed, p + sizeof(group), group.name_len);
		return insert(&tables[MAP_GROUP_NAME], h, map_tag(h), offset) &&
		       insert(&tables[MAP_GROUP_ID], map_hash_id(b->seed, group.gid), group.gid,
			   offset);
	case MAP_GROUPS:
		memcpy(&groups, p, sizeof(groups));
		h = hash_of_name(b->seed, p + sizeof(groups), groups.name_len);
		return insert(&tables[MAP_MEMBER], h, map_tag(h), offset);
	case MAP_GONE:
		return insert_gone(b, tables, offset);
	}
	return true;
}

/* Appends the empty tables, `spread` times larger than they need be. */
static enum err add_tables(struct map_builder *b, struct table *tables, unsigned spread)
{
	put_zeros(&b->image, -b->image.len % sizeof(struct map_bucket));
	for (enum map_table_id id = 0; id < MAP_TABLES; id++) {
		struct table *t = &tables[id];

		/* half of the slots stay free: a search then rarely leaves its first bucket */
		t->place.buckets = (t->entries * 2 / MAP_BUCKET_SLOTS + 1) * spread;
		t->place.offset = b->image.len;
		if (t->place.buckets > UINT32_MAX)
			return ERR_TOO_MANY;
		put_zeros(&b->image, t->place.buckets * sizeof(struct map_bucket));
	}
	if (b->image.err != ERR_OK)
		return b->image.err;
	for (enum map_table_id id = 0; id < MAP_TABLES; id++)
		tables[id].buckets = (void *)(b->image.data + tables[id].place.offset);
	return ERR_OK;
}

static enum err fill_tables(struct map_builder *b, struct table *tables)
{
	uint64_t end = b->image.len;

	for (unsigned spread = 1; spread <= 8; spread *= 2) {
		uint64_t o = sizeof(struct map_header);
		enum err e = add_tables(b, tables, spread);

		if (e != ERR_OK)
			return e;
		while (o < end && insert_record(b, tables, o))
			o = image_next(&b->image, o);
		if (o >= end)
			return ERR_OK;
		b->image.len = end;
	}
	return ERR_INTERNAL; /* does not happen with hashes that nobody can foresee */
}

static void sum_tables(const struct map_builder *b, const struct table *tables)
{
	for (enum map_table_id id = 0; id < MAP_TABLES; id++) {
		const struct map_place *p = &tables[id].place;

		for (uint64_t i = 0; i < p->buckets; i++) {
			struct map_bucket *bucket = &tables[id].buckets[i];

			bucket->sum =
			    map_bucket_sum(b->seed, p->offset + i * sizeof(*bucket), bucket);
		}
	}
}

static uint64_t entries_of(const struct map_header *h, enum map_table_id id)
{
	uint64_t n = id == MAP_MEMBER ? h->members : id >= MAP_GROUP_NAME ? h->groups : h->users;

	return n + h->gone[id];
}

enum err image_finish(struct map_builder *b, unsigned flags, uint64_t generation)
{
	struct table tables[MAP_TABLES] = {{0}};
	struct map_header h = {.magic = MAP_MAGIC,
	    .byte_order = MAP_BYTE_ORDER,
	    .version = MAP_VERSION,
	    .generation = generation,
	    .seed = b->seed,
	    .flags = flags,
	    .role = b->base ? MAP_CHANGES : MAP_BASE,
	    .base = b->base,
	    .users = b->users,
	    .groups = b->groups,
	    .private_groups = b->private_groups,
	    .members = b->members};
	enum err e = b->base ? ERR_OK : image_add_members(b, &h.members);

	if (e != ERR_OK)
		return e;
	h.records_end = b->image.len;
	for (enum map_table_id id = 0; id < MAP_TABLES; id++) {
		h.gone[id] = b->gone[id];
		tables[id].entries = entries_of(&h, id);
	}
	e = fill_tables(b, tables);
	if (e != ERR_OK)
		return e;
	sum_tables(b, tables);
	for (enum map_table_id id = 0; id < MAP_TABLES; id++)
		h.tables[id] = tables[id].place;
	h.size = b->image.len;
	h.body_sum = map_sum(b->seed, b->image.data + sizeof(h), b->image.len - sizeof(h));
	h.sum = map_sum(MAP_VERSION, &h, offsetof(struct map_header, sum));
	memcpy(b->image.data, &h, sizeof(h));
	return ERR_OK;
}

static void close_dir(DIR **d)
{
	if (*d)
		closedir(*d);
}

static bool is_leftover(const char *name, const char *prefix)
{
	return str_starts(name, prefix) && strlen(name) == strlen(prefix) + strlen("XXXXXX");
}

static void remove_leftovers(const char *cache_dir)
{
	CLEANUP(close_dir) DIR *d = opendir(cache_dir);
	const struct dirent *entry;

	while (d && (entry = readdir(d)))
		if (is_leftover(entry->d_name, USERS_MAP ".") ||
		    is_leftover(entry->d_name, USERS_CHANGES "."))
			(void)unlinkat(dirfd(d), entry->d_name, 0);
}

void image_remove(const char *cache_dir, const char *file)
{
	char path[PATH_MAX];

	if (cache_path(path, sizeof(path), cache_dir, file) == ERR_OK)
		(void)unlink(path);
}

enum err image_write(const struct buf *image, const char *cache_dir, const char *file)
{
	char path[PATH_MAX];
	enum err e = cache_path(path, sizeof(path), cache_dir, file);

	if (e != ERR_OK)
		return e;
	remove_leftovers(cache_dir);
	return file_replace(path, 0644, image->data, image->len);
}
