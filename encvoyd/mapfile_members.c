/* SPDX-License-Identifier: MIT */
#include "encvoyd/mapfile_parts.h"

#include "common/local_gids.h"

#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
	const struct membership *x = a, *y = b;
	int order = memcmp(x->name, y->name, sizeof(x->name));

	if (order)
		return order;
	return (x->gid > y->gid) - (x->gid < y->gid);
}

/* Adds those of one group to the list. */
static size_t collect(const struct buf *image, uint64_t offset, struct membership *list)
{
	struct map_group_head h;
	const uint8_t *lens;
	const char *name;

	memcpy(&h, image->data + offset, sizeof(h));
	lens = image->data + offset + sizeof(h) + map_pad8(h.name_len + 1U);
	name = (const char *)lens + map_pad8(h.members);
	for (uint32_t i = 0; i < h.members; i++) {
		list[i] = (struct membership){.gid = h.gid, .len = lens[i]};
		memcpy(list[i].name, name, lens[i]);
		name += lens[i] + 1;
	}
	return h.members;
}

enum err map_builder_add_local(struct map_builder *b, const char *name, uint32_t gid)
{
	struct membership one = {.gid = gid};
	struct map_name checked;
	enum err e;

	if (!map_name_set(&checked, name))
		return name_ok(name, strlen(name)) ? ERR_NAME_RESERVED : ERR_BAD_NAME;
	if (id_ok(gid) || local_gid_barred(gid))
		return ERR_ID_RANGE;
	one.len = (uint32_t)checked.len;
	memcpy(one.name, name, checked.len);
	buf_put(&b->locals, &one, sizeof(one));
	e = b->locals.err;
	b->locals.err = ERR_OK;
	return e;
}

static void put_zeros(struct buf *b, size_t n)
{
	static const uint8_t zeros[NAME_MAX_LEN + 8];

	buf_put(b, zeros, n);
}

static void put_groups_sum(
    const struct map_builder *b, uint64_t offset, const struct map_groups_head *h)
{
	uint8_t *p = b->image.data + offset;
	uint64_t sum;

	memcpy(p, h, sizeof(*h));
	sum = map_groups_sum(b->seed, offset, p, b->image.len - offset);
	memcpy(p, &sum, sizeof(sum));
}

/* Writes the record of the name that the sorted list begins with; tells how many belong to it. */
static size_t put_groups(struct map_builder *b, const struct membership *list, size_t n)
{
	struct map_groups_head h = {.kind = MAP_GROUPS, .name_len = (uint8_t)list->len};
	size_t offset = b->image.len, i;

	buf_put(&b->image, &h, sizeof(h));
	buf_put(&b->image, list->name, list->len);
	put_zeros(&b->image, map_pad8(list->len + 1) - list->len);
	for (i = 0; i < n && memcmp(list[i].name, list->name, sizeof(list->name)) == 0; i++) {
		/* a name listed twice in one group counts once */
		if (i && list[i].gid == list[i - 1].gid)
			continue;
		buf_put(&b->image, &list[i].gid, sizeof(list[i].gid));
		h.groups++;
	}
	put_zeros(&b->image, map_pad8(b->image.len) - b->image.len);
	if (b->image.err != ERR_OK)
		return i;
	put_groups_sum(b, offset, &h);
	return i;
}

enum err image_put_groups(
    struct map_builder *b, const char *name, size_t len, const uint32_t *gids, size_t n)
{
	struct map_groups_head h = {
	    .kind = MAP_GROUPS, .name_len = (uint8_t)len, .groups = (uint32_t)n};
	size_t offset = b->image.len;
	enum err e;

	buf_put(&b->image, &h, sizeof(h));
	buf_put(&b->image, name, len);
	put_zeros(&b->image, map_pad8(len + 1) - len);
	buf_put(&b->image, gids, n * sizeof(*gids));
	put_zeros(&b->image, map_pad8(b->image.len) - b->image.len);
	e = b->image.err;
	if (e != ERR_OK) {
		b->image.len = offset;
		b->image.err = ERR_OK;
		return e;
	}
	put_groups_sum(b, offset, &h);
	return ERR_OK;
}

enum err image_add_members(struct map_builder *b, uint64_t *ret_members)
{
	uint64_t end = b->image.len, members = 0;
	AUTO_FREE struct membership *list = NULL;
	size_t n = b->locals.len / sizeof(*list);

	if (b->memberships + n) {
		list = calloc(b->memberships + n, sizeof(*list));
		if (!list)
			return ERR_NOMEM;
	}
	if (n)
		memcpy(list, b->locals.data, b->locals.len);
	for (uint64_t o = sizeof(struct map_header); o < end; o = image_next(&b->image, o))
		if (list && image_kind(&b->image, o) == MAP_GROUP)
			n += collect(&b->image, o, list + n);
	if (n)
		qsort(list, n, sizeof(*list), compare);
	for (size_t i = 0; i < n; members++)
		i += put_groups(b, list + i, n - i);
	if (b->image.err != ERR_OK)
		return b->image.err;
	*ret_members = members;
	return ERR_OK;
}
