/* SPDX-License-Identifier: MIT */
#include "encvoyd/passlogin.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "sys/clock.h"

#include <stdlib.h>
#include <string.h>

static struct server *server_of(const struct pass *p)
{
	return p->login->conn->server;
}

static bool same_person(const struct pass *a, const struct pass *b)
{
	return strcmp(a->record.sub, b->record.sub) == 0;
}

static bool others_turn(const struct pass *p)
{
	const struct login *l;

	LIST_FOREACH(l, &server_of(p)->logins, link)
	if (l->pass && l->pass != p && l->pass->turn && same_person(l->pass, p))
		return true;
	return false;
}

static void give_turn(struct pass *p)
{
	struct server *s = server_of(p);
	struct login *l;

	if (!p->turn)
		return;
	p->turn = false;
	LIST_FOREACH(l, &s->logins, link)
	if (l->pass && l->pass != p && l->pass->stage == PASS_WAITING && same_person(l->pass, p))
		loop_arm(&s->loop, &l->pass->delay, clock_mono_ms());
}

void pass_end(struct login *l)
{
	struct pass *p = l->pass;

	if (!p)
		return;
	give_turn(p);
	loop_disarm(&p->delay);
	passpool_cancel(&server_of(p)->passpool, &p->job);
	passmsg_free(&p->job.m);
	secret_free(p->typed);
	secret_free(p->key);
	secret_free(p->fresh);
	explicit_bzero(p, sizeof(*p));
	free(p);
	l->pass = NULL;
}

const char *pass_text(const struct login *l, const char *id)
{
	return catalog_text(catalogs_find(&l->conn->server->catalogs, l->q.m.lang), id);
}

void pass_ask(struct login *l, const char *id)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, PROTO_MAX);
	proto_put_ask(&b, ASK_PASSPHRASE, false, pass_text(l, id));
	l->conn->state = CONN_ASKED;
	conn_send(l->conn, &b);
}

void pass_about(const struct conf *conf, struct pass *p)
{
	struct buf b;

	buf_init_fixed(&b, p->job.m.about, sizeof(p->job.m.about));
	buf_printf(&b, "%s %s", conf->issuer, p->record.sub);
	if (!buf_cstr(&b))
		p->job.m.about[0] = 0; /* nothing opens then */
}

static void to_online(struct pass *p)
{
	enum err e = online_start(p->login);

	if (e != ERR_OK)
		login_decide(p->login, e, 0, NULL, NULL);
}

/* What a passphrase cannot do any more a full login does, here and now where there is a person, and
 * then the passphrase is good again. */
void pass_full_login(struct pass *p)
{
	struct login *l = p->login;

	give_turn(p);
	if (!(l->q.m.flags & LOGIN_INTERACTIVE)) {
		login_decide(l, ERR_LOGIN_TOO_OLD, METHOD_PASSPHRASE, NULL,
		    pass_text(
			l, N_("The passphrase needs a full sign-in first: encvoyctl passphrase")));
		return;
	}
	p->stage = PASS_FULL;
	to_online(p);
}

static bool too_old(const struct pass *p)
{
	int64_t age = clock_unix() - p->record.full_login;

	return age < 0 || (uint64_t)age > server_of(p)->conf->passphrase_max_age;
}

static void refresh(struct pass *p)
{
	struct login *l = p->login;
	struct msg_login m = {.flags = LOGIN_REFRESH | LOGIN_HAS_ANSWER, .answer = p->job.m.token};
	enum err e;

	(void)str_copy(m.user, sizeof(m.user), l->q.m.user);
	(void)str_copy(m.rhost, sizeof(m.rhost), l->q.m.rhost);
	/* whose client got the token */
	(void)str_copy(m.service, sizeof(m.service), p->record.service);
	p->stage = PASS_REFRESHING;
	e = online_start_job(l, &m);
	passmsg_free(&p->job.m);
	if (e != ERR_OK)
		login_decide(l, e, 0, NULL, NULL);
}

static void on_opened(struct pool_job *j)
{
	struct pass *p = j->owner;

	if (j->m.err != ERR_OK) {
		/* what is stored and does not open is no fault of the person's */
		enum err e = j->m.err == ERR_BAD_KEY ? ERR_INTERNAL : j->m.err;

		login_decide(p->login, e, METHOD_PASSPHRASE, NULL, NULL);
		return;
	}
	p->key = TAKE_PTR(j->m.key);
	if (p->record.refused || too_old(p))
		pass_full_login(p);
	else
		refresh(p);
}

static enum err submit(struct pass *p)
{
	struct pass_msg *m = &p->job.m;

	pass_about(server_of(p)->conf, p);
	m->op = PASS_OPEN;
	memcpy(m->setting, p->record.setting, sizeof(m->setting));
	memcpy(m->check, p->record.check, sizeof(m->check));
	memcpy(m->sealed, p->record.sealed, p->record.sealed_len);
	m->sealed_len = p->record.sealed_len;
	m->passphrase = TAKE_PTR(p->typed);
	p->stage = PASS_CHECKING;
	p->job.done = on_opened;
	p->job.owner = p;
	return passpool_submit(&server_of(p)->passpool, &p->job);
}

