/* SPDX-License-Identifier: MIT */
/* Bytes as users.map. The first byte says how much of them is made right before: nothing, the
 * header's sum, or every sum that can be reached; without that no mutation would get far. */
#include "common/map_walk.h"
#include "encvoyd/mapfile_parts.h"
#include "tests/fuzz/fuzz.h"

#include <string.h>

enum mode { RAW, HEADER, ALL, MODES };

static void fix_header(uint8_t *p, size_t size, enum map_role role)
{
	struct map_header h;

	memcpy(&h, p, sizeof(h));
	memcpy(h.magic, MAP_MAGIC, sizeof(h.magic));
	h.byte_order = MAP_BYTE_ORDER;
	h.version = MAP_VERSION;
	h.role = role;
	h.size = size;
	h.body_sum = map_sum(h.seed, p + sizeof(h), size - sizeof(h));
	h.sum = map_sum(MAP_VERSION, &h, offsetof(struct map_header, sum));
	memcpy(p, &h, sizeof(h));
}

static void fix_record(const struct map *m, uint8_t *p, uint64_t offset)
{
	uint64_t left = m->records_end - offset;
	uint8_t *r = p + offset;
	struct map_user_head u;
	struct map_group_head g;
	struct map_groups_head s;
	uint64_t size;

	memcpy(&s, r, sizeof(s));
	if (s.kind == MAP_USER || s.kind == MAP_USER_AND_GROUP) {
		memcpy(&u, r, left < sizeof(u) ? left : sizeof(u));
		if (left < sizeof(u) + map_pad16(map_strings_len(&u)))
			return;
		u.sum = map_user_sum(m->seed, offset, &u, r + sizeof(u));
		memcpy(r, &u, sizeof(u));
	} else if (s.kind == MAP_GROUP && left >= sizeof(g)) {
		memcpy(&g, r, sizeof(g));
		size = map_pad8(g.name_len + 1U);
		if (left < sizeof(g) + size + map_pad8(g.members) + g.list_size)
			return;
		if (g.members)
			g.list_sum = map_list_sum(m->seed, offset, &g, r + sizeof(g) + size,
			    (const char *)r + sizeof(g) + size + map_pad8(g.members));
		g.sum = map_group_sum(m->seed, offset, &g, (const char *)r + sizeof(g));
		memcpy(r, &g, sizeof(g));
	} else if (s.kind == MAP_GONE) {
		struct map_gone_head gone;

		memcpy(&gone, r, sizeof(gone));
		if (left < sizeof(gone) + map_pad16(gone.name_len + 1U))
			return;
		gone.sum = map_gone_sum(m->seed, offset, &gone, (const char *)r + sizeof(gone));
		memcpy(r, &gone, sizeof(gone));
	} else if (s.kind == MAP_GROUPS) {
		size = sizeof(s) + map_pad8(s.name_len + 1U) + map_pad8((size_t)s.groups * 4);
		if (left < size)
			return;
		s.sum = map_groups_sum(m->seed, offset, r, size);
		memcpy(r, &s, sizeof(s));
	}
}

static void fix_tables(const struct map *m, uint8_t *p)
{
	for (enum map_table_id id = 0; id < MAP_TABLES; id++) {
		const struct map_table *t = &m->tables[id];

		for (uint32_t i = 0; i < t->n; i++) {
			uint64_t at = t->offset + i * sizeof(struct map_bucket);
			struct map_bucket b;

			memcpy(&b, p + at, sizeof(b));
			for (unsigned k = 0; k < MAP_BUCKET_SLOTS; k++) {
				uint64_t offset = (uint64_t)b.refs[k] * 8;

				if (offset >= sizeof(struct map_header) &&
				    offset + sizeof(struct map_groups_head) <= m->records_end)
					fix_record(m, p, offset);
			}
			b.sum = map_bucket_sum(m->seed, at, &b);
			memcpy(p + at, &b, sizeof(b));
		}
	}
}

static char buf[16384];

static bool inside(const char *s)
{
	return s >= buf && s < buf + sizeof(buf) &&
	       strnlen(s, (size_t)(buf + sizeof(buf) - s)) < (size_t)(buf + sizeof(buf) - s);
}

static void check_user(enum err e, const struct user_record *r)
{
	MUST(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_SYNTAX || e == ERR_TOO_LONG);
	if (e != ERR_OK)
		return;
	MUST(inside(r->name) && inside(r->gecos) && inside(r->home) && inside(r->shell));
	MUST(user_record_ok(r));
}

static void check_group(enum err e, const struct map_group *g)
{
	MUST(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_SYNTAX || e == ERR_TOO_LONG);
	if (e != ERR_OK)
		return;
	MUST(inside(g->name) && group_record_ok(g->name, g->gid));
	MUST((char *)g->members >= buf && (char *)(g->members + g->n + 1) <= buf + sizeof(buf));
	for (uint32_t i = 0; i < g->n; i++)
		MUST(inside(g->members[i]) && g->members[i][0] != 0);
	MUST(g->members[g->n] == NULL);
}

