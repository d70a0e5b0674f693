/* SPDX-License-Identifier: MIT */
#include "encvoyd/sshd.h"

#include "common/str.h"
#include "encvoyd/entry.h"
#include "encvoyd/ids.h"
#include "encvoyd/ledger.h"
#include "encvoyd/locals.h"
#include "encvoyd/names.h"
#include "encvoyd/served.h"

enum err sshd_admits(
    struct identities *ids, const struct conf *conf, const char *name, struct decision *d)
{
	AUTO_SERVICE struct service_conf sshd = {0};
	struct conf_error unused;
	enum err e = conf_service(conf, "sshd", NULL, 0, &sshd, &unused);

	*d = (struct decision){0};
	if (e == ERR_OK)
		e = identity_account(ids, conf, &sshd, name, 0, d);
	return e == ERR_LOGIN_TOO_OLD ? ERR_OK : e;
}

/* The row as the first sign-in would write it. */
static enum err plan_entry(
    struct identities *ids, const struct conf *conf, const char *name, struct entry *ret)
{
	char sub[SUB_MAX_LEN + 1];
	struct ledger_plan plan;
	struct entry known;
	enum err e = names_resolve(ids, conf, conf->service.user_name, name, sub);

	if (e != ERR_OK)
		return e;
	e = entry_get(ids->db, conf->issuer, sub, &known);
	if (e != ERR_NOT_FOUND)
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	e = ledger_plan(ids, conf, sub, &plan);
	if (e != ERR_OK)
		return e;
	/* an id that the ledger only gives at the sign-in may be another one's by then */
	if (plan.allocated)
		return ERR_NOT_FOUND;
	*ret = (struct entry){.uid = plan.uid};
	return str_copy(ret->sub, sizeof(ret->sub), sub) ? ERR_OK : ERR_NOT_FOUND;
}

enum err sshd_newcomer(
    struct identities *ids, const struct conf *conf, const char *name, struct msg_passwd *ret)
{
	struct decision d;
	struct entry entry;
	enum err e = ERR_NOT_FOUND;

	if (!template_is_sub_only(conf->service.user_name))
		return e;
	e = locals_refresh(ids->locals);
	if (e == ERR_OK)
		e = plan_entry(ids, conf, name, &entry);
	if (e == ERR_OK)
		e = sshd_admits(ids, conf, name, &d);
	if (e == ERR_OK)
		e = served_record(ids, conf, &entry, ret);
	return e == ERR_OK || is_fatal(e) ? e : ERR_NOT_FOUND;
}

enum err sshd_knows(struct identities *ids, const struct conf *conf, const char *name)
{
	struct msg_passwd unused;
	uint32_t uid;
	enum err e = identity_uid(ids, conf, name, &uid);

	if (e == ERR_NOT_FOUND)
		e = sshd_newcomer(ids, conf, name, &unused);
	return e == ERR_NOT_FOUND ? ERR_UNKNOWN_USER : e;
}
