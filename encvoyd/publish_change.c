/* SPDX-License-Identifier: MIT */
/* Each time all that changed since the map in place is written, from what the database says now and
 * what that map says: so nothing depends on the order of events, or on a former file of changes. */
#include "common/cleanup.h"
#include "common/str.h"
#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/ledger.h"
#include "encvoyd/mapfile_changes.h"
#include "encvoyd/publish_parts.h"
#include "encvoyd/served.h"
#include "sys/file.h"

#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The map in place, which only this process replaces. */
struct base {
	void *bytes;
	size_t size;
	struct map map;
};

static void base_close(struct base *b)
{
	if (b->bytes)
		munmap(b->bytes, b->size);
}

static enum err base_open(const char *cache_dir, uint64_t generation, struct base *b)
{
	char path[PATH_MAX];
	AUTO_FD int fd = -1;
	struct stat st;
	enum err e;

	if (!str_copy(path, sizeof(path), cache_dir) ||
	    strlen(path) + sizeof("/" USERS_MAP) > sizeof(path))
		return ERR_TOO_LONG;
	memcpy(path + strlen(path), "/" USERS_MAP, sizeof("/" USERS_MAP));
	e = file_open(path, geteuid(), FILE_PUBLIC, &fd);
	if (e != ERR_OK)
		return e;
	if (fstat(fd, &st) != 0 || st.st_size <= 0)
		return ERR_IO;
	b->size = (size_t)st.st_size;
	b->bytes = mmap(NULL, b->size, PROT_READ, MAP_SHARED, fd, 0);
	if (b->bytes == MAP_FAILED) {
		b->bytes = NULL;
		return ERR_IO;
	}
	e = map_open(&b->map, b->bytes, b->size);
	return e == ERR_OK && b->map.generation != generation ? ERR_NOT_FOUND : e;
}

struct run {
	struct identities *ids;
	const struct conf *conf;
	const struct publish_state *state;
	const struct base *base;
	struct map_changes *changes;
	struct regrouped *regrouped; /* one for each sub */
	struct publish_report report;
};

static bool has_groups(const struct conf *conf)
{
	return conf->n_groups > 0 || *conf->local_group;
}

#define USER_BUFFER (NAME_MAX_LEN + 3 * RECORD_TEXT_MAX + 16)

/* The name that the base serves a uid under, in buf; NULL when there is none. */
static enum err name_in_base(const struct base *b, uint32_t uid, char *buf, const char **ret)
{
	struct user_record r;
	enum err e = map_user_by_uid(&b->map, uid, buf, USER_BUFFER, &r);

	*ret = e == ERR_OK ? r.name : NULL;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* Somebody who is served, and the groups he is in. */
static enum err note_groups(
    const struct run *r, const struct entry *entry, const char *name, struct regrouped *p)
{
	AUTO_BELONGING struct belonging b = {0};
	enum err e;

	if (!has_groups(r->conf))
		return ERR_OK;
	e = belonging_of(r->ids, r->conf, entry, name, &b);
	if (e != ERR_OK)
		return e;
	p->n_gids = b.gids.len / sizeof(*p->gids);
	p->gids = calloc(p->n_gids + 1, sizeof(*p->gids));
	if (!p->gids)
		return ERR_NOMEM;
	if (p->n_gids)
		memcpy(p->gids, b.gids.data, b.gids.len);
	return str_copy(p->name, sizeof(p->name), name) ? ERR_OK : ERR_INTERNAL;
}

/* As publish_map would have it, in a map of its own. */
static enum err add_served(struct run *r, const char *sub, bool was_there, struct regrouped *p)
{
	struct msg_passwd served;
	struct entry entry;
	enum err e = entry_get(r->ids->db, r->conf->issuer, sub, &entry);

	if (e == ERR_NOT_FOUND) {
		r->report.users -= was_there;
		return ERR_OK;
	}
	if (e != ERR_OK)
		return e;
	e = served_record(r->ids, r->conf, &entry, &served);
	if (e != ERR_OK) {
		r->report.left_out++;
		r->report.users -= was_there;
		return is_fatal(e) ? e : ERR_OK;
	}
	e = map_changes_add_user(r->changes, &served.rec);
	if (e == ERR_OK)
		e = map_changes_add_group(r->changes, served.rec.name, served.rec.gid, NULL, 0);
	r->report.users += !was_there;
	return e == ERR_OK ? note_groups(r, &entry, served.rec.name, p) : e;
}

static enum err uid_of(const struct run *r, const char *sub, uint32_t *ret)
{
	enum err e = ledger_find(r->ids->db, r->conf->issuer, sub, ret);

