/* SPDX-License-Identifier: MIT */
#include "common/conf_table.h"

#include "common/name.h"
#include "common/num.h"
#include "common/record.h"
#include "common/role.h"

#include <string.h>

enum err conf_store_string(struct slice value, char **field)
{
	char *copy = strndup(value.p, value.len);

	if (!copy)
		return ERR_NOMEM;
	free(*field);
	*field = copy;
	return ERR_OK;
}

static enum err parse_string(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	(void)o, (void)from, (void)why;
	return conf_store_string(value, field);
}

static enum err parse_path(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	(void)o, (void)from;
	if (value.len < 2 || value.p[0] != '/') {
		buf_text(why, "must be an absolute path");
		return ERR_CONFIG;
	}
	return conf_store_string(value, field);
}

bool conf_url_ok(struct slice value, bool origin_only)
{
	static const char scheme[] = "https://";
	size_t n = sizeof(scheme) - 1;

	if (value.len <= n || memcmp(value.p, scheme, n) != 0 || value.p[n] == '/')
		return false;
	for (size_t i = n; i < value.len; i++) {
		char c = value.p[i];

		if (c <= 0x20 || c >= 0x7f || strchr("\"<>\\^`{|}@#", c))
			return false;
		if (origin_only && (c == '/' || c == '?'))
			return false;
	}
	return true;
}

static enum err parse_url(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	(void)from;
	if (!conf_url_ok(value, o->max == 1)) {
		buf_text(why, o->max == 1 ? "must be https://HOST[:PORT] without a path"
					  : "must be an https address");
		return ERR_CONFIG;
	}
	return conf_store_string(value, field);
}

/* https anywhere, or http on the loopback names that native clients may use (RFC 8252 7.3). */
static enum err parse_redirect(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	char copy[1024];

	(void)o, (void)from;
	if (value.len < sizeof(copy)) {
		memcpy(copy, value.p, value.len);
		copy[value.len] = 0;
		if (conf_url_ok(value, false) || ((str_starts(copy, "http://127.0.0.1/") ||
						      str_starts(copy, "http://localhost/")) &&
						     !strpbrk(copy, " \t\"<>#")))
			return conf_store_string(value, field);
	}
	buf_text(why, "must be an https address, http://127.0.0.1/PATH or http://localhost/PATH");
	return ERR_CONFIG;
}

static enum err parse_duration(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	uint64_t v = 0;
	enum err e = num_parse_duration(value.p, value.len, o->max, &v);

	(void)from;
	if (e != ERR_OK || v < o->min) {
		buf_printf(why, "must be a duration from %llu to %llu seconds (units s, m, h, d)",
		    (unsigned long long)o->min, (unsigned long long)o->max);
		return ERR_CONFIG;
	}
	*(uint64_t *)field = v;
	return ERR_OK;
}

static enum err parse_number(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	uint64_t v = 0;
	enum err e = num_parse(value.p, value.len, o->max, &v);

	(void)from;
	if (e != ERR_OK || v < o->min) {
		buf_printf(why, "must be a number from %llu to %llu", (unsigned long long)o->min,
		    (unsigned long long)o->max);
		return ERR_CONFIG;
	}
	*(uint64_t *)field = v;
	return ERR_OK;
}

static enum err parse_bool(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	(void)o, (void)from;
	if (!slice_is(value, "yes") && !slice_is(value, "no")) {
		buf_text(why, "must be yes or no");
		return ERR_CONFIG;
	}
	*(bool *)field = slice_is(value, "yes");
	return ERR_OK;
}

static enum err parse_template(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	char copy[256] = "";

	(void)from;
	if (value.len < sizeof(copy))
		memcpy(copy, value.p, value.len);
	if (value.len >= sizeof(copy) || template_check(copy, (unsigned)o->max) != ERR_OK) {
		buf_text(why, "holds a %{...} that cannot be used here");
		return ERR_CONFIG;
	}
	return conf_store_string(value, field);
}

