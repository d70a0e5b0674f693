/* SPDX-License-Identifier: MIT */
/* The verbs and what they take. Rows of fields per verb:
 *
 *   why           (key, value): user, sub, uid, bound_by, blocked, last_full_login, decision
 *                 (allowed or refused), reason (an error word), rule, at (FILE:LINE)
 *   user list     (name, uid, sub, bound_by, blocked, last_login, gecos, login, in_directory)
 *   user show, add, map, rename
 *                 (key, value): name, sub, uid, bound_by, gecos, home, shell, served (yes or the
 *                 reason why not), display, locale, blocked, deleted, in_directory, login, roles,
 *                 first_seen, last_login, last_full_login
 *   export        (sub, name, gecos, locale, roles, ssh_keys, id, blocked) of who is served and
 * neither deleted nor dropped; id is "" where it follows from sub unserved      (sub, login,
 * reason) of people of the directory: why no name or id is theirs, or login-changed for who is
 * served under a former login the others    none
 *
 * Times are seconds since 1970, 0 for never; flags are yes or no; bound_by is the verb that bound
 * the name ("directory" for a pass), or "template"; in_directory is yes, no or dropped. */
#include "encvoyd/admin.h"

#include "common/str.h"
#include "encvoyd/admin_verbs.h"
#include "encvoyd/dirstage.h"
#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/names.h"
#include "encvoyd/schema.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static enum err flush(struct call *c)
{
	c->out->changed = true;
	return ERR_OK;
}

static const struct verb {
	const char *name;
	size_t min;
	size_t max;
	verb_fn run;
	const char *usage;
} verbs[] = {
    {"why", 2, 2, admin_why, "USER SERVICE"},
    {"user list", 0, 0, admin_user_list, "nothing"},
    {"user show", 1, 1, admin_user_show, "NAME or sub:SUB"},
    {"user add", 1, 3, admin_user_add, "SUB [NAME] [GECOS]"},
    {"user map", 2, 2, admin_user_map, "SUB NAME"},
    {"user import", 2, 3, admin_user_import, "SUB NAME [GECOS]"},
    {"user import commit", 0, 0, admin_user_import_commit, "nothing"},
    {"user rename", 2, 2, admin_user_rename, "NAME NEWNAME"},
    {"user remove", 1, 1, admin_user_remove, "NAME or sub:SUB"},
    {"export", 0, 0, admin_export, "nothing"},
    {"unserved", 0, 0, admin_unserved, "nothing"},
    {"flush", 0, 0, flush, "nothing"},
};

struct admin_session *admin_session_new(void)
{
	return calloc(1, sizeof(struct admin_session));
}

void admin_session_free(struct admin_session *s)
{
	if (!s)
		return;
	import_free(s->import);
	free(s);
}

void admin_say(struct call *c, const char *fmt, ...)
{
	struct msg_result *result = &c->out->result;
	size_t len = strlen(result->text);
	char raw[sizeof(result->text)];
	struct buf text;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(raw, sizeof(raw), fmt, ap);
	va_end(ap);
	buf_init_fixed(&text, result->text + len, sizeof(result->text) - len - 1);
	str_printable(&text, raw, strlen(raw), sizeof(raw));
	result->text[len + text.len] = 0;
}

enum err admin_kv(const struct admin *a, const char *key, const char *value)
{
	const char *fields[2] = {key, value};

	return a->row(a->arg, fields, 2);
}

enum err admin_kv_number(const struct admin *a, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return admin_kv(a, key, text);
}

/* A name that is not served any more still leads to the entry it was bound to. */
static enum err find_sub(const struct admin *a, const char *name, char sub[SUB_MAX_LEN + 1])
{
	const char *tpl = a->conf->service.user_name;
	struct entry entry;
	enum err e = names_resolve(a->ids, a->conf, tpl, name, sub);

	if (e != ERR_NOT_FOUND)
		return e;
	e = names_owner(a->ids->db, a->conf->issuer, name, sub);
	if (e == ERR_OK)
		e = entry_get(a->ids->db, a->conf->issuer, sub, &entry);
	if (e == ERR_OK && entry.bound_name[0] && strcmp(entry.bound_name, name) != 0)
		e = ERR_NOT_FOUND;
	return e == ERR_NAME_TAKEN ? ERR_NOT_FOUND : e;
}

