/* SPDX-License-Identifier: MIT */
/* Collecting users and groups: each becomes a record of the image at once. */
#include "encvoyd/mapfile.h"

#include "encvoyd/mapfile_parts.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>

/* A reference is an offset / 8 in 32 bits. */
#define IMAGE_MAX ((uint64_t)UINT32_MAX * 8)

enum err map_builder_new(struct map_builder **ret)
{
	struct map_builder *b = calloc(1, sizeof(*b));
	struct map_header zero = {0};

	if (!b)
		return ERR_NOMEM;
	buf_init(&b->image, IMAGE_MAX < SIZE_MAX ? (size_t)IMAGE_MAX : SIZE_MAX);
	buf_put(&b->image, &zero, sizeof(zero));
	buf_init(&b->locals, SIZE_MAX);
	/* nobody can choose names that meet in one bucket */
	random_bytes(&b->seed, sizeof(b->seed));
	if (b->image.err != ERR_OK) {
		map_builder_free(b);
		return ERR_NOMEM;
	}
	*ret = b;
	return ERR_OK;
}

void map_builder_free(struct map_builder *b)
{
	if (!b)
		return;
	for (unsigned i = 0; i < SEEN_SETS; i++)
		seen_free(&b->seen[i]);
	buf_free(&b->image);
	buf_free(&b->locals);
	free(b);
}

/* What comes before the name. */
static size_t head_size(enum map_kind kind)
{
	switch (kind) {
	case MAP_GROUP:
		return sizeof(struct map_group_head);
	case MAP_GROUPS:
		return sizeof(struct map_groups_head);
	case MAP_GONE:
		return sizeof(struct map_gone_head);
	default:
		return sizeof(struct map_user_head);
	}
}

bool seen_has_name(const void *arg, uint64_t offset)
{
	const struct seen_key *k = arg;
	const uint8_t *p = k->image->data + offset;
	struct map_record_head h;
	size_t head = head_size(image_kind(k->image, offset));

	memcpy(&h, p, sizeof(h));
	return h.name_len == k->name->len && memcmp(p + head, k->name->text, h.name_len) == 0;
}

bool seen_has_id(const void *arg, uint64_t offset)
{
	const struct seen_key *k = arg;
	const uint8_t *p = k->image->data + offset;
	struct map_user_head user;
	struct map_group_head group;
	struct map_gone_head gone;

	if (image_kind(k->image, offset) == MAP_GROUP) {
		memcpy(&group, p, sizeof(group));
		return group.gid == k->id;
	}
	if (image_kind(k->image, offset) == MAP_GONE) {
		memcpy(&gone, p, sizeof(gone));
		return gone.id == k->id;
	}
	memcpy(&user, p, sizeof(user));
	return user.uid == k->id;
}

static void put_zeros(struct buf *b, size_t n)
{
	static const uint8_t zeros[16];

	buf_put(b, zeros, n);
}

static void pad(struct buf *b)
{
	put_zeros(b, map_pad8(b->len) - b->len);
}

/* A user or group about to enter its two sets. */
struct entry {
	struct seen_key key;
	struct seen *by_name;
	struct seen *by_id;
	uint32_t name_hash;
	uint32_t id_hash;
};

/* Prepares an entry: ERR_EXISTS when name or id is there, else room for it. */
static enum err entry_prepare(struct entry *ret, struct map_builder *b, enum seen_id names,
    const struct map_name *name, uint32_t id)
{
	struct entry e = {
	    .key = {&b->image, name, id},
	    .by_name = &b->seen[names],
	    .by_id = &b->seen[names + 1],
	    .name_hash = map_tag(map_hash_name(b->seed, &name->words, name->len)),
	    .id_hash = map_tag(map_hash_id(b->seed, id)),
	};
	enum err err;

	if (seen_find(e.by_name, e.name_hash, seen_has_name, &e.key) ||
	    seen_find(e.by_id, e.id_hash, seen_has_id, &e.key))
		return ERR_EXISTS;
	err = seen_reserve(e.by_name);
	if (err == ERR_OK)
		err = seen_reserve(e.by_id);
	if (err == ERR_OK)
		*ret = e;
	return err;
}

/* The record stands in the image: takes it in, or takes it back when there was no memory. */
static enum err entry_finish(struct map_builder *b, const struct entry *e, size_t offset)
{
	if (b->image.err != ERR_OK) {
		enum err err = b->image.err;

		b->image.len = offset;
		b->image.err = ERR_OK;
		return err;
	}
	seen_add(e->by_name, e->name_hash, offset);
	seen_add(e->by_id, e->id_hash, offset);
	return ERR_OK;
}

static enum err name_error(const char *name)
{
	return name_ok(name, strlen(name)) ? ERR_NAME_RESERVED : ERR_BAD_NAME;
}

static void put_user_sum(const struct map_builder *b, uint64_t offset, struct map_user_head *h)
{
	uint8_t *p = b->image.data + offset;

	h->sum = map_user_sum(b->seed, offset, h, (const char *)p + sizeof(*h));
	memcpy(p, h, sizeof(*h));
}

enum err map_builder_add_user(struct map_builder *b, const struct user_record *rec)
{
	struct map_name name;
	struct map_user_head h = {.uid = rec->uid, .gid = rec->gid, .kind = MAP_USER};
	size_t offset = b->image.len;
	struct entry entry;
	enum err e;

