/* SPDX-License-Identifier: MIT */
#include "common/conf_table.h"

#include "common/name.h"
#include "common/num.h"
#include "common/record.h"

#include <string.h>

static enum err store_string(struct slice value, char **field)
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
	return store_string(value, field);
}

static enum err parse_path(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	(void)o, (void)from;
	if (value.len < 2 || value.p[0] != '/') {
		buf_text(why, "must be an absolute path");
		return ERR_CONFIG;
	}
	return store_string(value, field);
}

/* https://host[:port][/path] in plain ASCII; with o->max set, nothing behind the origin. */
static bool url_ok(struct slice value, bool origin_only)
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
	if (!url_ok(value, o->max == 1)) {
		buf_text(why, o->max == 1 ? "must be https://HOST[:PORT] without a path"
					  : "must be an https address");
		return ERR_CONFIG;
	}
	return store_string(value, field);
}

static enum err parse_origins(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	struct slice rest = value, one;

	(void)o, (void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (!url_ok(one, true)) {
			buf_text(why, "must be a list of https://HOST[:PORT]");
			return ERR_CONFIG;
		}
	}
	return store_string(value, field);
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
		if (url_ok(value, false) || ((str_starts(copy, "http://127.0.0.1/") ||
						 str_starts(copy, "http://localhost/")) &&
						!strpbrk(copy, " \t\"<>#")))
			return store_string(value, field);
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
	return store_string(value, field);
}

static enum err parse_directory(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	(void)o, (void)from;
	if (!slice_is(value, "login")) {
		buf_text(why, "must be login");
		return ERR_CONFIG;
	}
	return store_string(value, field);
}

static unsigned method_of(struct slice word)
{
	for (unsigned m = METHOD_DEVICE; m <= METHOD_TOKEN; m <<= 1)
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
			buf_text(why, "must be a list of device, browser and token, each once");
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

static enum err rule_of(struct slice word, struct rule *ret, struct buf *why)
{
	struct slice value = word;

	if (slice_is(word, "everyone")) {
		ret->kind = RULE_EVERYONE;
		return ERR_OK;
	}
	if (word.len > 4 && memcmp(word.p, "sub:", 4) == 0) {
		ret->kind = RULE_SUB;
		value = (struct slice){word.p + 4, word.len - 4};
		if (!sub_ok(value.p, value.len))
			value.len = 0;
	} else if (word.len > 5 && memcmp(word.p, "user:", 5) == 0) {
		ret->kind = RULE_USER;
		value = (struct slice){word.p + 5, word.len - 5};
		if (!name_ok(value.p, value.len))
			value.len = 0;
	} else if (word.len > 5 && memcmp(word.p, "role:", 5) == 0) {
		buf_text(why, "a role: rule needs a directory that knows roles");
		return ERR_CONFIG;
	} else {
		value.len = 0;
	}
	if (!value.len) {
		buf_text(why, "must be a list of sub:SUB, user:NAME or the word everyone");
		return ERR_CONFIG;
	}
	ret->value = strndup(value.p, value.len);
	return ret->value ? ERR_OK : ERR_NOMEM;
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

/* Several allow lines of one file level add up; a section or an argument starts anew (conf.c
 * clears before it applies one). */
static enum err parse_rules(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	struct slice one;

	(void)o;
	while (slice_next(&value, " ,", &one)) {
		struct rule rule = {0};
		enum err e = rule_of(one, &rule, why);

		if (e == ERR_OK)
			e = rules_add(field, &rule, from);
		if (e != ERR_OK) {
			free(rule.value);
			free(rule.file);
			return e;
		}
	}
	return ERR_OK;
}

static enum err parse_names(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct buf *why)
{
	struct slice rest = value, one;

	(void)o, (void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (!name_ok(one.p, one.len)) {
			buf_text(why, "must be a list of user names");
			return ERR_CONFIG;
		}
	}
	return store_string(value, field);
}

static bool client_pair_ok(struct slice one)
{
	const char *colon = memchr(one.p, ':', one.len);
	size_t before = colon ? (size_t)(colon - one.p) : 0;

	return before && name_ok(one.p, before) && one.len - before > 1 &&
	       one.len - before - 1 <= 63;
}

static enum err parse_login_clients(const struct option *o, struct slice value,
    const struct origin *from, void *field, struct buf *why)
{
	struct slice rest = value, one;

	(void)o, (void)from;
	while (slice_next(&rest, " ,", &one)) {
		if (!client_pair_ok(one)) {
			buf_text(why, "must be a list of LOCALUSER:SERVICE");
			return ERR_CONFIG;
		}
	}
	return store_string(value, field);
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
    {"user_name", KIND_STRING, parse_template, S(user_name), "encvoy-%{sub}", 0,
	TEMPLATE_SUB | TEMPLATE_LOGIN},
    {"home", KIND_STRING, parse_template, G(home), "/home/%{user}", 0,
	TEMPLATE_USER | TEMPLATE_SUB | TEMPLATE_UID},
    {"shell", KIND_STRING, parse_path, G(shell), "/bin/bash", 0, 0},
    {"gecos", KIND_STRING, parse_template, G(gecos), "", 0,
	TEMPLATE_USER | TEMPLATE_SUB | TEMPLATE_LOGIN},
    {"uid_base", KIND_NUMBER, parse_number, G(uid_base), "1879048192", ID_FLOOR,
	ID_CEILING - ID_SUB_SPAN},
    {"require_numeric_sub", KIND_BOOL, parse_bool, G(require_numeric_sub), "yes", 0, 0},
    {"reserved_names", KIND_STRING, parse_names, G(reserved_names), "", 0, 0},
    {"login_clients", KIND_STRING, parse_login_clients, G(login_clients), "", 0, 0},
    {"token_reuse", KIND_BOOL, parse_bool, S(token_reuse), "no", 0, 0},
    {"token_max_age", KIND_NUMBER, parse_duration, S(token_max_age), "300", 10, DAY},
    {"login_timeout", KIND_NUMBER, parse_duration, S(login_timeout), "110", 10, 3600},
    {"auth_max_age", KIND_NUMBER, parse_duration, S(auth_max_age), "43200", 60, 30 * DAY},
    {"full_login_max_age", KIND_NUMBER, parse_duration, S(full_login_max_age), "7d", 60,
	3650 * DAY},
    {"ca_file", KIND_STRING, parse_path, G(ca_file), NULL, 0, 0},
    {"proxy", KIND_STRING, parse_string, G(proxy), NULL, 0, 0},
    {"host_name", KIND_STRING, parse_string, G(host_name), NULL, 0, 0},
    {"algorithms", KIND_STRING, parse_string, G(algorithms), "RS256", 0, 0},
    {"allowed_origins", KIND_STRING, parse_origins, G(allowed_origins), "", 0, 0},
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