/* The record is read when its turn has come: the login before may have changed it. */
static void check(struct pass *p)
{
	struct server *s = server_of(p);
	struct login *l = p->login;
	char sub[SUB_MAX_LEN + 1];
	enum err e;

	p->stage = PASS_WAITING;
	if (!p->turn && others_turn(p))
		return;
	p->turn = true;
	if (!p->slowed &&
	    throttle_slow(&s->throttle, l->q.m.user, l->q.m.service, clock_mono_ms())) {
		p->slowed = true;
		loop_arm(&s->loop, &p->delay, clock_mono_ms() + s->limits.delay_ms);
		return;
	}
	(void)str_copy(sub, sizeof(sub), p->record.sub);
	e = passstore_get(s->ids, s->conf, sub, &p->record);
	if (e == ERR_OK)
		e = submit(p);
	if (e != ERR_OK)
		login_decide(
		    l, e == ERR_NOT_FOUND ? ERR_BAD_PASSPHRASE : e, METHOD_PASSPHRASE, NULL, NULL);
}

static void on_delay(struct timer *t)
{
	check(t->owner);
}

static enum err create(struct login *l, struct pass **ret)
{
	struct pass *p = calloc(1, sizeof(*p));

	if (!p)
		return ERR_NOMEM;
	p->login = l;
	p->delay = (struct timer){.fire = on_delay, .owner = p};
	l->pass = p;
	*ret = p;
	return ERR_OK;
}

static enum err begin_setting(struct login *l)
{
	struct pass *p = NULL;
	enum err e;

	/* a public client's token would be turned over at each use */
	if (!l->conn->server->conf->passphrase || !(l->q.m.flags & LOGIN_INTERACTIVE) ||
	    !l->q.service.client_secret_file)
		return ERR_NO_METHOD;
	e = create(l, &p);
	if (e == ERR_OK) {
		p->setting = true;
		p->stage = PASS_FULL;
	}
	return e;
}

/* A token goes where tokens go. */
static bool answer_is_token(const struct login *l)
{
	return service_has_method(&l->q.service, METHOD_TOKEN) &&
	       str_like_token(secret_str(l->q.m.answer));
}

enum err pass_begin(struct login *l, bool *ret_taken)
{
	struct server *s = l->conn->server;
	struct expectation who;
	struct pass_record record;
	struct pass *p = NULL;
	enum err e;

	if (l->q.m.flags & LOGIN_SET_PASSPHRASE)
		return begin_setting(l);
	if (!s->conf->passphrase || !service_has_method(&l->q.service, METHOD_PASSPHRASE) ||
	    answer_is_token(l))
		return ERR_OK;
	e = identity_expect(s->ids, s->conf, &l->q.service, l->q.m.user, &who);
	if (e == ERR_OK)
		e = passstore_get(s->ids, s->conf, who.sub, &record);
	if (e == ERR_OK)
		e = create(l, &p);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	p->record = record;
	*ret_taken = true;
	if (l->q.m.flags & LOGIN_HAS_ANSWER) {
		p->typed = TAKE_PTR(l->q.m.answer);
		check(p);
	} else if (l->q.m.flags & LOGIN_INTERACTIVE) {
		p->stage = PASS_ASKED;
		pass_ask(l, N_("Passphrase (Enter for another way): "));
	} else {
		login_decide(l, ERR_NO_ANSWER, METHOD_PASSPHRASE, NULL, NULL);
	}
	return ERR_OK;
}

uint32_t pass_flags(const struct login *l)
{
	return l->pass ? LOGIN_OFFLINE : 0;
}

/* An empty line, or a token in place of the passphrase. */
static void other_way(struct login *l, struct secret **answer)
{
	enum err e;

	pass_end(l);
	if (secret_len(*answer)) {
		l->q.m.answer = TAKE_PTR(*answer);
		l->q.m.flags |= LOGIN_HAS_ANSWER;
	}
	e = online_start(l);
	if (e != ERR_OK)
		login_decide(l, e, 0, NULL, NULL);
}

bool pass_answer(struct login *l, struct secret **answer)
{
	struct pass *p = l->pass;

	if (!p || (p->stage != PASS_ASKED && p->stage != PASS_NEW && p->stage != PASS_AGAIN))
		return false;
	if (p->stage != PASS_ASKED) {
		passset_answer(p, answer);
	} else if (!secret_len(*answer) || (service_has_method(&l->q.service, METHOD_TOKEN) &&
					       str_like_token(secret_str(*answer)))) {
		other_way(l, answer);
	} else {
		p->typed = TAKE_PTR(*answer);
		check(p);
	}
	return true;
}