static void ask_id(const struct map *m, uint32_t id, size_t size)
{
	struct user_record r;
	struct map_group g;
	enum err e = map_user_by_uid(m, id, buf, size, &r);

	check_user(e, &r);
	MUST(e != ERR_OK || r.uid == id);
	e = map_group_by_gid(m, id, buf, size, &g);
	check_group(e, &g);
	MUST(e != ERR_OK || g.gid == id);
}

static void ask_name(const struct map *m, const char *text, size_t size)
{
	struct map_name name;
	struct user_record r;
	struct map_group g;
	struct map_groups groups;
	uint32_t all = 0;
	enum err e;

	if (!map_name_set(&name, text))
		return;
	e = map_user_by_name(m, &name, buf, size, &r);
	check_user(e, &r);
	MUST(e != ERR_OK || strcmp(r.name, text) == 0);
	e = map_group_by_name(m, &name, buf, size, &g);
	check_group(e, &g);
	MUST(e != ERR_OK || strcmp(g.name, text) == 0);
	e = map_groups_of(m, &name, &groups);
	MUST(e == ERR_OK || e == ERR_NOT_FOUND || e == ERR_SYNTAX);
	for (uint32_t i = 0; e == ERR_OK && i < groups.n; i++)
		all ^= map_groups_gid(&groups, i);
	buf[0] = (char)all; /* every gid was read */
}

/* Everything that the tables point at. */
static void ask_all(const struct map *m)
{
	for (enum map_table_id id = 0; id < MAP_TABLES; id++)
		for (uint32_t i = 0; i < m->tables[id].n; i++)
			for (unsigned k = 0; k < MAP_BUCKET_SLOTS; k++) {
				const struct map_bucket *b = &m->tables[id].buckets[i];
				uint64_t offset = (uint64_t)b->refs[k] * 8;
				char name[NAME_MAX_LEN + 1] = "";
				size_t head = id == MAP_MEMBER ? sizeof(struct map_groups_head)
					      : id >= MAP_GROUP_NAME ? sizeof(struct map_group_head)
								     : sizeof(struct map_user_head);

				if (!offset)
					continue;
				ask_id(m, b->tags[k], k % 2 ? sizeof(buf) : 60);
				if (offset + head + NAME_MAX_LEN > m->records_end)
					continue;
				memcpy(name, m->base + offset + head, NAME_MAX_LEN);
				ask_name(m, name, k % 2 ? 70 : sizeof(buf));
			}
}

static void walk_all(const struct map *m)
{
	struct user_record r;
	struct map_group g;
	struct map_walk w;
	enum err e;

	map_walk_begin(&w, m);
	do {
		e = map_walk_user(&w, buf, sizeof(buf), &r);
		check_user(e, &r);
	} while (e == ERR_OK);
	map_walk_begin(&w, m);
	do {
		e = map_walk_group(&w, buf, sizeof(buf), &g);
		check_group(e, &g);
	} while (e == ERR_OK);
}

static void ask_everything(const struct map *m)
{
	ask_id(m, ID_FLOOR + 1, sizeof(buf));
	ask_name(m, "user1", sizeof(buf));
	ask_name(m, "team-0", sizeof(buf));
	ask_all(m);
	walk_all(m);
}

/* The same bytes as changes, and of the base that the bytes are. */
static void as_changes(const uint8_t *bytes, size_t size)
{
	uint8_t *p = malloc(size);
	uint64_t generation, users;
	struct map_header h;
	struct map base, changes;

	MUST(p != NULL);
	memcpy(&h, bytes, sizeof(h));
	h.base = h.generation;
	h.generation++;
	memcpy(p, &h, sizeof(h));
	memcpy(p + sizeof(h), bytes + sizeof(h), size - sizeof(h));
	fix_header(p, size, MAP_CHANGES);
	if (map_open_changes(&changes, p, size) == ERR_OK) {
		fix_tables(&changes, p);
		fix_header(p, size, MAP_CHANGES);
	}
	if (map_open(&base, bytes, size) == ERR_OK &&
	    map_open_changes(&changes, p, size) == ERR_OK && map_join(&base, &changes) == ERR_OK)
		ask_everything(&base);
	(void)image_verify(p, size, &generation, &users);
	free(p);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	enum mode mode = size ? (enum mode)(data[0] % MODES) : RAW;
	uint64_t generation, users;
	struct map m;
	uint8_t *p;

	if (size < 1 + sizeof(struct map_header) || size > 65536)
		return 0;
	size--;
	p = malloc(size);
	MUST(p != NULL);
	memcpy(p, data + 1, size);
	if (mode != RAW)
		fix_header(p, size, MAP_BASE);
	if (mode == ALL && map_open(&m, p, size) == ERR_OK) {
		fix_tables(&m, p);
		fix_header(p, size, MAP_BASE);
	}
	if (map_open(&m, p, size) == ERR_OK) {
		ask_everything(&m);
		if (mode == ALL)
			as_changes(p, size);
	}
	(void)image_verify(p, size, &generation, &users);
	free(p);
	return 0;
}
