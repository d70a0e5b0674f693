/* SPDX-License-Identifier: MIT */
#include "common/conf_group.h"

#include "common/name.h"
#include "common/num.h"
#include "common/record.h"
#include "common/role.h"

#include <string.h>

#define GROUPS_MAX 1024

static enum err parse_gid(
    struct group_conf *g, struct slice value, const struct origin *from, struct buf *why)
{
	uint64_t v = 0;

	(void)from;
	if (num_parse(value.p, value.len, ID_CEILING, &v) != ERR_OK || v < ID_GROUP_FLOOR) {
		buf_printf(why, "must be a number from %u to %u", ID_GROUP_FLOOR, ID_CEILING);
		return ERR_CONFIG;
	}
	g->gid = (uint32_t)v;
	return ERR_OK;
}

static enum err parse_roles(
    struct group_conf *g, struct slice value, const struct origin *from, struct buf *why)
{
	struct slice rest = value, one;

	(void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (!role_ok(one)) {
			buf_text(why, "must be a list of roles");
			return ERR_CONFIG;
		}
	}
	return conf_store_string(value, &g->roles);
}

static enum err parse_application(
    struct group_conf *g, struct slice value, const struct origin *from, struct buf *why)
{
	(void)from;
	if (!role_ok(value)) {
		buf_text(why, "must be the client id of an application");
		return ERR_CONFIG;
	}
	return conf_store_string(value, &g->application);
}

static enum err parse_users(
    struct group_conf *g, struct slice value, const struct origin *from, struct buf *why)
{
	enum err e = rules_parse(value, from, &g->users, why);

	for (size_t i = 0; e == ERR_OK && i < g->users.n; i++) {
		if (g->users.v[i].kind != RULE_SUB && g->users.v[i].kind != RULE_USER) {
			buf_text(why, "must be a list of sub:SUB or user:NAME");
			e = ERR_CONFIG;
		}
	}
	return e;
}

static const struct {
	const char *key;
	enum err (*parse)(
	    struct group_conf *g, struct slice value, const struct origin *from, struct buf *why);
} keys[] = {
    {"gid", parse_gid},
    {"roles", parse_roles},
    {"application", parse_application},
    {"users", parse_users},
};

enum err conf_group_begin(
    struct conf *c, struct slice name, const struct origin *from, struct conf_error *e)
{
	struct group_conf *v;
	struct group_conf g = {.line = from->line};

	if (!name_ok(name.p, name.len))
		return conf_fail(e, from, name, "not a group name", ERR_CONFIG);
	if (c->n_groups == GROUPS_MAX)
		return conf_fail(e, from, name, "too many groups", ERR_CONFIG);
	v = realloc(c->groups, (c->n_groups + 1) * sizeof(*v));
	if (!v)
		return conf_fail(e, from, name, "", ERR_NOMEM);
	c->groups = v;
	g.name = strndup(name.p, name.len);
	g.file = strdup(from->file);
	v[c->n_groups++] = g;
	if (!g.name || !g.file)
		return conf_fail(e, from, name, "", ERR_NOMEM);
	if (name_reserved(g.name))
		return conf_fail(e, from, name, "is a reserved name", ERR_CONFIG);
	return ERR_OK;
}

enum err conf_group_set(struct conf *c, struct slice key, struct slice value,
    const struct origin *from, struct conf_error *e)
{
	struct group_conf *g = &c->groups[c->n_groups - 1];
	char storage[200];
	struct buf why;

	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
		enum err code;

		if (!slice_is(key, keys[i].key))
			continue;
		if (!slice_printable(value))
			return conf_fail(e, from, key, "holds a control character", ERR_CONFIG);
		buf_init_fixed(&why, storage, sizeof(storage));
		code = keys[i].parse(g, value, from, &why);
		return code == ERR_OK ? ERR_OK : conf_fail(e, from, key, buf_cstr(&why), code);
	}
	return conf_fail(e, from, key, "unknown option of a group", ERR_CONFIG);
}

static enum err refuse(const struct group_conf *g, struct conf_error *e, const char *why)
{
	struct origin from = {g->file, g->line};

	return conf_fail(e, &from, slice_of(g->name), why, ERR_CONFIG);
}

static enum err check_one(const struct conf *c, const struct group_conf *g, struct conf_error *e)
{
	if (!g->gid)
		return refuse(g, e, "has no gid");
	if ((g->roles || g->application) && strcmp(c->directory, "login") == 0)
		return refuse(g, e, "roles and application need a directory that knows them");
	for (const struct group_conf *other = c->groups; other != g; other++) {
		if (strcmp(other->name, g->name) == 0)
			return refuse(g, e, "the group is there twice");
		if (other->gid == g->gid)
			return refuse(g, e, "another group has this gid");
	}
	return ERR_OK;
}

enum err conf_group_check(const struct conf *c, struct conf_error *e)
{
	for (size_t i = 0; i < c->n_groups; i++) {
		enum err code = check_one(c, &c->groups[i], e);

		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

void conf_group_free(struct group_conf *g)
{
	free(g->name);
	free(g->roles);
	free(g->application);
	free(g->file);
	rules_free(&g->users);
}
