/* SPDX-License-Identifier: MIT */
#include "common/conf.h"

#include "common/conf_group.h"
#include "common/name.h"

#include <string.h>

#define SETTINGS_MAX 4096

const char *method_word(unsigned method)
{
	switch (method) {
	case METHOD_DEVICE:
		return "device";
	case METHOD_BROWSER:
		return "browser";
	case METHOD_TOKEN:
		return "token";
	case METHOD_PASSPHRASE:
		return "passphrase";
	default:
		return "none";
	}
}

enum err conf_fail(struct conf_error *e, const struct origin *from, struct slice key,
    const char *why, enum err code)
{
	struct buf text;

	*e = (struct conf_error){.line = from->line};
	if (!str_copy(e->file, sizeof(e->file), from->file))
		memcpy(e->file, "...", 4);
	buf_init_fixed(&text, e->text, sizeof(e->text) - 1);
	str_printable(&text, key.p, key.len, 40); /* at most four times as long */
	buf_text(&text, ": ");
	buf_text(&text, code == ERR_NOMEM ? "out of memory" : why ? why : "is not usable");
	return code;
}

static void *field_of(const struct option *o, struct conf *c, struct service_conf *s)
{
	return o->in_service ? (char *)s + o->offset : (char *)c + o->offset;
}

enum err conf_apply(const struct option *o, struct slice value, const struct origin *from,
    void *field, struct conf_error *e)
{
	char storage[200];
	struct buf why;
	enum err code;

	if (!slice_printable(value))
		return conf_fail(
		    e, from, slice_of(o->name), "holds a control character", ERR_CONFIG);
	buf_init_fixed(&why, storage, sizeof(storage));
	code = o->parse(o, value, from, field, &why);
	if (code != ERR_OK)
		return conf_fail(e, from, slice_of(o->name), buf_cstr(&why), code);
	return ERR_OK;
}

enum err conf_init(struct conf *c)
{
	static const struct origin built_in = {"built-in", 0};
	struct conf_error e;

	*c = (struct conf){0};
	for (size_t i = 0; i < conf_options_count; i++) {
		const struct option *o = &conf_options[i];
		enum err code;

		if (!o->fallback)
			continue;
		code = conf_apply(
		    o, slice_of(o->fallback), &built_in, field_of(o, c, &c->service), &e);
		if (code != ERR_OK)
			return code;
	}
	return ERR_OK;
}

static void setting_free(struct setting *s)
{
	free(s->section);
	free(s->key);
	free(s->value);
	free(s->file);
}

void conf_field_free(const struct option *o, void *field)
{
	if (o->kind == KIND_STRING) {
		free(*(char **)field);
		*(char **)field = NULL;
	} else if (o->kind == KIND_RULES) {
		rules_free(field);
	}
}

void conf_free(struct conf *c)
{
	if (!c)
		return;
	for (size_t i = 0; i < conf_options_count; i++)
		conf_field_free(&conf_options[i], field_of(&conf_options[i], c, &c->service));
	for (size_t i = 0; i < c->n_settings; i++)
		setting_free(&c->settings[i]);
	free(c->settings);
	for (size_t i = 0; i < c->n_groups; i++)
		conf_group_free(&c->groups[i]);
	free(c->groups);
	*c = (struct conf){0};
}

bool conf_split(struct slice line, struct slice *key, struct slice *value)
{
	const char *eq = memchr(line.p, '=', line.len);

	if (!eq) {
		*key = slice_trim(line);
		*value = slice_of("yes");
		return key->len > 0;
	}
	*key = slice_trim((struct slice){line.p, (size_t)(eq - line.p)});
	*value = slice_trim((struct slice){eq + 1, line.len - (size_t)(eq + 1 - line.p)});
	return key->len > 0;
}

enum err conf_lookup(struct slice key, unsigned scope, const struct origin *from,
    const struct option **ret, struct conf_error *e)
{
	const struct option *o = option_find(key);

	if (!o)
		return conf_fail(e, from, key, "unknown option", ERR_CONFIG);
	if (!(o->scope & scope))
		return conf_fail(e, from, key, "cannot be set here", ERR_CONFIG);
	*ret = o;
	return ERR_OK;
}

struct parser {
	struct conf *conf;
	struct origin from;
	char section[64]; /* of a service; "" elsewhere */
	bool in_group;
	struct conf_error *e;
};

/* What can be the name of a file in /etc/pam.d; it is shown to people. */
static bool section_name_ok(struct slice name)
{
	if (!name.len || name.p[0] == '.')
		return false;
	for (size_t i = 0; i < name.len; i++)
		if (name.p[i] <= ' ' || name.p[i] >= 0x7f || strchr("/\\\"'", name.p[i]))
			return false;
	return true;
}

/* The name in "[KIND NAME]"; false when the line is of another kind. */
static bool section_of(struct slice line, const char *kind, struct slice *ret_name)
{
	size_t n = strlen(kind) + 2; /* "[" and the blank */

	if (line.len <= n + 1 || memcmp(line.p + 1, kind, n - 2) != 0 || line.p[n - 1] != ' ' ||
	    line.p[line.len - 1] != ']')
		return false;
	*ret_name = slice_trim((struct slice){line.p + n, line.len - n - 1});
	return true;
}

static enum err enter_section(struct parser *p, struct slice line)
{
	struct slice name;