static enum err parse_directory(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	(void)o, (void)from;
	if (!slice_is(value, "login") && !slice_is(value, "roster") && !slice_is(value, "api")) {
		buf_text(why, "must be login, roster or api");
		return ERR_CONFIG;
	}
	return conf_store_string(value, field);
}

static enum err parse_on_block(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	(void)o, (void)from;
	if (!slice_is(value, "terminate") && !slice_is(value, "none")) {
		buf_text(why, "must be terminate or none");
		return ERR_CONFIG;
	}
	*(bool *)field = slice_is(value, "terminate");
	return ERR_OK;
}

static unsigned method_of(struct slice word)
{
	for (unsigned m = METHOD_DEVICE; m <= METHOD_PASSPHRASE; m <<= 1)
		if (slice_is(word, method_word(m)))
			return m;
	return 0;
}

static enum err parse_methods(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	unsigned list[METHODS_MAX] = {0};
	unsigned seen = 0;
	size_t n = 0;
	struct slice one;

	(void)o, (void)from;
	while (slice_next(&value, " ,", &one)) {
		unsigned m = method_of(one);

		if (!m || (seen & m)) {
			buf_text(why, "must be a list of device, browser, token and passphrase, "
				      "each once");
			return ERR_CONFIG;
		}
		seen |= m;
		list[n++] = m;
	}
	if (!n) {
		buf_text(why, "must name at least one method");
		return ERR_CONFIG;
	}
	memcpy(field, list, sizeof(list));
	return ERR_OK;
}

void rules_free(struct rules *r)
{
	for (size_t i = 0; i < r->n; i++) {
		free(r->v[i].value);
		free(r->v[i].file);
	}
	free(r->v);
	*r = (struct rules){0};
}

static bool sub_value_ok(struct slice v)
{
	return sub_ok(v.p, v.len);
}

static bool name_value_ok(struct slice v)
{
	return name_ok(v.p, v.len);
}

static const struct {
	const char *prefix;
	enum rule_kind kind;
	bool (*ok)(struct slice value);
} rule_kinds[] = {
    {"sub:", RULE_SUB, sub_value_ok},
    {"user:", RULE_USER, name_value_ok},
    {"role:", RULE_ROLE, role_ok},
    {"group:", RULE_GROUP, name_value_ok},
};

static enum err rule_of(struct slice word, struct rule *ret, struct buf *why)
{
	if (slice_is(word, "everyone")) {
		ret->kind = RULE_EVERYONE;
		return ERR_OK;
	}
	for (size_t i = 0; i < sizeof(rule_kinds) / sizeof(rule_kinds[0]); i++) {
		size_t n = strlen(rule_kinds[i].prefix);
		struct slice value;

		if (word.len <= n || memcmp(word.p, rule_kinds[i].prefix, n) != 0)
			continue;
		value = (struct slice){word.p + n, word.len - n};
		if (!rule_kinds[i].ok(value))
			break;
		ret->kind = rule_kinds[i].kind;
		ret->value = strndup(value.p, value.len);
		return ret->value ? ERR_OK : ERR_NOMEM;
	}
	buf_text(why, "must be a list of sub:SUB, user:NAME, role:ROLE, group:NAME or the word "
		      "everyone");
	return ERR_CONFIG;
}

static enum err rules_add(struct rules *r, struct rule *rule, const struct origin *from)
{
	struct rule *v = realloc(r->v, (r->n + 1) * sizeof(*v));

	if (!v)
		return ERR_NOMEM;
	r->v = v;
	rule->file = strdup(from->file);
	rule->line = from->line;
	if (!rule->file)
		return ERR_NOMEM;
	v[r->n++] = *rule;
	return ERR_OK;
}

enum err rules_parse(
    struct slice value, const struct origin *from, struct rules *r, struct buf *why)
{
	struct slice one;

