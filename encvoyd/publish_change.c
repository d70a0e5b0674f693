/* SPDX-License-Identifier: MIT */
/* Each time all that changed since the map in place is written, from what the database says now and
 * what that map says: so nothing depends on the order of events, or on a former file of changes. */
#include "common/cleanup.h"
#include "common/str.h"
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
	struct publish_report report;
};

#define USER_BUFFER (NAME_MAX_LEN + 3 * RECORD_TEXT_MAX + 16)

/* The name that the base serves a uid under, in buf; NULL when there is none. */
static enum err name_in_base(const struct base *b, uint32_t uid, char *buf, const char **ret)
{
	struct user_record r;
	enum err e = map_user_by_uid(&b->map, uid, buf, USER_BUFFER, &r);

	*ret = e == ERR_OK ? r.name : NULL;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

/* As publish_map would have it, in a map of its own. */
static enum err add_served(struct run *r, const char *sub, bool was_there)
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
	return e;
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
			e = add_served(r, sub, name != NULL);
		if (e != ERR_OK || !what_is_gone || !name)
			continue;
		e = map_changes_gone_user(r->changes, name, uid);
		if (e == ERR_OK)
			e = map_changes_gone_group(r->changes, name, uid);
	}
	return e;
}

static enum err write_changes(struct identities *ids, const struct conf *conf,
    const char *cache_dir, const struct publish_state *state, struct publish_report *ret)
{
	CLEANUP(base_close) struct base base = {0};
	AUTO_MAP_CHANGES struct map_changes *changes = NULL;
	struct run r = {.ids = ids, .conf = conf, .state = state, .base = &base};
	enum err e = base_open(cache_dir, state->base, &base);

	if (e == ERR_OK)
		e = map_changes_new(&changes, &base.map);
	if (e != ERR_OK)
		return e;
	r.changes = changes;
	r.report = (struct publish_report){.users = state->users, .left_out = state->left_out};
	e = collect(&r, false);
	if (e == ERR_OK)
		e = collect(&r, true);
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

/* Whether nobody else can differ from the map. Groups with members follow from more than one sub.
 */
static bool only_subs_changed(
    const struct identities *ids, const struct conf *conf, const struct publish_state *state)
{
	return state->base && conf->n_groups == 0 && !*conf->local_group &&
	       locals_version(ids->locals) == state->locals;
}

enum err publish_change(struct identities *ids, const struct conf *conf, const char *cache_dir,
    struct publish_state *state, const char *sub, struct publish_report *ret)
{
	if (locals_refresh(ids->locals) == ERR_OK && only_subs_changed(ids, conf, state) &&
	    note_sub(state, sub) && write_changes(ids, conf, cache_dir, state, ret) == ERR_OK)
		return ERR_OK;
	return publish_map(ids, conf, cache_dir, state, NULL, NULL, ret);
}
