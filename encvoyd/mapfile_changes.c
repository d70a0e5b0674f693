/* SPDX-License-Identifier: MIT */
#include "encvoyd/mapfile_changes.h"
#include "common/num.h"

#include "encvoyd/mapfile_parts.h"

#include <stdlib.h>
#include <string.h>

struct map_changes {
	struct map_builder *builder;
};

enum err map_changes_new(struct map_changes **ret, const struct map *base)
{
	struct map_changes *c = calloc(1, sizeof(*c));
	enum err e = c ? map_builder_new(&c->builder) : ERR_NOMEM;

	if (e != ERR_OK) {
		free(c);
		return e;
	}
	c->builder->seed = base->seed;
	c->builder->base = base->generation;
	*ret = c;
	return ERR_OK;
}

void map_changes_free(struct map_changes *c)
{
	if (!c)
		return;
	map_builder_free(c->builder);
	free(c);
}

enum err map_changes_add_user(struct map_changes *c, const struct user_record *rec)
{
	return map_builder_add_user(c->builder, rec);
}

enum err map_changes_add_group(
    struct map_changes *c, const char *name, uint32_t gid, const char *const *members, size_t n)
{
	return map_builder_add_group(c->builder, name, gid, members, n);
}

/* A key of one table that no record is there for yet: ERR_EXISTS when there is one. */
static enum err prepare(const struct map_builder *b, enum seen_id set, const struct map_name *name,
    uint32_t id, uint32_t *ret_hash)
{
	const struct seen_key key = {&b->image, name, id};
	uint64_t hash =
	    name ? map_hash_name(b->seed, &name->words, name->len) : map_hash_id(b->seed, id);

	*ret_hash = map_tag(hash);
	return seen_find(&b->seen[set], *ret_hash, name ? seen_has_name : seen_has_id, &key)
		   ? ERR_EXISTS
		   : ERR_OK;
}

/* The same in ascending order, each once; the caller frees. */
static enum err sorted(const uint32_t *gids, size_t n, uint32_t **ret, size_t *ret_n)
{
	uint32_t *copy = calloc(n, sizeof(*copy));

	if (!copy)
		return ERR_NOMEM;
	memcpy(copy, gids, n * sizeof(*copy));
	*ret = copy;
	*ret_n = num_sort_u32(copy, n);
	return ERR_OK;
}

/* name is NULL for an id. */
static enum err put_gone(
    struct map_builder *b, enum map_table_id table, const struct map_name *name, uint32_t id)
{
	static const uint8_t zeros[NAME_MAX_LEN + 16];
	struct map_gone_head h = {.kind = MAP_GONE,
	    .name_len = name ? (uint8_t)name->len : 0,
	    .tables = (uint16_t)(1U << table),
	    .id = id};
	size_t offset = b->image.len;
	uint32_t hash;
	enum err e = prepare(b, (enum seen_id)table, name, id, &hash);

	if (e == ERR_EXISTS)
		return ERR_OK;
	e = seen_reserve(&b->seen[table]);
	if (e != ERR_OK)
		return e;
	buf_put(&b->image, &h, sizeof(h));
	buf_put(&b->image, name ? name->text : "", h.name_len);
	buf_put(&b->image, zeros, map_pad16(h.name_len + 1U) - h.name_len);
	if (b->image.err != ERR_OK) {
		e = b->image.err;
		b->image.len = offset;
		b->image.err = ERR_OK;
		return e;
	}
	h.sum = map_gone_sum(b->seed, offset, &h, (const char *)b->image.data + offset + sizeof(h));
	memcpy(b->image.data + offset, &h, sizeof(h));
	seen_add(&b->seen[table], hash, offset);
	b->gone[table]++;
	return ERR_OK;
}

enum err map_changes_set_groups_of(
    struct map_changes *c, const char *name, const uint32_t *gids, size_t n)
{
	struct map_builder *b = c->builder;
	AUTO_FREE uint32_t *list = NULL;
	size_t offset = b->image.len;
	struct map_name checked;
	uint32_t hash;
	enum err e;

	if (!map_name_set(&checked, name))
		return ERR_BAD_NAME;
	for (size_t i = 0; i < n; i++)
		if (!id_ok(gids[i]))
			return ERR_ID_RANGE;
	e = prepare(b, SEEN_MEMBER, &checked, 0, &hash);
	if (e != ERR_OK)
		return e;
	if (n == 0)
		return put_gone(b, MAP_MEMBER, &checked, 0);
	e = sorted(gids, n, &list, &n);
	if (e == ERR_OK)
		e = seen_reserve(&b->seen[SEEN_MEMBER]);
	if (e == ERR_OK)
		e = image_put_groups(b, name, checked.len, list, n);
	if (e != ERR_OK)
		return e;
	seen_add(&b->seen[SEEN_MEMBER], hash, offset);
	b->members++;
	return ERR_OK;
}

static enum err gone(struct map_changes *c, enum map_table_id names, const char *name, uint32_t id)
{
	struct map_name checked;
	enum err e;

	if (!map_name_set(&checked, name))
		return ERR_BAD_NAME;
	if (!id_ok(id))
		return ERR_ID_RANGE;
	e = put_gone(c->builder, names, &checked, 0);
	return e == ERR_OK ? put_gone(c->builder, names + 1, NULL, id) : e;
}

enum err map_changes_gone_user(struct map_changes *c, const char *name, uint32_t uid)
{
	return gone(c, MAP_USER_NAME, name, uid);
}

enum err map_changes_gone_group(struct map_changes *c, const char *name, uint32_t gid)
{
	return gone(c, MAP_GROUP_NAME, name, gid);
}

enum err map_changes_publish(
    struct map_changes *c, const char *cache_dir, unsigned flags, uint64_t *ret_generation)
{
	return map_builder_publish(c->builder, cache_dir, flags, ret_generation);
}