	p->in_group = section_of(line, "group", &name);
	p->section[0] = 0;
	if (p->in_group)
		return conf_group_begin(p->conf, name, &p->from, p->e);
	if (!section_of(line, "service", &name))
		return conf_fail(
		    p->e, &p->from, line, "must be [service NAME] or [group NAME]", ERR_CONFIG);
	if (name.len >= sizeof(p->section) || !section_name_ok(name))
		return conf_fail(p->e, &p->from, line, "not a PAM service name", ERR_CONFIG);
	memcpy(p->section, name.p, name.len);
	p->section[name.len] = 0;
	return ERR_OK;
}

static enum err keep_setting(struct parser *p, struct slice key, struct slice value)
{
	struct conf *c = p->conf;
	struct setting *v, *s;

	if (c->n_settings == SETTINGS_MAX)
		return conf_fail(p->e, &p->from, key, "too many settings", ERR_CONFIG);
	v = realloc(c->settings, (c->n_settings + 1) * sizeof(*v));
	if (!v)
		return conf_fail(p->e, &p->from, key, "", ERR_NOMEM);
	c->settings = v;
	s = &v[c->n_settings++];
	*s = (struct setting){.section = strdup(p->section),
	    .key = strndup(key.p, key.len),
	    .value = strndup(value.p, value.len),
	    .file = strdup(p->from.file),
	    .line = p->from.line};
	if (!s->section || !s->key || !s->value || !s->file)
		return conf_fail(p->e, &p->from, key, "", ERR_NOMEM);
	return ERR_OK;
}

static enum err parse_line(struct parser *p, struct slice line)
{
	const struct option *o = NULL;
	struct slice key, value;
	enum err code;

	if (line.p[0] == '[')
		return enter_section(p, line);
	if (!memchr(line.p, '=', line.len) || !conf_split(line, &key, &value))
		return conf_fail(
		    p->e, &p->from, slice_of("line"), "must be key = value", ERR_CONFIG);
	if (p->in_group)
		return conf_group_set(p->conf, key, value, &p->from, p->e);
	code = conf_lookup(key, p->section[0] ? SCOPE_SERVICE : SCOPE_GLOBAL, &p->from, &o, p->e);
	if (code != ERR_OK)
		return code;
	if (p->section[0])
		return keep_setting(p, key, value);
	p->conf->user_name_given |= slice_is(key, "user_name");
	p->conf->full_login_max_age_given |= slice_is(key, "full_login_max_age");
	return conf_apply(o, value, &p->from, field_of(o, p->conf, &p->conf->service), p->e);
}

enum err conf_parse(
    struct conf *c, const char *text, size_t len, const char *file, struct conf_error *e)
{
	struct parser p = {.conf = c, .from = {file, 0}, .e = e};

	if (memchr(text, 0, len) || !utf8_valid(text, len))
		return conf_fail(
		    e, &p.from, slice_of("file"), "is not plain UTF-8 text", ERR_CONFIG);
	while (len) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len;
		struct slice line = slice_trim((struct slice){text, n});
		enum err code = ERR_OK;

		p.from.line++;
		if (line.len && line.p[0] != '#')
			code = parse_line(&p, line);
		if (code != ERR_OK)
			return code;
		n += nl != NULL;
		text += n;
		len -= n;
	}
	return ERR_OK;
}

/* A directory says who is called what, and who is blocked; without one only the sub can be trusted
 * to, and only the last sign-in shows that somebody is not blocked. */
static enum err defaults_by_directory(struct conf *c)
{
	char *by_login;

	if (strcmp(c->directory, "login") == 0)
		return ERR_OK;
	if (!c->full_login_max_age_given)
		c->service.full_login_max_age = 0;
	if (c->user_name_given)
		return ERR_OK;
	by_login = strdup("%{login}");
	if (!by_login)
		return ERR_NOMEM;
	free(c->service.user_name);
	c->service.user_name = by_login;
	return ERR_OK;
}

enum err conf_finish(struct conf *c, struct conf_error *e)
{
	struct origin from = {"encvoy.conf", 0};
	enum err code;

	if (!c->issuer)
		return conf_fail(e, &from, slice_of("issuer"), "is missing", ERR_CONFIG);
	code = defaults_by_directory(c);
	if (code != ERR_OK)
		return conf_fail(e, &from, slice_of("user_name"), "", code);
	code = conf_check_directory(c, e);
	if (code == ERR_OK)
		code = conf_group_check(c, e);
	if (code == ERR_OK)
		code = conf_check_service(c, &c->service, from.file, e);
	for (size_t i = 0; i < c->n_settings && code == ERR_OK; i++) {
		AUTO_SERVICE struct service_conf s = {0};

		code = conf_service(c, c->settings[i].section, NULL, 0, &s, e);
	}
	return code;
}

void conf_describe(struct buf *out)
{
	for (size_t i = 0; i < conf_options_count; i++) {
		const struct option *o = &conf_options[i];

		buf_printf(out, "%s\t%s%s%s\t%s\n", o->name, o->scope & SCOPE_GLOBAL ? "g" : "",
		    o->scope & SCOPE_SERVICE ? "s" : "", o->scope & SCOPE_PAM ? "p" : "",
		    o->fallback ? o->fallback : "");
	}
}
