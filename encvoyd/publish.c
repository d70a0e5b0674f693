/* SPDX-License-Identifier: MIT */
#include "encvoyd/publish.h"

#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/localuser.h"
#include "encvoyd/mapfile.h"
#include "encvoyd/publish_parts.h"
#include "encvoyd/served.h"

#include <malloc.h>
#include <stdlib.h>
#include <string.h>

struct run {
	struct identities *ids;
	const struct conf *conf;
	struct map_builder *builder;
	publish_left_out left_out;
	void *arg;
	struct groups *groups;
	struct publish_report report;
};

static enum err add(struct run *r, const struct user_record *rec)
{
	enum err e = map_builder_add_user(r->builder, rec);

	if (e == ERR_OK)
		e = map_builder_add_group(r->builder, rec->name, rec->gid, NULL, 0);
	return e;
}

/* One bad entry must not take the others' names away. */
static enum err each(void *arg, const struct entry *entry)
{
	struct run *r = arg;
	struct msg_passwd served;
	char name[NAME_MAX_LEN + 1];
	bool refused = false;
	enum err e = served_record_and_refused(r->ids, r->conf, entry, &served, &refused);

	if (refused && r->left_out)
		r->left_out(r->arg, entry->sub, served.rec.name, ERR_PERMISSION);

	if (e == ERR_OK) {
		e = add(r, &served.rec);
		r->report.users += e == ERR_OK;
		return e == ERR_OK ? groups_add(r->groups, entry, served.rec.name) : e;
	}
	if (is_fatal(e))
		return e;
	if (localuser_name(r->ids, r->conf, entry->sub, name, NULL) == ERR_OK)
		return ERR_OK; /* served by /etc/passwd, as configured */
	r->report.left_out++;
	if (r->left_out)
		r->left_out(r->arg, entry->sub, served.rec.name ? served.rec.name : "", e);
	return ERR_OK;
}

/* The one place that decides what the map says about itself. Who is not known yet can be asked for
 * only where the provider is asked. */
unsigned publish_flags(const struct conf *conf)
{
	return (strcmp(conf->directory, "api") != 0 ? MAP_COMPLETE : 0U) |
	       (conf->enumerate ? MAP_ENUMERATE : 0U);
}

static void group_left_out(void *arg, const char *name, enum err why)
{
	struct run *r = arg;

	r->report.groups_left_out++;
	if (r->left_out)
		r->left_out(r->arg, NULL, name, why);
}

/* What is in the map is kept for look-ups that come by the socket. */
static enum err fill(struct run *r)
{
	AUTO_GROUPS struct groups *groups = NULL;
	enum err e;

	groups_free(r->ids->groups);
	r->ids->groups = NULL;
	e = groups_new(r->ids, r->conf, &groups);
	if (e != ERR_OK)
		return e;
	r->groups = groups;
	e = entry_each(r->ids->db, r->conf->issuer, "", UINT64_MAX, each, r);
	groups_finish(groups);
	if (e == ERR_OK)
		e = groups_build(groups, r->builder, group_left_out, r, &r->report.groups);
	if (e == ERR_OK)
		r->ids->groups = TAKE_PTR(groups);
	return e;
}

static enum err build(struct identities *ids, const struct conf *conf, const char *cache_dir,
    publish_left_out left_out, void *arg, struct publish_report *ret)
{
	AUTO_MAP_BUILDER struct map_builder *builder = NULL;
	struct run r = {.ids = ids, .conf = conf, .left_out = left_out, .arg = arg};
	enum err e = locals_refresh(ids->locals);

	if (e == ERR_OK)
		e = map_builder_new(&builder);
	if (e != ERR_OK)
		return e;
	r.builder = builder;
	e = fill(&r);
	if (e == ERR_OK)
		e = map_builder_publish(
		    builder, cache_dir, publish_flags(conf), &r.report.generation);
	if (e == ERR_OK)
		*ret = r.report;
	return e;
}

void publish_state_free(struct publish_state *state)
{
	free(state->subs);
	*state = (struct publish_state){0};
}

enum err publish_map(struct identities *ids, const struct conf *conf, const char *cache_dir,
    struct publish_state *state, publish_left_out left_out, void *arg, struct publish_report *ret)
{
	struct publish_report report;
	enum err e = build(ids, conf, cache_dir, left_out, arg, &report);

	publish_state_free(state);
	/* a map of 100,000 users leaves 10 MB of free heap behind */
	(void)malloc_trim(0);
	if (e != ERR_OK) {
		/* whoever cannot be found in the map is asked for here */
		(void)mapfile_mark_stale(cache_dir);
		return e;
	}
	state->base = report.generation;
	state->users = report.users;
	state->left_out = report.left_out;
	state->groups = report.groups;
	state->groups_left_out = report.groups_left_out;
	state->locals = locals_version(ids->locals);
	*ret = report;
	return ERR_OK;
}