	while (slice_next(&value, " ,", &one)) {
		struct rule rule = {0};
		enum err e = rule_of(one, &rule, why);

		if (e == ERR_OK)
			e = rules_add(r, &rule, from);
		if (e != ERR_OK) {
			free(rule.value);
			free(rule.file);
			return e;
		}
	}
	return ERR_OK;
}

/* Several allow lines of one file level add up; a section or an argument starts anew (conf.c
 * clears before it applies one). */
static enum err parse_rules(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	(void)o;
	return rules_parse(value, from, field, why);
}

#define G(field) SCOPE_GLOBAL, false, offsetof(struct conf, field)
#define S(field) SCOPE_ALL, true, offsetof(struct service_conf, field)
#define DAY (24ULL * 3600)

/* Sorted as the manual lists them. */
const struct option conf_options[] = {
    {"issuer", KIND_STRING, parse_url, G(issuer), NULL, 0, 1},
    {"client_id", KIND_STRING, parse_string, S(client_id), NULL, 0, 0},
    {"client_secret_file", KIND_STRING, parse_path, S(client_secret_file), NULL, 0, 0},
    {"redirect_uri", KIND_STRING, parse_redirect, S(redirect_uri), "http://127.0.0.1/cb", 0, 0},
    {"allow", KIND_RULES, parse_rules, S(allow), NULL, 0, 0},
    {"methods", KIND_METHODS, parse_methods, S(methods), "device,browser", 0, 0},
    {"directory", KIND_STRING, parse_directory, G(directory), "login", 0, 0},
    {"directory_interval", KIND_NUMBER, parse_duration, G(directory_interval), "300", 5, DAY},
    {"on_block", KIND_BOOL, parse_on_block, G(on_block), "terminate", 0, 0},
    {"roster", KIND_STRING, conf_parse_roster, G(roster), NULL, 0, 0},
    {"roster_keys", KIND_STRING, conf_parse_paths, G(roster_keys), "", 0, 0},
    {"roster_fleet", KIND_STRING, conf_parse_words, G(roster_fleet), NULL, 0, 0},
    {"roster_grace", KIND_NUMBER, parse_duration, G(roster_grace), "72h", 0, 365 * DAY},
    {"roster_max_size", KIND_NUMBER, parse_number, G(roster_max_size), "268435456", 4096,
	1ULL << 40},
    {"break_glass", KIND_STRING, conf_parse_names, G(break_glass), "", 0, 0},
    {"api_url", KIND_STRING, parse_url, G(api_url), NULL, 0, 0},
    {"api_applications", KIND_STRING, conf_parse_words, G(api_applications), "", 0, 0},
    {"api_client_id", KIND_STRING, conf_parse_words, G(api_client_id), NULL, 0, 0},
    {"api_redirect_uri", KIND_STRING, parse_url, G(api_redirect_uri), NULL, 0, 0},
    {"api_user", KIND_STRING, parse_string, G(api_user), NULL, 0, 0},
    {"api_password_file", KIND_STRING, parse_path, G(api_password_file), NULL, 0, 0},
    {"api_parallel", KIND_NUMBER, parse_number, G(api_parallel), "6", 1, 32},
    {"ssh_key_field", KIND_STRING, conf_parse_words, G(ssh_key_field), "", 0, 0},
    {"ssh_key_options", KIND_BOOL, parse_bool, G(ssh_key_options), "no", 0, 0},
    {"shell_field", KIND_STRING, conf_parse_words, G(shell_field), "", 0, 0},
    {"home_field", KIND_STRING, conf_parse_words, G(home_field), "", 0, 0},
    {"allowed_shells", KIND_STRING, conf_parse_paths, G(allowed_shells), "", 0, 0},
    {"allowed_homes", KIND_STRING, conf_parse_paths, G(allowed_homes), "", 0, 0},
    {"enumerate", KIND_BOOL, parse_bool, G(enumerate), "no", 0, 0},
    {"local_user", KIND_STRING, conf_parse_local_user, G(local_user), "", 0, 0},
    {"local_group", KIND_STRING, conf_parse_local_group, G(local_group), "", 0, 0},
    {"user_name", KIND_STRING, parse_template, S(user_name), NAME_BY_SUB, 0,
	TEMPLATE_SUB | TEMPLATE_LOGIN},
    {"home", KIND_STRING, parse_template, G(home), "/home/%{user}", 0,
	TEMPLATE_USER | TEMPLATE_SUB | TEMPLATE_UID},
    {"shell", KIND_STRING, parse_path, G(shell), "/bin/bash", 0, 0},
    {"gecos", KIND_STRING, parse_template, G(gecos), "", 0,
	TEMPLATE_USER | TEMPLATE_SUB | TEMPLATE_LOGIN},
    {"uid_base", KIND_NUMBER, parse_number, G(uid_base), "1879048192", ID_FLOOR,
	ID_CEILING - ID_SUB_SPAN},
    {"require_numeric_sub", KIND_BOOL, parse_bool, G(require_numeric_sub), "yes", 0, 0},
    {"reserved_names", KIND_STRING, conf_parse_names, G(reserved_names), "", 0, 0},
    {"login_clients", KIND_STRING, conf_parse_login_clients, G(login_clients), "", 0, 0},
    {"passphrase", KIND_BOOL, parse_bool, G(passphrase), "no", 0, 0},
    {"passphrase_max_age", KIND_NUMBER, parse_duration, G(passphrase_max_age), "24h", 60, 30 * DAY},
    {"passphrase_cost", KIND_NUMBER, parse_number, G(passphrase_cost), "5", 1, 11},
    {"token_reuse", KIND_BOOL, parse_bool, S(token_reuse), "no", 0, 0},
    {"verdict_ttl", KIND_NUMBER, parse_duration, S(verdict_ttl), "60", 0, 3600},
    {"token_max_age", KIND_NUMBER, parse_duration, S(token_max_age), "300", 10, DAY},
    {"login_timeout", KIND_NUMBER, parse_duration, S(login_timeout), "110", 10, 3600},
    {"auth_max_age", KIND_NUMBER, parse_duration, S(auth_max_age), "43200", 60, 30 * DAY},
    {"full_login_max_age", KIND_NUMBER, parse_duration, S(full_login_max_age), "7d", 60,
	3650 * DAY},
    {"sudo_grace", KIND_NUMBER, parse_duration, S(sudo_grace), "0", 0, DAY},
    {"ca_file", KIND_STRING, parse_path, G(ca_file), NULL, 0, 0},
    {"proxy", KIND_STRING, parse_string, G(proxy), NULL, 0, 0},
    {"host_name", KIND_STRING, parse_string, G(host_name), NULL, 0, 0},
    {"algorithms", KIND_STRING, parse_string, G(algorithms), "RS256", 0, 0},
    {"allowed_origins", KIND_STRING, conf_parse_origins, G(allowed_origins), "", 0, 0},
    {"endpoint_authorization", KIND_STRING, parse_url, G(endpoint_authorization), NULL, 0, 0},
    {"endpoint_token", KIND_STRING, parse_url, G(endpoint_token), NULL, 0, 0},
    {"endpoint_introspection", KIND_STRING, parse_url, G(endpoint_introspection), NULL, 0, 0},
    {"endpoint_userinfo", KIND_STRING, parse_url, G(endpoint_userinfo), NULL, 0, 0},
    {"endpoint_jwks", KIND_STRING, parse_url, G(endpoint_jwks), NULL, 0, 0},
    {"endpoint_par", KIND_STRING, parse_url, G(endpoint_par), NULL, 0, 0},
    {"endpoint_device", KIND_STRING, parse_url, G(endpoint_device), NULL, 0, 0},
};
const size_t conf_options_count = sizeof(conf_options) / sizeof(conf_options[0]);

const struct option *option_find(struct slice name)
{
	for (size_t i = 0; i < conf_options_count; i++)
		if (slice_is(name, conf_options[i].name))
			return &conf_options[i];
	return NULL;
}
