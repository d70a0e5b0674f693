/* SPDX-License-Identifier: MIT */
#include "encvoyd/served.h"

#include "common/str.h"
#include "encvoyd/names.h"

#include <stdio.h>

static enum err expand(
    const char *tpl, const struct template_values *values, char *dst, size_t size)
{
	return template_expand(tpl, values, dst, size) == ERR_OK ? ERR_OK : ERR_CONFIG;
}

/* A gecos template that asks for what is not known gives an empty one: it is only a comment. */
static bool fill_gecos(const char *tpl, const struct template_values *values,
    const struct entry *entry, struct msg_passwd *ret)
{
	if (entry->gecos[0])
		return str_copy(ret->gecos, sizeof(ret->gecos), entry->gecos);
	if (expand(tpl, values, ret->gecos, sizeof(ret->gecos)) != ERR_OK)
		ret->gecos[0] = 0;
	return true;
}

enum err served_record(struct identities *ids, const struct conf *conf, const struct entry *entry,
    struct msg_passwd *ret)
{
	char uid[16];
	const struct template_values values = {.sub = entry->sub, .user = ret->name, .uid = uid};
	enum err e;

	ret->rec = (struct user_record){.gecos = ret->gecos, .home = ret->home};
	e = names_of(ids, conf, conf->service.user_name, entry->sub, entry->bound_name, ret->name);
	if (e != ERR_OK)
		return e;
	ret->rec.name = ret->name;
	if (!id_ok(entry->uid) || locals_has_id(ids->locals, entry->uid))
		return ERR_ID_RANGE;
	ret->rec.uid = ret->rec.gid = entry->uid;
	snprintf(uid, sizeof(uid), "%u", entry->uid);
	if (!fill_gecos(conf->gecos, &values, entry, ret) ||
	    expand(conf->home, &values, ret->home, sizeof(ret->home)) != ERR_OK ||
	    !str_copy(ret->shell, sizeof(ret->shell), conf->shell))
		return ERR_CONFIG;
	ret->rec.shell = ret->shell;
	return user_record_ok(&ret->rec) ? ERR_OK : ERR_CONFIG;
}
