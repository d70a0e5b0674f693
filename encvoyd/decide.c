/* SPDX-License-Identifier: MIT */
#include "encvoyd/decide.h"

#include "common/role.h"

#include <stdio.h>
#include <string.h>

/* How far a clock may have been ahead when a login was recorded. */
#define CLOCK_SLACK 300

static enum err refuse(struct verdict *v, enum err code, const char *rule)
{
	v->code = code;
	snprintf(v->rule, sizeof(v->rule), "%s", rule);
	return code;
}

static bool is_name(const char *name, const char *value)
{
	return name && *name && strcmp(name, value) == 0;
}

static bool matches(const struct rule *r, const struct facts *f)
{
	switch (r->kind) {
	case RULE_EVERYONE:
		return true;
	case RULE_SUB:
		return r->value && strcmp(f->sub, r->value) == 0;
	case RULE_USER:
		return r->value &&
		       (is_name(f->host_name, r->value) || is_name(f->service_name, r->value));
	case RULE_ROLE:
		return r->value && f->roles && roles_have(f->roles, r->value);
	case RULE_GROUP:
		return r->value && f->groups && roles_have(f->groups, r->value);
	}
	return false;
}

static const char *kind_word(enum rule_kind kind)
{
	switch (kind) {
	case RULE_SUB:
		return "sub:";
	case RULE_USER:
		return "user:";
	case RULE_ROLE:
		return "role:";
	case RULE_GROUP:
		return "group:";
	case RULE_EVERYONE:
		break;
	}
	return "everyone";
}

static enum err allow(struct verdict *v, const struct rule *r)
{
	v->code = ERR_OK;
	snprintf(v->rule, sizeof(v->rule), "%s%s", kind_word(r->kind), r->value ? r->value : "");
	snprintf(v->at, sizeof(v->at), "%s:%u", r->file ? r->file : "", r->line);
	return ERR_OK;
}

enum err decide_login(const struct service_conf *s, const struct facts *f, struct verdict *v)
{
	*v = (struct verdict){.code = ERR_INTERNAL};
	if (f->deleted)
		return refuse(v, ERR_DELETED, "deleted");
	if (f->blocked)
		return refuse(v, ERR_BLOCKED, "blocked");
	if (f->dropped)
		return refuse(v, ERR_DROPPED, "dropped");
	if (f->expired)
		return refuse(v, ERR_DIRECTORY_EXPIRED, "directory-expired");
	for (size_t i = 0; i < s->allow.n; i++)
		if (matches(&s->allow.v[i], f))
			return allow(v, &s->allow.v[i]);
	return refuse(v, ERR_NOT_ALLOWED, "none");
}

static bool too_old(uint64_t max_age, int64_t login, int64_t now)
{
	if (max_age == 0)
		return false;
	if (login <= 0 || login > now + CLOCK_SLACK)
		return true;
	return now > login && (uint64_t)(now - login) > max_age;
}

enum err decide_account(
    const struct service_conf *s, const struct facts *f, int64_t now, struct verdict *v)
{
	uint64_t max_age = s->full_login_max_age;
	enum err e = decide_login(s, f, v);

	if (e != ERR_OK)
		return e;
	if (max_age == 0 && !f->in_directory)
		max_age = FULL_LOGIN_MAX_AGE;
	if (too_old(max_age, f->last_full_login, now))
		return refuse(v, ERR_LOGIN_TOO_OLD, "full_login_max_age");
	return ERR_OK;
}