	if (e == ERR_NOT_FOUND) /* was never served */
		*ret = 0;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* First all that is, then what is no more: a name may have changed hands. */
static enum err collect(struct run *r, bool what_is_gone)
{
	char buf[USER_BUFFER];
	enum err e = ERR_OK;

	for (size_t i = 0; e == ERR_OK && i < r->state->n; i++) {
		const char *sub = r->state->subs[i];
		const char *name = NULL; /* what the base has */
		uint32_t uid = 0;

		e = uid_of(r, sub, &uid);
		if (e == ERR_OK && uid)
			e = name_in_base(r->base, uid, buf, &name);
		if (e == ERR_OK && !what_is_gone)
			e = add_served(r, sub, name != NULL, &r->regrouped[i]);
		if (e == ERR_OK && !what_is_gone && name &&
		    !str_copy(r->regrouped[i].former, sizeof(r->regrouped[i].former), name))
			e = ERR_INTERNAL;
		if (e != ERR_OK || !what_is_gone || !name)
			continue;
		e = map_changes_gone_user(r->changes, name, uid);
		if (e == ERR_OK)
			e = map_changes_gone_group(r->changes, name, uid);
	}
	return e;
}

static void forget_regrouped(struct run *r)
{
	for (size_t i = 0; r->regrouped && i < r->state->n; i++)
		free(r->regrouped[i].gids);
	free(r->regrouped);
}

/* What is kept for answers by the socket follows the one who changed just now. */
static enum err collect_all(struct run *r, const char *sub)
{
	enum err e;

	r->regrouped = calloc(r->state->n + 1, sizeof(*r->regrouped));
	if (!r->regrouped)
		return ERR_NOMEM;
	e = collect(r, false);
	if (e == ERR_OK && has_groups(r->conf))
		e = publish_groups(r->changes, &r->base->map, r->regrouped, r->state->n);
	if (e == ERR_OK)
		e = collect(r, true);
	for (size_t i = 0; e == ERR_OK && has_groups(r->conf) && i < r->state->n; i++) {
		const struct regrouped *p = &r->regrouped[i];

		if (strcmp(r->state->subs[i], sub) == 0)
			e = groups_move(r->ids->groups, sub, p->name, p->gids, p->n_gids);
	}
	return e;
}

static enum err write_changes(struct identities *ids, const struct conf *conf,
    const char *cache_dir, const struct publish_state *state, const char *sub,
    struct publish_report *ret)
{
	CLEANUP(base_close) struct base base = {0};
	AUTO_MAP_CHANGES struct map_changes *changes = NULL;
	CLEANUP(forget_regrouped)
	struct run r = {.ids = ids, .conf = conf, .state = state, .base = &base};
	enum err e = base_open(cache_dir, state->base, &base);

	if (e == ERR_OK)
		e = map_changes_new(&changes, &base.map);
	if (e != ERR_OK)
		return e;
	r.changes = changes;
	r.report = (struct publish_report){.users = state->users,
	    .left_out = state->left_out,
	    .groups = state->groups,
	    .groups_left_out = state->groups_left_out};
	e = collect_all(&r, sub);
	if (e == ERR_OK)
		e = map_changes_publish(
		    changes, cache_dir, publish_flags(conf), &r.report.generation);
	if (e == ERR_OK)
		*ret = r.report;
	return e;
}

/* Few enough that readers, who look there first, hardly notice. */
static bool note_sub(struct publish_state *state, const char *sub)
{
	for (size_t i = 0; i < state->n; i++)
		if (strcmp(state->subs[i], sub) == 0)
			return true;
	if (state->n >= PUBLISH_CHANGES_MAX || state->n >= 16 + state->users / 16)
		return false;
	if (!state->subs)
		state->subs = calloc(PUBLISH_CHANGES_MAX, sizeof(*state->subs));
	return state->subs && str_copy(state->subs[state->n], sizeof(*state->subs), sub) &&
	       ++state->n;
}

/* Whether nobody else can differ from the map: a new name or id may be a group's. */
static bool only_subs_changed(
    struct identities *ids, const struct conf *conf, const struct publish_state *state)
{
	return state->base && locals_version(ids->locals) == state->locals &&
	       (!has_groups(conf) || groups_stand(ids, conf, ids->groups));
}

enum err publish_change(struct identities *ids, const struct conf *conf, const char *cache_dir,
    struct publish_state *state, const char *sub, struct publish_report *ret)
{
	if (locals_refresh(ids->locals) == ERR_OK && only_subs_changed(ids, conf, state) &&
	    note_sub(state, sub) && write_changes(ids, conf, cache_dir, state, sub, ret) == ERR_OK)
		return ERR_OK;
	return publish_map(ids, conf, cache_dir, state, NULL, NULL, ret);
}
