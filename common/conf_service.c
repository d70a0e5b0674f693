/* SPDX-License-Identifier: MIT */
/* What holds for one service: defaults, then its section, then PAM arguments. */
#include "common/conf.h"

#include "common/conf_table.h"
#include "common/name.h"

#include <string.h>

bool service_has_method(const struct service_conf *s, unsigned method)
{
	for (size_t i = 0; i < METHODS_MAX; i++)
		if (s->methods[i] == method)
			return true;
	return false;
}

bool service_is_sudo(const char *service)
{
	return strcmp(service, "sudo") == 0 || strcmp(service, "sudo-i") == 0;
}

void service_conf_free(struct service_conf *s)
{
	for (size_t i = 0; i < conf_options_count; i++)
		if (conf_options[i].in_service)
			conf_field_free(&conf_options[i], (char *)s + conf_options[i].offset);
}

static enum err copy_string(char *const *from, char **to)
{
	if (!*from)
		return ERR_OK;
	*to = strdup(*from);
	return *to ? ERR_OK : ERR_NOMEM;
}

static enum err copy_rules(const struct rules *from, struct rules *to)
{
	if (!from->n)
		return ERR_OK;
	to->v = calloc(from->n, sizeof(*to->v));
	if (!to->v)
		return ERR_NOMEM;
	for (size_t i = 0; i < from->n; i++) {
		const struct rule *r = &from->v[i];
		struct rule *copy = &to->v[i];

		to->n = i + 1;
		*copy = (struct rule){.kind = r->kind, .line = r->line, .file = strdup(r->file)};
		if (!copy->file || copy_string(&r->value, &copy->value) != ERR_OK)
			return ERR_NOMEM;
	}
	return ERR_OK;
}

static enum err field_copy(const struct option *o, const void *from, void *to)
{
	switch (o->kind) {
	case KIND_STRING:
		return copy_string(from, to);
	case KIND_RULES:
		return copy_rules(from, to);
	case KIND_NUMBER:
		memcpy(to, from, sizeof(uint64_t));
		return ERR_OK;
	case KIND_BOOL:
		memcpy(to, from, sizeof(bool));
		return ERR_OK;
	case KIND_METHODS:
		memcpy(to, from, sizeof(((struct service_conf *)0)->methods));
		return ERR_OK;
	}
	return ERR_INTERNAL;
}

