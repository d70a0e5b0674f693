/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/login.h"

#include "common/str.h"
#include "encvoyd/log.h"
#include "encvoyd/online/keys_client.h"
#include "sys/clock.h"

#include <string.h>

#define SPARE_MS 500  /* so that our reason comes before the listener's own deadline */
#define BACKSTOP_S 15 /* what may hang although nothing should */

static const struct flow {
	enum method method;
	enum err (*run)(struct login *l);
} flows[] = {
    {METHOD_DEVICE, flow_device},
    {METHOD_BROWSER, flow_browser},
    {METHOD_TOKEN, flow_token},
};

static const struct flow *flow_of(unsigned method)
{
	for (size_t i = 0; i < sizeof(flows) / sizeof(flows[0]); i++)
		if (flows[i].method == method)
			return &flows[i];
	return NULL;
}

/* Without a person there is only the answer that came along. */
static bool possible(const struct login *l, const struct flow *f)
{
	/* no token brings a refresh token */
	if (f->method == METHOD_TOKEN && l->idp.offline)
		return false;
	return (l->job.flags & LOGIN_INTERACTIVE) ||
	       (f->method == METHOD_TOKEN && (l->job.flags & LOGIN_HAS_ANSWER));
}

enum err login_methods(struct login *l)
{
	enum err e = ERR_NO_METHOD;

	for (size_t i = 0; i < METHODS_MAX && l->service.methods[i]; i++) {
		const struct flow *f = flow_of(l->service.methods[i]);

		if (!f || !possible(l, f))
			continue;
		e = f->run(l);
		/* an empty line in place of a token asks for the next method */
		if (e != ERR_NO_METHOD && e != ERR_NO_ANSWER)
			break;
	}
	return e;
}

static bool find_host(struct login *l, const struct conf *conf)
{
	if (conf->host_name) {
		if (!str_copy(l->host, sizeof(l->host), conf->host_name))
			return false;
	} else if (gethostname(l->host, sizeof(l->host) - 1) != 0) {
		return false;
	}
	for (char *p = l->host; *p; p++)
		if (*p >= 'A' && *p <= 'Z')
			*p = (char)(*p - 'A' + 'a');
	return *l->host;
}

static enum err prepare(struct login *l, const struct conf *conf)
{
	const char *args[ARGS_MAX];
	struct conf_error why = {0};
	enum err e;

	for (size_t i = 0; i < l->job.n_args; i++)
		args[i] = l->job.args[i];
	e = conf_service(conf, l->job.service, args, l->job.n_args, &l->service, &why);
	if (e != ERR_OK) {
		log_event_line(EVENT_CONF_REFUSED, LOG_ERR, "login %s: %s:%u: %s", l->id, why.file,
		    why.line, why.text);
		return e;
	}
	if (!find_host(l, conf))
		return ERR_CONFIG;
	l->talk.deadline = clock_mono_ms() + (int64_t)l->service.login_timeout * 1000 - SPARE_MS;
	l->idp.deadline = l->talk.deadline;
	l->idp.service = &l->service;
	l->idp.offline = (l->job.flags & LOGIN_OFFLINE) != 0;
	alarm((unsigned)l->service.login_timeout + BACKSTOP_S);
	return ERR_OK;
}

static void log_end_of(const struct login *l, enum err e)
{
	bool wrong_here = e == ERR_CONFIG || e == ERR_INTERNAL || e == ERR_NOMEM || e == ERR_TLS ||
			  e == ERR_BAD_CLIENT || e == ERR_FOREIGN_ENDPOINT;
	AUTO_BUF struct buf line = {0};

	log_begin(&line, e == ERR_OK ? "sign-in verified" : "sign-in failed");
	log_kv(&line, "login", l->id);
	log_kv(&line, "user", l->job.user);
	log_kv(&line, "service", l->job.service);
	if (e == ERR_OK) {
		log_kv(&line, "sub", l->identity.sub);
		log_kv(&line, "method", method_word(l->identity.method));
	} else {
		log_kv(&line, "reason", err_word(e));
		log_kv(&line, "detail", *l->idp.detail ? l->idp.detail : NULL);
	}
	log_event_buf(
	    e == ERR_OK ? EVENT_NONE : EVENT_LOGIN_FAILED, wrong_here ? LOG_ERR : LOG_INFO, &line);
}

static void end(struct login *l, enum err e)
{
	if (e != ERR_CANCELLED)
		(void)talk_times(&l->talk);
	if (e == ERR_OK && l->refresh_token)
		e = talk_renewed(&l->talk, l->refresh_token);
	if (e == ERR_OK)
		e = talk_identity(&l->talk, &l->identity);
	if (e == ERR_OK)
		talk_wait_end(&l->talk);
	log_end_of(l, e);
	if (e != ERR_OK && e != ERR_CANCELLED)
		(void)talk_refuse(&l->talk, e, messages_refusal(e));
}

static void login_free(struct login *l)
{
	idp_close(&l->idp);
	service_conf_free(&l->service);
	msg_login_free(&l->job);
	secret_free(l->refresh_token);
	explicit_bzero(&l->identity, sizeof(l->identity));
}

void login_child(int fd, int keys_fd, const char *id, struct msg_login *job,
    const struct conf *conf, const struct trust *trust)
{
	CLEANUP(login_free) struct login l = {.talk = {.fd = fd}, .job = *job};
	struct keys_client keys = {keys_fd, fd};
	AUTO_HTTP struct http *http = NULL;
	enum err e;

	*job = (struct msg_login){0};
	(void)str_copy(l.id, sizeof(l.id), id);
	messages_speak(l.job.lang);
	e = prepare(&l, conf);
	if (e == ERR_OK)
		e = http_new(trust, conf->proxy, fd, &http);
	if (e == ERR_OK) {
		l.idp.conf = conf;
		l.idp.network = network_over_http(http);
		l.idp.source = keys_client_source(&keys);
		e = l.job.flags & LOGIN_REFRESH ? flow_refresh(&l) : login_methods(&l);
	}
	end(&l, e);
}
