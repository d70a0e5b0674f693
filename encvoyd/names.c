/* SPDX-License-Identifier: MIT */
#include "encvoyd/names.h"

#include "common/str.h"
#include "encvoyd/entry.h"
#include "encvoyd/ledger.h"
#include "encvoyd/localuser.h"

#include <stdio.h>
#include <string.h>

#define ISSUER_MAX 512

enum err names_owner(
    struct db *db, const char *issuer, const char *name, char ret_sub[SUB_MAX_LEN + 1])
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT issuer, sub FROM names WHERE name = ?1");
	char owner[ISSUER_MAX], sub[SUB_MAX_LEN + 1];
	enum err e;

	query_text(&q, 1, name);
	e = query_step(&q);
	if (e != ERR_OK)
		return e;
	column_text(&q, 0, owner, sizeof(owner));
	column_text(&q, 1, sub, sizeof(sub));
	if (q.err != ERR_OK)
		return q.err;
	if (strcmp(owner, issuer) != 0)
		return ERR_NAME_TAKEN;
	memcpy(ret_sub, sub, sizeof(sub));
	return ERR_OK;
}

enum err names_record(
    struct db *db, const char *issuer, const char *sub, const char *name, int64_t now)
{
	AUTO_QUERY struct query q = query_start(
	    db, "INSERT INTO names (name, issuer, sub, created) VALUES (?1, ?2, ?3, ?4)");
	char owner[SUB_MAX_LEN + 1];
	enum err e = names_owner(db, issuer, name, owner);

	if (e == ERR_OK)
		return strcmp(owner, sub) == 0 ? ERR_OK : ERR_NAME_TAKEN;
	if (e != ERR_NOT_FOUND)
		return e;
	query_text(&q, 1, name);
	query_text(&q, 2, issuer);
	query_text(&q, 3, sub);
	query_int(&q, 4, now);
	e = query_run(&q);
	return e == ERR_EXISTS ? ERR_NAME_TAKEN : e;
}

static bool in_list(const char *list, const char *name)
{
	struct slice rest = slice_of(list), one;

	while (slice_next(&rest, " ,", &one))
		if (slice_is(one, name))
			return true;
	return false;
}

static bool all_digits(const char *s)
{
	return *s && strspn(s, "0123456789") == strlen(s);
}

/* Whether tpl gives this name to somebody else. Digits count even where they are no canonical
 * number: nobody should be mistaken for encvoy-17 by being called encvoy-017. */
static bool form_of_other(
    const struct conf *conf, const char *tpl, const char *sub, const char *name)
{
	char other[SUB_MAX_LEN + 1];

	if (template_match(tpl, name, other, sizeof(other)) != ERR_OK || strcmp(other, sub) == 0)
		return false;
	return all_digits(other) || ledger_sub_usable(conf, other);
}

static bool form_of_any_other(
    const struct conf *conf, const char *tpl, const char *sub, const char *name)
{
	/* NAME_BY_SUB whatever is configured: elsewhere, and before a directory came, it is the
	 * other's name */
	if (form_of_other(conf, NAME_BY_SUB, sub, name) ||
	    form_of_other(conf, conf->service.user_name, sub, name) ||
	    form_of_other(conf, tpl, sub, name))
		return true;
	for (size_t i = 0; i < conf->n_settings; i++)
		if (strcmp(conf->settings[i].key, "user_name") == 0 &&
		    form_of_other(conf, conf->settings[i].value, sub, name))
			return true;
	return false;
}

/* A [group] section has the name; unless it follows from the very sub, then the group is wrong. */
static bool is_group(const struct conf *conf, const char *tpl, const char *sub, const char *name)
{
	char own[SUB_MAX_LEN + 1];

	if (template_match(tpl, name, own, sizeof(own)) == ERR_OK && strcmp(own, sub) == 0)
		return false;
	for (size_t i = 0; i < conf->n_groups; i++)
		if (strcmp(conf->groups[i].name, name) == 0)
			return true;
	return false;
}

/* For people and groups: nobody of ours may be called so. */
static enum err check_free(struct identities *ids, const struct conf *conf, const char *name)
{
	if (!name_ok(name, strlen(name)))
		return ERR_BAD_NAME;
	if (name_reserved(name) || in_list(conf->reserved_names, name))
		return ERR_NAME_RESERVED;
	return locals_has_name(ids->locals, name) ? ERR_LOCAL_USER : ERR_OK;
}

