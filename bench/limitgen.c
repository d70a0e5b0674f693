/* SPDX-License-Identifier: MIT */
/* limitgen N FILE: what libnss_limit.so.2 reads. */
#include "bench/limit.h"
#include "bench/people.h"

#include <stdio.h>
#include <stdlib.h>

static char *image;
static size_t used, room;
static struct limit_slot *tables[LIMIT_TABLES];
static uint64_t mask;

/* Room for one record, zeroed and 8-aligned; valid until the next call. */
static void *append(size_t len)
{
	size_t at = used;

	used += (len + 7) & ~(size_t)7;
	if (used > room) {
		room = used * 2;
		image = realloc(image, room);
		if (!image)
			give_up("memory");
	}
	memset(image + at, 0, used - at);
	return image + at;
}

static void enter(enum limit_table t, uint64_t hash, const void *record)
{
	uint64_t place = hash;

	while (tables[t][place & mask].ref)
		place++;
	tables[t][place & mask] = (struct limit_slot){
	    (uint32_t)(hash >> 32), (uint32_t)((size_t)((const char *)record - image) / 8)};
}

static void add_user(unsigned i)
{
	struct person p = person_of(i);
	char text[128];
	size_t name = strlen(p.name), gecos = strlen(p.gecos), home = strlen(p.home);
	/* the password's asterisk is the last string */
	int len = snprintf(
	    text, sizeof(text), "%s%c%s%c%s%c%s%c*", p.name, 0, p.gecos, 0, p.home, 0, SHELL, 0);
	struct limit_user *u = append(sizeof(*u) + (size_t)len + 1);

	u->id = p.id;
	u->name_len = (uint16_t)name;
	u->len = (uint16_t)(len + 1);
	u->gecos = (uint16_t)(name + 1);
	u->home = (uint16_t)(u->gecos + gecos + 1);
	u->shell = (uint16_t)(u->home + home + 1);
	memcpy(u->text, text, u->len);
	enter(LIMIT_USER_NAME, limit_hash_name(p.name, name), u);
	enter(LIMIT_USER_ID, limit_hash_id(p.id), u);
}

static void add_group(const char *name, uint32_t id, const struct team *t)
{
	size_t n = t ? t->n : 0, name_len = strlen(name);
	struct limit_group *g = append(sizeof(*g) + n + name_len + 3 + n * sizeof(struct person));
	char *text = (char *)g->lens + n, *at = text + name_len + 1;

	g->id = id;
	g->name_len = (uint16_t)name_len;
	g->members = (uint32_t)n;
	memcpy(text, name, name_len);
	for (unsigned j = 0; j < n; j++) {
		struct person p = person_of(team_member(t, j));

		g->lens[j] = (uint8_t)strlen(p.name);
		memcpy(at, p.name, g->lens[j]);
		at += g->lens[j] + 1;
	}
	*at++ = '*';
	g->len = (uint32_t)(at + 1 - text);
	enter(LIMIT_GROUP_NAME, limit_hash_name(name, name_len), g);
	enter(LIMIT_GROUP_ID, limit_hash_id(id), g);
	used = ((size_t)(at + 1 - image) + 7) & ~(size_t)7;
}

static void add_member(unsigned users, unsigned i)
{
	struct person p = person_of(i);
	struct limit_member *m = append(sizeof(*m));

	m->name_len = (uint16_t)strlen(p.name);
	memcpy(m->name, p.name, m->name_len);
	m->n = groups_of(users, i, m->gids);
	enter(LIMIT_MEMBER, limit_hash_name(p.name, m->name_len), m);
}

static void write_file(const char *path)
{
	FILE *f = fopen(path, "we");

	if (!f || fwrite(image, used, 1, f) != 1 || fclose(f) != 0)
		give_up(path);
}

static void fill(unsigned n, struct limit_header *h)
{
	append(sizeof(*h));
	h->users_begin = used;
	for (unsigned i = 0; i < n; i++)
		add_user(i);
	h->users_end = used;
	for (unsigned i = 0; i < n; i++) {
		struct person p = person_of(i);

		add_group(p.name, p.id, NULL);
	}
	for (unsigned k = 0; k <= 2 * teams_of(n); k++) {
		struct team t = team_of(n, k);

		add_group(t.name, t.id, &t);
	}
	for (unsigned i = 0; i < n; i++)
		add_member(n, i);
}

int main(int argc, char **argv)
{
	struct limit_header h = {0};
	unsigned n;

	if (argc != 3) {
		fprintf(stderr, "usage: limitgen N FILE\n");
		return 2;
	}
	n = number_arg(argv[1], USERS_MAX);
	for (mask = 64; mask < 2UL * n; mask *= 2)
		;
	mask--;
	for (unsigned t = 0; t < LIMIT_TABLES; t++) {
		tables[t] = calloc(mask + 1, sizeof(*tables[t]));
		if (!tables[t])
			give_up("memory");
	}
	fill(n, &h);
	for (unsigned t = 0; t < LIMIT_TABLES; t++) {
		size_t size = (mask + 1) * sizeof(*tables[t]);

		h.tables[t] = used;
		h.mask[t] = mask;
		memcpy(append(size), tables[t], size);
	}
	memcpy(image, &h, sizeof(h));
	write_file(argv[2]);
	return 0;
}
