/* SPDX-License-Identifier: MIT */
/* A new passphrase, after the full login that it stands behind. */
#include "encvoyd/passlogin.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "sys/clock.h"

#include <string.h>

#define ATTEMPTS 3

static void show(struct login *l, const char *id)
{
	AUTO_BUF struct buf b = {0};
	const char *text = pass_text(l, id);

	if (!text_printable(text))
		return;
	buf_init(&b, PROTO_MAX);
	proto_put_show(&b, text, "");
	conn_send(l->conn, &b);
}

static void ask_new(struct pass *p)
{
	struct login *l = p->login;

	p->stage = PASS_NEW;
	loop_arm(&l->conn->server->loop, &l->timer,
	    clock_mono_ms() + (int64_t)l->q.service.login_timeout * 1000);
	pass_ask(l, N_("New passphrase: "));
}

void passset_begin(struct pass *p)
{
	struct login *l = p->login;
	struct decision *d = &p->decision;
	enum err e = login_identify(l, &p->who, d);

	if (e != ERR_OK) {
		login_decide(l, e, p->who.method, d, NULL);
	} else if (!p->fresh) {
		login_decide(l, ERR_BAD_CLIENT, p->who.method, d,
		    pass_text(l, N_("Encvoy ID gave this host no refresh token, which a passphrase "
				    "needs.")));
	} else {
		(void)str_copy(p->record.sub, sizeof(p->record.sub), d->sub);
		show(l, N_("The passphrase will be good on this host only. Do not use your "
			   "password at Encvoy ID."));
		ask_new(p);
	}
}

/* Once more, as long as there are attempts left. */
static void again(struct pass *p, const char *why)
{
	if (++p->attempts >= ATTEMPTS) {
		login_decide(
		    p->login, ERR_BAD_PASSPHRASE, 0, &p->decision, pass_text(p->login, why));
		return;
	}
	show(p->login, why);
	ask_new(p);
}

static void store(struct pass *p)
{
	struct login *l = p->login;
	struct server *s = l->conn->server;
	const struct pass_msg *m = &p->job.m;
	struct pass_record *r = &p->record;
	enum err e;

	(void)str_copy(r->setting, sizeof(r->setting), m->setting);
	(void)str_copy(r->service, sizeof(r->service), l->q.m.service);
	memcpy(r->check, m->check, sizeof(r->check));
	memcpy(r->sealed, m->sealed, m->sealed_len);
	r->sealed_len = m->sealed_len;
	e = passstore_put(s->ids, s->conf, r, clock_unix());
	login_decide(l, e == ERR_NOT_FOUND ? ERR_BLOCKED : e, p->who.method, &p->decision, NULL);
}

static void fail(struct pass *p, const struct pass_msg *m)
{
	if (m->err == ERR_CONFIG)
		log_line(LOG_ERR, "passphrases cannot be judged: %s", m->text);
	login_decide(p->login, m->err, 0, &p->decision, NULL);
}

static void on_made(struct pool_job *j)
{
	struct pass *p = j->owner;

	if (j->m.err == ERR_OK)
		store(p);
	else if (j->m.err == ERR_BAD_PASSPHRASE)
		again(p, j->m.text);
	else
		fail(p, &j->m);
}

static void make(struct pass *p)
{
	struct login *l = p->login;
	struct server *s = l->conn->server;
	struct pass_msg *m = &p->job.m;
	enum err e = ERR_OK;

	passmsg_free(m);
	pass_about(s->conf, p);
	m->op = PASS_MAKE;
	m->cost = (unsigned)s->conf->passphrase_cost;
	(void)str_copy(m->user, sizeof(m->user), l->q.m.user);
	m->passphrase = TAKE_PTR(p->typed);
	/* kept for another attempt */
	m->token = secret_new(secret_str(p->fresh), secret_len(p->fresh));
	p->stage = PASS_MAKING;
	p->job.done = on_made;
	p->job.owner = p;
	e = m->token ? passpool_submit(&s->passpool, &p->job) : ERR_NOMEM;
	if (e != ERR_OK)
		login_decide(l, e, 0, &p->decision, NULL);
}

void passset_answer(struct pass *p, struct secret **answer)
{
	const struct secret *a = *answer;

	if (!secret_len(a)) {
		login_decide(p->login, ERR_NO_ANSWER, 0, &p->decision, NULL);
	} else if (p->stage == PASS_NEW) {
		secret_free(p->typed);
		p->typed = TAKE_PTR(*answer);
		p->stage = PASS_AGAIN;
		pass_ask(p->login, N_("Again: "));
	} else if (!secret_equal(
		       secret_str(a), secret_len(a), secret_str(p->typed), secret_len(p->typed))) {
		again(p, N_("The two are not the same."));
	} else {
		make(p);
	}
}