enum err names_check(struct identities *ids, const struct conf *conf, const char *tpl,
    const char *sub, const char *name)
{
	char owner[SUB_MAX_LEN + 1];
	enum err e = check_free(ids, conf, name);

	if (e != ERR_OK)
		return e;
	if (form_of_any_other(conf, tpl, sub, name))
		return ERR_NAME_TAKEN;
	e = names_owner(ids->db, conf->issuer, name, owner);
	/* who had the name before the group keeps it */
	if (e == ERR_NOT_FOUND)
		return is_group(conf, tpl, sub, name) ? ERR_NAME_TAKEN : ERR_OK;
	return e == ERR_OK && strcmp(owner, sub) != 0 ? ERR_NAME_TAKEN : e;
}

enum err names_check_group(struct identities *ids, const struct conf *conf, const char *name)
{
	char owner[SUB_MAX_LEN + 1];
	enum err e = check_free(ids, conf, name);

	if (e != ERR_OK)
		return e;
	if (form_of_any_other(conf, conf->service.user_name, "", name))
		return ERR_NAME_TAKEN;
	e = names_owner(ids->db, conf->issuer, name, owner);
	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	return e == ERR_OK ? ERR_NAME_TAKEN : e;
}

static bool is_global(const struct conf *conf, const char *tpl)
{
	return strcmp(tpl, conf->service.user_name) == 0;
}

enum err names_of(struct identities *ids, const struct conf *conf, const char *tpl, const char *sub,
    const char *bound, char ret_name[NAME_MAX_LEN + 1])
{
	const struct template_values values = {.sub = sub};
	char name[NAME_MAX_LEN + 1];
	enum err e = localuser_name(ids, conf, sub, ret_name, NULL);

	if (e != ERR_NOT_FOUND)
		return e;
	e = ERR_OK;
	if (*bound && is_global(conf, tpl))
		e = str_copy(name, sizeof(name), bound) ? ERR_OK : ERR_BAD_NAME;
	else
		e = template_expand(tpl, &values, name, sizeof(name));
	if (e == ERR_TOO_LONG)
		e = ERR_BAD_NAME;
	if (e == ERR_OK)
		e = names_check(ids, conf, tpl, sub, name);
	if (e == ERR_OK)
		memcpy(ret_name, name, sizeof(name));
	return e;
}

/* ERR_OK when the name is what this sub is called here. */
static enum err is_name_of(struct identities *ids, const struct conf *conf, const char *tpl,
    const char *name, const char *sub)
{
	struct entry entry = {0};
	char own[NAME_MAX_LEN + 1];
	enum err e = entry_get(ids->db, conf->issuer, sub, &entry);

	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = names_of(ids, conf, tpl, sub, entry.bound_name, own);
	if (is_fatal(e))
		return e;
	return e == ERR_OK && strcmp(own, name) == 0 ? ERR_OK : ERR_NOT_FOUND;
}

/* A sub that the template names may be one that was never seen; but then its form must do. */
static enum err by_template(struct identities *ids, const struct conf *conf, const char *tpl,
    const char *name, char sub[SUB_MAX_LEN + 1])
{
	uint32_t uid;
	enum err e;

	if (template_match(tpl, name, sub, SUB_MAX_LEN + 1) != ERR_OK)
		return ERR_NOT_FOUND;
	if (ledger_sub_usable(conf, sub))
		return ERR_OK;
	e = ledger_find(ids->db, conf->issuer, sub, &uid);
	return e;
}

enum err names_resolve(struct identities *ids, const struct conf *conf, const char *tpl,
    const char *name, char ret_sub[SUB_MAX_LEN + 1])
{
	char sub[SUB_MAX_LEN + 1];
	enum err e;

	if (!name_ok(name, strlen(name)))
		return ERR_NOT_FOUND;
	e = names_owner(ids->db, conf->issuer, name, sub);
	if (e == ERR_NAME_TAKEN)
		return ERR_NOT_FOUND;
	if (e == ERR_NOT_FOUND)
		e = by_template(ids, conf, tpl, name, sub);
	if (e == ERR_OK)
		e = is_name_of(ids, conf, tpl, name, sub);
	if (e == ERR_OK)
		memcpy(ret_sub, sub, sizeof(sub));
	return e;
}