enum err admin_find(const struct admin *a, const char *who, struct entry *ret)
{
	char sub[SUB_MAX_LEN + 1];
	enum err e;

	if (str_starts(who, "sub:"))
		e = str_copy(sub, sizeof(sub), who + 4) ? ERR_OK : ERR_NOT_FOUND;
	else
		e = find_sub(a, who, sub);
	if (e == ERR_OK)
		e = entry_get(a->ids->db, a->conf->issuer, sub, ret);
	return e;
}

static const struct verb *verb_find(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++)
		if (strcmp(verbs[i].name, name) == 0)
			return &verbs[i];
	return NULL;
}

static enum err run(struct call *c, const char *name)
{
	const struct verb *verb = verb_find(name);
	enum err e;

	if (!verb) {
		admin_say(c, "unknown verb %s", name);
		return ERR_PROTOCOL;
	}
	if (c->n < verb->min || c->n > verb->max) {
		admin_say(c, "%s takes %s", verb->name, verb->usage);
		return ERR_PROTOCOL;
	}
	e = locals_refresh(c->a->ids->locals);
	return e == ERR_OK ? verb->run(c) : e;
}

static void finish(struct admin_outcome *out, enum err e)
{
	out->more = out->more && e == ERR_OK;
	out->result.code = e;
	(void)str_copy(out->result.reason, sizeof(out->result.reason), err_word(e));
	if (e != ERR_OK && !out->result.text[0])
		(void)str_copy(out->result.text, sizeof(out->result.text), err_text(e));
}

void admin_run(const struct admin *a, struct admin_session *s, const struct msg_admin *m,
    struct admin_outcome *out)
{
	const char *args[ARGS_MAX];
	struct call c = {.a = a, .s = s, .args = args, .n = m->n_args, .out = out};

	*out = (struct admin_outcome){0};
	for (size_t i = 0; i < m->n_args && i < ARGS_MAX; i++)
		args[i] = m->args[i];
	finish(out, run(&c, m->verb));
}

void admin_continue(const struct admin *a, struct admin_session *s, struct admin_outcome *out)
{
	enum err e = locals_refresh(a->ids->locals);

	*out = (struct admin_outcome){0};
	if (e == ERR_OK)
		e = admin_list_go_on(a, &s->list, &out->more);
	finish(out, e);
}

static enum err count_row(const struct admin *a, const char *key, const char *sql)
{
	int64_t n = 0;
	enum err e = db_number(a->ids->db, sql, &n);

	return e == ERR_OK ? admin_kv_number(a, key, n) : e;
}

/* [group] sections and local groups that are not what the configuration wants (SEC-16). */
static enum err refused_groups_row(const struct admin *a)
{
	char text[ARG_LEN_MAX];
	struct buf b;

	buf_init_fixed(&b, text, sizeof(text));
	if (a->ids->groups)
		groups_refused(a->ids->groups, &b);
	return admin_kv(a, "groups_not_served", buf_cstr(&b) ? buf_cstr(&b) : "");
}

enum err admin_status_rows(const struct admin *a)
{
	enum err e = count_row(a, "identities", "SELECT count(*) FROM identity");

	if (e == ERR_OK)
		e = count_row(a, "ledger", "SELECT count(*) FROM ledger");
	if (e == ERR_OK)
		e = count_row(a, "names", "SELECT count(*) FROM names");
	if (e == ERR_OK)
		e = count_row(a, "used_tokens", "SELECT count(*) FROM used_token");
	if (e == ERR_OK)
		e = count_row(a, "persons", "SELECT count(*) FROM person WHERE dropped = 0");
	if (e == ERR_OK)
		e = count_row(a, "unserved",
		    "SELECT count(*) FROM temp.noted WHERE reason <> '" NOTED_LOGIN "'");
	if (e == ERR_OK)
		e = count_row(a, "schema", "PRAGMA user_version");
	if (e == ERR_OK)
		e = refused_groups_row(a);
	return e;
}
