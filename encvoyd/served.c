/* SPDX-License-Identifier: MIT */
#include "encvoyd/served.h"

#include "common/str.h"
#include "encvoyd/groupcheck.h"
#include "encvoyd/names.h"
#include "encvoyd/person.h"

#include <stdio.h>
#include <string.h>

static enum err expand(
    const char *tpl, const struct template_values *values, char *dst, size_t size)
{
	return template_expand(tpl, values, dst, size) == ERR_OK ? ERR_OK : ERR_CONFIG;
}

/* What the directory may choose for a person, each "" where it does not. */
struct chosen {
	struct person person;
	const char *login;
	const char *gecos;
	const char *home;
	const char *shell;
	bool refused; /* it chose something that is not allowed */
};

static bool in_list(const char *list, const char *path)
{
	struct slice rest = slice_of(list), one;

	while (slice_next(&rest, " ,", &one))
		if (slice_is(one, path))
			return true;
	return false;
}

/* Below one of the directories, and not that itself. */
static bool below_any(const char *list, const char *path)
{
	struct slice rest = slice_of(list), one;

	while (slice_next(&rest, " ,", &one)) {
		while (one.len > 1 && one.p[one.len - 1] == '/')
			one.len--;
		if (strlen(path) > one.len + 1 && memcmp(path, one.p, one.len) == 0 &&
		    path[one.len] == '/')
			return true;
	}
	return false;
}

/* Nothing of it counts where the field is not configured (SEC-20, SEC-21). */
static const char *choose(struct chosen *c, const char *field, const char *value, bool allowed)
{
	if (!*field || !*value)
		return "";
	if (allowed)
		return value;
	c->refused = true;
	return "";
}

static enum err ask_directory(
    struct identities *ids, const struct conf *conf, const struct entry *entry, struct chosen *c)
{
	const struct msg_person *p = &c->person.p;
	enum err e = ERR_NOT_FOUND;

	c->login = c->gecos = c->home = c->shell = "";
	c->refused = false;
	if (directory_counts(conf))
		e = person_get(ids->db, conf->issuer, entry->sub, &c->person);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	c->login = p->login;
	c->gecos = gecos_ok(p->gecos) ? p->gecos : "";
	c->home = choose(c, conf->home_field, p->home,
	    path_ok(p->home) && below_any(conf->allowed_homes, p->home));
	c->shell = choose(c, conf->shell_field, p->shell,
	    path_ok(p->shell) && in_list(conf->allowed_shells, p->shell));
	return ERR_OK;
}

/* A gecos template that asks for what is not known gives an empty one: it is only a comment. */
static bool fill_gecos(const struct conf *conf, const struct template_values *values,
    const struct entry *entry, const struct chosen *c, struct msg_passwd *ret)
{
	if (entry->gecos[0] || c->gecos[0])
		return str_copy(
		    ret->gecos, sizeof(ret->gecos), entry->gecos[0] ? entry->gecos : c->gecos);
	if (expand(conf->gecos, values, ret->gecos, sizeof(ret->gecos)) != ERR_OK)
		ret->gecos[0] = 0;
	return true;
}

static bool fill_home(const char *tpl, const struct template_values *values, const struct chosen *c,
    struct msg_passwd *ret)
{
	if (c->home[0])
		return str_copy(ret->home, sizeof(ret->home), c->home);
	return expand(tpl, values, ret->home, sizeof(ret->home)) == ERR_OK;
}

static enum err fill(struct identities *ids, const struct conf *conf, const struct entry *entry,
    struct msg_passwd *ret, bool *ret_refused)
{
	struct chosen c;
	char uid[16];
	struct template_values values = {.sub = entry->sub, .user = ret->name, .uid = uid};
	enum err e = ask_directory(ids, conf, entry, &c);

	if (e != ERR_OK)
		return e;
	snprintf(uid, sizeof(uid), "%u", entry->uid);
	values.login = c.login;
	if (!fill_gecos(conf, &values, entry, &c, ret) ||
	    !fill_home(conf->home, &values, &c, ret) ||
	    !str_copy(ret->shell, sizeof(ret->shell), c.shell[0] ? c.shell : conf->shell))
		return ERR_CONFIG;
	*ret_refused = c.refused;
	return ERR_OK;
}

enum err served_record_and_refused(struct identities *ids, const struct conf *conf,
    const struct entry *entry, struct msg_passwd *ret, bool *ret_refused)
{
	enum err e;

	ret->rec = (struct user_record){.gecos = ret->gecos, .home = ret->home};
	*ret_refused = false;
	e = names_of(ids, conf, conf->service.user_name, entry->sub, entry->bound_name, ret->name);
	if (e != ERR_OK)
		return e;
	ret->rec.name = ret->name;
	/* a local_user: his account is /etc/passwd's to serve */
	if (locals_has_name(ids->locals, ret->name))
		return ERR_LOCAL_USER;
	if (!id_ok(entry->uid) || locals_has_id(ids->locals, entry->uid))
		return ERR_ID_RANGE;
	ret->rec.uid = ret->rec.gid = entry->uid;
	e = fill(ids, conf, entry, ret, ret_refused);
	if (e != ERR_OK)
		return e;
	ret->rec.shell = ret->shell;
	return user_record_ok(&ret->rec) ? ERR_OK : ERR_CONFIG;
}

enum err served_record(struct identities *ids, const struct conf *conf, const struct entry *entry,
    struct msg_passwd *ret)
{
	bool unused;

	return served_record_and_refused(ids, conf, entry, ret, &unused);
}
