/* SPDX-License-Identifier: MIT */
/* The account phase: decided from the database and the rules, at once. */
#include "common/str.h"
#include "encvoyd/login.h"
#include "encvoyd/refusal.h"
#include "encvoyd/request.h"
#include "sys/clock.h"

static enum err decide(struct conn *c, struct request *q, struct decision *d)
{
	struct server *s = c->server;
	enum err e = request_authorise(c, q);

	if (e != ERR_OK)
		return e;
	e = identity_account(s->ids, s->conf, &q->service, q->m.user, clock_unix(), d);
	refusal_language(s->ids, s->conf, d->sub, &s->catalogs, q->m.lang);
	return e;
}

void account_handle(struct conn *c, struct reader *r)
{
	AUTO_REQUEST struct request q = {0};
	struct decision d = {0};
	struct msg_result m;
	enum err e = request_read(r, &q);

	if (e != ERR_OK) {
		conn_close(c);
		return;
	}
	login_make_id(q.login_id);
	e = decide(c, &q, &d);
	c->server->count.accounts++;
	request_log("account", c, &q, 0, e, &d);
	result_fill(&m, e, refusal_text(e, &c->server->catalogs, q.m.lang));
	(void)str_copy(m.login_id, sizeof(m.login_id), q.login_id);
	if (e == ERR_OK)
		(void)str_copy(m.user, sizeof(m.user), q.m.user);
	conn_finish(c, &m);
}
