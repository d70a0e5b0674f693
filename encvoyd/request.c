/* SPDX-License-Identifier: MIT */
#include "encvoyd/request.h"

#include "common/str.h"
#include "encvoyd/log.h"

#include <string.h>

#define KNOWN_FLAGS \
	(LOGIN_INTERACTIVE | LOGIN_HAS_ANSWER | LOGIN_SSHD | LOGIN_SILENT | LOGIN_SET_PASSPHRASE)
#define CLIENT_FLAGS (LOGIN_INTERACTIVE | LOGIN_HAS_ANSWER | LOGIN_SILENT)

void request_free(struct request *q)
{
	msg_login_free(&q->m);
	service_conf_free(&q->service);
}

enum err request_read(struct reader *r, struct request *q)
{
	enum err e = proto_get_login(r, &q->m);

	q->m.flags &= KNOWN_FLAGS;
	return e;
}

static bool is_self(const struct conn *c, const char *user)
{
	uint32_t uid = 0;

	return identity_uid(c->server->ids, c->server->conf, user, &uid) == ERR_OK &&
	       uid == c->peer.uid;
}

static void drop_args(struct msg_login *m)
{
	for (size_t i = 0; i < m->n_args; i++)
		free(m->args[i]);
	m->n_args = 0;
}

/* What a login client can use of what its service was given. */
static enum err client_methods(const struct conf *conf, const char *service, char **ret)
{
	AUTO_SERVICE struct service_conf s = {0};
	struct conf_error ce;
	enum err e = conf_service(conf, service, NULL, 0, &s, &ce);
	bool token, passphrase;

	if (e != ERR_OK)
		return e;
	token = service_has_method(&s, METHOD_TOKEN);
	passphrase = conf->passphrase && service_has_method(&s, METHOD_PASSPHRASE);
	if (!token && !passphrase)
		return ERR_NO_METHOD;
	*ret = strdup(!passphrase ? "methods=token"
		      : token     ? "methods=token,passphrase"
				  : "methods=passphrase");
	return *ret ? ERR_OK : ERR_NOMEM;
}

/* The server's words instead of the client's. The argument tells the online side. */
static enum err confine_client(const struct conf *conf, struct msg_login *m, const char *service)
{
	enum err e;

	drop_args(m);
	m->rhost[0] = 0;
	m->flags &= CLIENT_FLAGS;
	if (!str_copy(m->service, sizeof(m->service), service))
		return ERR_INTERNAL;
	e = client_methods(conf, service, &m->args[0]);
	if (e == ERR_OK)
		m->n_args = 1;
	return e;
}

static enum err find_access(struct conn *c, struct request *q)
{
	const char *service;

	if (c->peer.uid == 0) {
		q->access = ACCESS_ROOT;
		return ERR_OK;
	}
	if (is_self(c, q->m.user)) {
		q->access = ACCESS_SELF;
		drop_args(&q->m);
		return ERR_OK;
	}
	service = clients_service(&c->server->clients, c->peer.uid);
	if (!service)
		return ERR_PERMISSION;
	q->access = ACCESS_CLIENT;
	return confine_client(c->server->conf, &q->m, service);
}

/* What can be the name of a file in /etc/pam.d; it is shown to people. */
static bool service_name_ok(const char *s)
{
	if (!*s || *s == '.')
		return false;
	for (; *s; s++)
		if (*s <= ' ' || *s >= 0x7f || strchr("/\\\"'", *s))
			return false;
	return true;
}

static void log_conf_error(const struct request *q, const struct conf_error *e)
{
	AUTO_BUF struct buf line = {0};

	log_begin(&line, "refused settings");
	log_kv(&line, "service", q->m.service);
	log_kv(&line, "file", e->file);
	log_kv_number(&line, "line", e->line);
	log_kv(&line, "error", e->text);
	log_event_buf(EVENT_CONF_REFUSED, LOG_ERR, &line);
}

enum err request_authorise(struct conn *c, struct request *q)
{
	const struct conf *conf = c->server->conf;
	struct conf_error ce;
	enum err e = find_access(c, q);

	if (e != ERR_OK)
		return e;
	if (!service_name_ok(q->m.service))
		return ERR_PROTOCOL;
	e = conf_service(
	    conf, q->m.service, (const char *const *)q->m.args, q->m.n_args, &q->service, &ce);
	if (e == ERR_CONFIG)
		log_conf_error(q, &ce);
	return e;
}

static const char *access_word(enum access a)
{
	static const char *const words[] = {
	    [ACCESS_NONE] = "none",
	    [ACCESS_ROOT] = "root",
	    [ACCESS_SELF] = "self",
	    [ACCESS_CLIENT] = "client",
	};

	return words[a];
}

static const char *or_null(const char *s)
{
	return *s ? s : NULL;
}

static int priority_of(enum err outcome)
{
	if (outcome == ERR_OK || outcome == ERR_UNKNOWN_USER)
		return LOG_INFO;
	return outcome == ERR_INTERNAL ? LOG_ERR : LOG_NOTICE;
}

static enum log_event event_of(const char *what, enum err outcome)
{
	if (*what == 'a') /* "account" */
		return outcome == ERR_OK ? EVENT_ACCOUNT_GRANTED : EVENT_ACCOUNT_REFUSED;
	return outcome == ERR_OK ? EVENT_LOGIN_GRANTED : EVENT_LOGIN_REFUSED;
}

void request_log(const char *what, const struct conn *c, const struct request *q, unsigned method,
    enum err outcome, const struct decision *d)
{
	AUTO_BUF struct buf line = {0};

	log_begin(&line, what);
	log_kv(&line, "id", or_null(q->login_id));
	log_kv(&line, "user", q->m.user);
	if (d)
		log_kv(&line, "sub", or_null(d->sub));
	log_kv(&line, "service", q->m.service);
	log_kv(&line, "rhost", q->m.rhost);
	log_kv(&line, "tty", q->m.tty);
	log_kv(&line, "access", access_word(q->access));
	log_kv_number(&line, "peer", c->peer.uid);
	if (method)
		log_kv(&line, "method", method_word(method));
	if (q->cached)
		log_kv(&line, "verdict", q->cached);
	log_kv(&line, "result", outcome == ERR_OK ? "granted" : "refused");
	log_kv(&line, "reason", err_word(outcome));
	if (d) {
		log_kv(&line, "rule", or_null(d->verdict.rule));
		log_kv(&line, "at", or_null(d->verdict.at));
	}
	log_event_buf(event_of(what, outcome), priority_of(outcome), &line);
}