	if (!map_name_set(&name, rec->name))
		return name_error(rec->name);
	if (!id_ok(rec->uid) || !id_ok(rec->gid))
		return ERR_ID_RANGE;
	if (!user_record_ok(rec))
		return ERR_SYNTAX;
	e = entry_prepare(&entry, b, SEEN_USER_NAME, &name, rec->uid);
	if (e != ERR_OK)
		return e;
	h.name_len = (uint8_t)name.len;
	h.gecos_len = (uint16_t)strlen(rec->gecos);
	h.home_len = (uint16_t)strlen(rec->home);
	h.shell_len = (uint16_t)strlen(rec->shell);
	buf_put(&b->image, &h, sizeof(h));
	buf_put(&b->image, rec->name, name.len + 1);
	buf_put(&b->image, rec->gecos, h.gecos_len + 1U);
	buf_put(&b->image, rec->home, h.home_len + 1U);
	buf_put(&b->image, rec->shell, h.shell_len + 1U);
	put_zeros(&b->image, map_pad16(map_strings_len(&h)) - map_strings_len(&h));
	e = entry_finish(b, &entry, offset);
	if (e != ERR_OK)
		return e;
	put_user_sum(b, offset, &h);
	b->users++;
	return ERR_OK;
}

/* Every member's name can be ours; tells how long the list will be. */
static enum err check_members(const char *const *members, size_t n, size_t *ret_size)
{
	struct map_name name;
	size_t size = 0;

	if (n > UINT32_MAX / (NAME_MAX_LEN + 1))
		return ERR_TOO_MANY;
	for (size_t i = 0; i < n; i++) {
		if (!map_name_set(&name, members[i]))
			return name_error(members[i]);
		size += name.len + 1;
	}
	*ret_size = map_pad8(size);
	return ERR_OK;
}

static void put_members(struct buf *image, const char *const *members, size_t n)
{
	for (size_t i = 0; i < n; i++)
		buf_put_u8(image, (uint8_t)strlen(members[i]));
	pad(image);
	for (size_t i = 0; i < n; i++)
		buf_put(image, members[i], strlen(members[i]) + 1);
	pad(image);
}

static void put_group_sums(const struct map_builder *b, uint64_t offset, struct map_group_head *h)
{
	const uint8_t *name = b->image.data + offset + sizeof(*h);
	const uint8_t *lens = name + map_pad8(h->name_len + 1U);
	const char *list = (const char *)lens + map_pad8(h->members);

	if (h->members)
		h->list_sum = map_list_sum(b->seed, offset, h, lens, list);
	h->sum = map_group_sum(b->seed, offset, h, (const char *)name);
	memcpy(b->image.data + offset, h, sizeof(*h));
}

/* A private group is a mark on its user's record, when that is there already. */
static bool add_private(struct map_builder *b, const struct entry *entry)
{
	uint64_t offset =
	    seen_find(&b->seen[SEEN_USER_NAME], entry->name_hash, seen_has_name, &entry->key);
	struct map_user_head h;

	if (!offset || !seen_has_id(&entry->key, offset))
		return false;
	memcpy(&h, b->image.data + offset, sizeof(h));
	h.kind = MAP_USER_AND_GROUP;
	put_user_sum(b, offset, &h);
	seen_add(entry->by_name, entry->name_hash, offset);
	seen_add(entry->by_id, entry->id_hash, offset);
	b->private_groups++;
	return true;
}

enum err map_builder_add_group(
    struct map_builder *b, const char *name, uint32_t gid, const char *const *members, size_t n)
{
	struct map_name checked;
	struct map_group_head h = {.gid = gid, .kind = MAP_GROUP};
	size_t offset = b->image.len, list_size;
	struct entry entry;
	enum err e;

	if (!map_name_set(&checked, name))
		return name_error(name);
	if (!id_ok(gid))
		return ERR_ID_RANGE;
	e = check_members(members, n, &list_size);
	if (e == ERR_OK)
		e = entry_prepare(&entry, b, SEEN_GROUP_NAME, &checked, gid);
	if (e != ERR_OK)
		return e;
	if (n == 0 && add_private(b, &entry))
		return ERR_OK;
	h.members = (uint32_t)n;
	h.list_size = (uint32_t)list_size;
	h.name_len = (uint8_t)checked.len;
	buf_put(&b->image, &h, sizeof(h));
	buf_put(&b->image, name, checked.len + 1);
	pad(&b->image);
	put_members(&b->image, members, n);
	e = entry_finish(b, &entry, offset);
	if (e != ERR_OK)
		return e;
	put_group_sums(b, offset, &h);
	b->groups++;
	b->memberships += n;
	return ERR_OK;
}

enum err map_builder_publish(
    struct map_builder *b, const char *cache_dir, unsigned flags, uint64_t *ret_generation)
{
	AUTO_GEN_FILE struct gen_file gen = {0};
	size_t records = b->image.len;
	enum err e = gen_file_open(&gen, cache_dir);

	if (e == ERR_OK)
		e = image_finish(b, flags, gen.next);
	if (e == ERR_OK)
		e = image_write(&b->image, cache_dir, b->base ? USERS_CHANGES : USERS_MAP);
	/* what was changed in an older base is in this one; until then readers see that by itself
	 */
	if (e == ERR_OK && !b->base)
		image_remove(cache_dir, USERS_CHANGES);
	/* the builder may go on */
	b->image.len = records;
	b->image.err = ERR_OK;
	if (e != ERR_OK)
		return e;
	gen_file_raise(&gen);
	*ret_generation = gen.next;
	return ERR_OK;
}
