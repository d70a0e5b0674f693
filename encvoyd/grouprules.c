/* SPDX-License-Identifier: MIT */
#include "encvoyd/grouprules.h"

#include "common/str.h"

#include <stdlib.h>
#include <string.h>

enum want_kind { WANT_ROLE, WANT_APPLICATION, WANT_SUB, WANT_NAME };

/* What a target wants; chained with the others of the same bucket. */
struct want {
	struct slice text;
	enum want_kind kind;
	uint32_t target;
	uint32_t next; /* its place + 1; 0: the last */
};

struct grouprules {
	struct buf wants;  /* struct want */
	struct buf locals; /* struct slice: the groups of local_group, in order */
	uint32_t *buckets; /* as want.next */
	uint32_t mask;
	size_t n_groups;
};

/* FNV-1a. The kind comes last: the hash of an application is the one of a role's beginning. */
#define HASH_START 2166136261U

static uint32_t hash_byte(uint32_t h, char c)
{
	return (h ^ (uint8_t)c) * 16777619U;
}

static uint32_t hash_text(struct slice s)
{
	uint32_t h = HASH_START;

	for (size_t i = 0; i < s.len; i++)
		h = hash_byte(h, s.p[i]);
	return h;
}

static uint32_t bucket_of(const struct grouprules *r, uint32_t hash, enum want_kind kind)
{
	hash = hash_byte(hash, (char)kind);
	return (hash ^ hash >> 16) & r->mask;
}

static struct want *wants(const struct grouprules *r)
{
	return (void *)r->wants.data;
}

static void put(struct grouprules *r, enum want_kind kind, struct slice text, size_t target)
{
	const struct want w = {.text = text, .kind = kind, .target = (uint32_t)target};

	buf_put(&r->wants, &w, sizeof(w));
}

static void put_group(struct grouprules *r, const struct group_conf *g, size_t target)
{
	struct slice rest = slice_of(g->roles ? g->roles : ""), one;

	while (slice_next(&rest, " ,", &one))
		put(r, WANT_ROLE, one, target);
	if (g->application)
		put(r, WANT_APPLICATION, slice_of(g->application), target);
	for (size_t i = 0; i < g->users.n; i++)
		if (g->users.v[i].value)
			put(r, g->users.v[i].kind == RULE_SUB ? WANT_SUB : WANT_NAME,
			    slice_of(g->users.v[i].value), target);
}

/* The configuration has checked the form; a role has no ':'. */
static void put_locals(struct grouprules *r, const char *pairs)
{
	struct slice rest = slice_of(pairs ? pairs : ""), one;

	while (slice_next(&rest, " ,", &one)) {
		const char *colon = memchr(one.p, ':', one.len);
		struct slice role = one, group;

		if (!colon)
			continue;
		role.len = (size_t)(colon - one.p);
		group = (struct slice){colon + 1, one.len - role.len - 1};
		put(r, WANT_ROLE, role, grouprules_targets(r));
		buf_put(&r->locals, &group, sizeof(group));
	}
}

static enum err build_table(struct grouprules *r)
{
	size_t n = r->wants.len / sizeof(struct want), size = 16;

	if (n > UINT32_MAX / 4)
		return ERR_TOO_MANY;
	while (size < n * 2)
		size *= 2;
	r->buckets = calloc(size, sizeof(*r->buckets));
	if (!r->buckets)
		return ERR_NOMEM;
	r->mask = (uint32_t)(size - 1);
	for (size_t i = 0; i < n; i++) {
		struct want *w = &wants(r)[i];
		uint32_t b = bucket_of(r, hash_text(w->text), w->kind);

		w->next = r->buckets[b];
		r->buckets[b] = (uint32_t)(i + 1);
	}
	return ERR_OK;
}

enum err grouprules_new(const struct conf *conf, struct grouprules **ret)
{
	AUTO_GROUPRULES struct grouprules *r = calloc(1, sizeof(*r));
	enum err e;

	if (!r)
		return ERR_NOMEM;
	buf_init(&r->wants, SIZE_MAX);
	buf_init(&r->locals, SIZE_MAX);
	r->n_groups = conf->n_groups;
	for (size_t i = 0; i < conf->n_groups; i++)
		put_group(r, &conf->groups[i], i);
	put_locals(r, conf->local_group);
	if (r->wants.err != ERR_OK || r->locals.err != ERR_OK)
		return ERR_NOMEM;
	e = build_table(r);
	if (e == ERR_OK)
		*ret = TAKE_PTR(r);
	return e;
}

void grouprules_free(struct grouprules *r)
{
	if (!r)
		return;
	buf_free(&r->wants);
	buf_free(&r->locals);
	free(r->buckets);
	free(r);
}

size_t grouprules_targets(const struct grouprules *r)
{
	return r->n_groups + r->locals.len / sizeof(struct slice);
}

struct slice grouprules_local(const struct grouprules *r, size_t target)
{
	const struct slice *v = (const void *)r->locals.data;

	return v[target - r->n_groups];
}

/* Everybody who wants exactly this. */
static void find(const struct grouprules *r, uint32_t hash, enum want_kind kind, struct slice text,
    grouprules_fn fn, void *arg)
{
	uint32_t next = r->buckets[bucket_of(r, hash, kind)];

	while (next) {
		const struct want *w = &wants(r)[next - 1];

		next = w->next;
		if (w->kind == kind && w->text.len == text.len &&
		    memcmp(w->text.p, text.p, text.len) == 0)
			fn(arg, w->target);
	}
}

/* One role, and every application that it may be one of: common/role.h says the same of a single
 * application. */
static void find_role(const struct grouprules *r, struct slice role, grouprules_fn fn, void *arg)
{
	uint32_t h = HASH_START;

	for (size_t i = 0; i < role.len; i++) {
		const struct slice behind = {role.p + i + 1, role.len - i - 1};

		if (role.p[i] == '/' && i && behind.len && !slice_is(behind, "NONE"))
			find(r, h, WANT_APPLICATION, (struct slice){role.p, i}, fn, arg);
		h = hash_byte(h, role.p[i]);
	}
	find(r, h, WANT_ROLE, role, fn, arg);
}

void grouprules_roles(const struct grouprules *r, const char *roles, grouprules_fn fn, void *arg)
{
	while (*roles) {
		const char *end = strchrnul(roles, '\n');

		if (end > roles)
			find_role(r, (struct slice){roles, (size_t)(end - roles)}, fn, arg);
		roles = *end ? end + 1 : end;
	}
}

void grouprules_sub(const struct grouprules *r, const char *sub, grouprules_fn fn, void *arg)
{
	const struct slice s = slice_of(sub);

	find(r, hash_text(s), WANT_SUB, s, fn, arg);
}

void grouprules_name(const struct grouprules *r, const char *name, grouprules_fn fn, void *arg)
{
	const struct slice s = slice_of(name);

	find(r, hash_text(s), WANT_NAME, s, fn, arg);
}
