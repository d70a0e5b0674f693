/* SPDX-License-Identifier: MIT */
/* What encvoyd-online says in a login that a passphrase is part of. */
#include "encvoyd/passlogin.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/reuse.h"
#include "sys/clock.h"

#include <string.h>

bool pass_fits(const struct login *l, const struct msg_identity *who)
{
	const struct pass *p = l->pass;
	bool refreshed = p && p->stage == PASS_REFRESHING;

	if (refreshed != (who->method == METHOD_PASSPHRASE))
		return false;
	return !refreshed || (!who->full && strcmp(who->sub, p->record.sub) == 0);
}

static void go_on(struct pass *p)
{
	if (p->setting)
		passset_begin(p);
	else
		reuse_identity(p->login, &p->who);
}

/* Only what is on the disk is trusted: a crash before this leaves the old token, which the provider
 * may not take any more, and then a full login is needed. */
static void on_sealed(struct pool_job *j)
{
	struct pass *p = j->owner;
	struct login *l = p->login;
	struct server *s = l->conn->server;
	enum err e = j->m.err;

	if (e == ERR_OK) {
		if (p->stage == PASS_FULL)
			(void)str_copy(
			    p->record.service, sizeof(p->record.service), l->q.m.service);
		e = passstore_renew(s->ids, s->conf, &p->record, j->m.sealed, j->m.sealed_len);
	}
	if (e != ERR_OK) {
		login_decide(
		    l, e == ERR_NOT_FOUND ? ERR_BAD_PASSPHRASE : e, METHOD_PASSPHRASE, NULL, NULL);
		return;
	}
	p->sealing = false;
	if (p->held)
		go_on(p);
}

static enum err seal(struct pass *p)
{
	struct server *s = p->login->conn->server;
	struct pass_msg *m = &p->job.m;

	passmsg_free(m);
	pass_about(s->conf, p);
	m->op = PASS_SEAL;
	m->token = TAKE_PTR(p->fresh);
	m->key = secret_new(secret_str(p->key), secret_len(p->key));
	p->job.done = on_sealed;
	p->job.owner = p;
	p->sealing = true;
	return m->key ? passpool_submit(&s->passpool, &p->job) : ERR_NOMEM;
}

enum err pass_renewed(struct login *l, struct secret **token)
{
	struct pass *p = l->pass;
	enum err e = ERR_OK;

	if (!p || (p->stage != PASS_REFRESHING && p->stage != PASS_FULL) || p->fresh || p->sealing)
		return ERR_PROTOCOL;
	p->fresh = TAKE_PTR(*token);
	if (!p->setting)
		e = seal(p);
	if (e != ERR_OK)
		login_decide(l, e, METHOD_PASSPHRASE, NULL, NULL);
	return ERR_OK;
}

bool pass_identity(struct login *l, const struct msg_identity *who)
{
	struct pass *p = l->pass;

	if (!p)
		return false;
	chan_close(&l->online);
	p->who = *who;
	if (p->sealing)
		p->held = true;
	else
		go_on(p);
	return true;
}

/* The provider cannot be asked, and may be done without for a while. */
static void vouch(struct pass *p)
{
	struct login *l = p->login;
	const struct conf *conf = l->conn->server->conf;

	log_line(LOG_NOTICE, "login %s: Encvoy ID cannot be reached, the passphrase counts alone",
	    l->q.login_id);
	p->who = (struct msg_identity){.method = METHOD_PASSPHRASE};
	if (!str_copy(p->who.issuer, sizeof(p->who.issuer), conf->issuer) ||
	    !str_copy(p->who.sub, sizeof(p->who.sub), p->record.sub))
		login_decide(l, ERR_INTERNAL, METHOD_PASSPHRASE, NULL, NULL);
	else
		reuse_identity(l, &p->who);
}

bool pass_refusal(struct login *l, enum err code)
{
	struct pass *p = l->pass;
	struct server *s = l->conn->server;
	enum err e;

	if (!p || p->stage != PASS_REFRESHING || p->sealing)
		return false;
	if (code != ERR_PROVIDER_UNREACHABLE && code != ERR_BAD_CODE)
		return false;
	chan_close(&l->online);
	if (code == ERR_PROVIDER_UNREACHABLE) {
		vouch(p);
		return true;
	}
	e = passstore_refused(s->ids, s->conf, &p->record);
	if (e != ERR_OK)
		login_decide(l, e, METHOD_PASSPHRASE, NULL, NULL);
	else
		pass_full_login(p);
	return true;
}