static enum err service_copy(const struct service_conf *from, struct service_conf *to)
{
	for (size_t i = 0; i < conf_options_count; i++) {
		const struct option *o = &conf_options[i];
		enum err e;

		if (!o->in_service)
			continue;
		e = field_copy(o, (const char *)from + o->offset, (char *)to + o->offset);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* A section or an argument replaces what the level above said; its own lines add up. */
static enum err override(const struct option *o, struct slice value, const struct origin *from,
    struct service_conf *s, bool *cleared, struct conf_error *e)
{
	void *field = (char *)s + o->offset;

	if (o->kind == KIND_RULES && !*cleared) {
		rules_free(field);
		*cleared = true;
	}
	return conf_apply(o, value, from, field, e);
}

static enum err apply_section(
    const struct conf *c, const char *service, struct service_conf *s, struct conf_error *e)
{
	bool cleared = false;

	for (size_t i = 0; i < c->n_settings; i++) {
		const struct setting *set = &c->settings[i];
		struct origin from = {set->file, set->line};
		const struct option *o = option_find(slice_of(set->key));
		enum err code;

		if (strcmp(set->section, service) != 0)
			continue;
		code = o ? override(o, slice_of(set->value), &from, s, &cleared, e)
			 : conf_fail(e, &from, slice_of(set->key), "unknown option", ERR_CONFIG);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static enum err apply_args(
    const char *const *args, size_t n, struct service_conf *s, struct conf_error *e)
{
	bool cleared = false;

	for (size_t i = 0; i < n; i++) {
		struct origin from = {"PAM argument", (unsigned)(i + 1)};
		const struct option *o = NULL;
		struct slice key, value;
		enum err code;

		if (!conf_split(slice_of(args[i]), &key, &value))
			return conf_fail(
			    e, &from, slice_of("argument"), "must be key=value", ERR_CONFIG);
		code = conf_lookup(key, SCOPE_PAM, &from, &o, e);
		if (code == ERR_OK)
			code = override(o, value, &from, s, &cleared, e);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

/* Where a section sets a key; without a line when it does not. */
static struct origin origin_of(const struct conf *c, const char *service, const char *key)
{
	struct origin from = {service, 0};

	for (size_t i = 0; i < c->n_settings; i++) {
		const struct setting *s = &c->settings[i];

		if (strcmp(s->section, service) == 0 && strcmp(s->key, key) == 0)
			from = (struct origin){s->file, s->line};
	}
	return from;
}

static enum err missing(struct conf_error *e, const char *key, const char *why)
{
	static const struct origin from = {"encvoy.conf", 0};

	return conf_fail(e, &from, slice_of(key), why, ERR_CONFIG);
}

enum err conf_check_directory(const struct conf *c, struct conf_error *e)
{
	static const char for_roster[] = "is needed with directory = roster";
	static const char for_api[] = "is needed with directory = api";

	if (strcmp(c->directory, "login") == 0)
		return *c->local_group
			   ? missing(e, "local_group", "needs a directory that knows roles")
			   : ERR_OK;
	if (strcmp(c->directory, "roster") == 0) {
		if (!c->roster)
			return missing(e, "roster", for_roster);
		if (!*c->roster_keys)
			return missing(e, "roster_keys", for_roster);
		return c->roster_fleet ? ERR_OK : missing(e, "roster_fleet", for_roster);
	}
	if (!*c->api_applications)
		return missing(e, "api_applications", for_api);
	if (!c->api_client_id)
		return missing(e, "api_client_id", for_api);
	if (!c->api_user)
		return missing(e, "api_user", for_api);
	return c->api_password_file ? ERR_OK : missing(e, "api_password_file", for_api);
}

/* Roles come from a directory; where there is none, a rule that names one can never match, which
 * its author should know. */
static enum err check_roles(const struct rules *rules, struct conf_error *e)
{
	for (size_t i = 0; i < rules->n; i++) {
		struct origin from = {rules->v[i].file, rules->v[i].line};

		if (rules->v[i].kind == RULE_ROLE)
			return conf_fail(e, &from, slice_of("allow"),
			    "a role: rule needs a directory that knows roles", ERR_CONFIG);
	}
	return ERR_OK;
}

enum err conf_check_service(
    const struct conf *c, const struct service_conf *s, const char *service, struct conf_error *e)
{
	struct origin from;

	if (strcmp(c->directory, "login") == 0 && !template_is_sub_only(s->user_name)) {
		from = origin_of(c, service, "user_name");
		return conf_fail(e, &from, slice_of("user_name"),
		    "with directory = login only %{sub} can name people, exactly once", ERR_CONFIG);
	}
	if (strcmp(c->directory, "login") == 0 && check_roles(&s->allow, e) != ERR_OK)
		return ERR_CONFIG;
	if (!s->client_id || !*s->client_id) {
		from = origin_of(c, service, "client_id");
		return conf_fail(e, &from, slice_of("client_id"), "is missing", ERR_CONFIG);
	}
	return ERR_OK;
}

enum err conf_service(const struct conf *c, const char *service, const char *const *args,
    size_t n_args, struct service_conf *ret, struct conf_error *e)
{
	enum err code;

	*ret = (struct service_conf){0};
	*e = (struct conf_error){0};
	code = service_copy(&c->service, ret);
	if (code == ERR_OK)
		code = apply_section(c, service, ret, e);
	if (code == ERR_OK)
		code = apply_args(args, n_args, ret, e);
	if (code == ERR_OK)
		code = conf_check_service(c, ret, service, e);
	return code;
}

enum err conf_check_args(
    const char *const *args, size_t n_args, unsigned *ret_methods, struct conf_error *e)
{
	AUTO_SERVICE struct service_conf s = {0};
	enum err code;

	*e = (struct conf_error){0};
	code = apply_args(args, n_args, &s, e);
	if (code != ERR_OK)
		return code;
	*ret_methods = 0;
	for (size_t i = 0; i < METHODS_MAX; i++)
		*ret_methods |= s.methods[i];
	return ERR_OK;
}
