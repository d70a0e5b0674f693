/* SPDX-License-Identifier: MIT */
#include "encvoyd/reload.h"

#include "encvoyd/blocked.h"
#include "encvoyd/log.h"
#include "encvoyd/publish.h"
#include "sys/clock.h"
#include "sys/conffile.h"
#include "sys/notify.h"

void log_conf_refused(const struct conf_error *e)
{
	if (e->line)
		log_event_line(EVENT_CONF_REFUSED, LOG_ERR, "%s:%u: %s", e->file, e->line, e->text);
	else
		log_event_line(EVENT_CONF_REFUSED, LOG_ERR, "%s: %s", e->file, e->text);
}

static void free_conf(struct conf **c)
{
	conf_free(*c);
	free(*c);
}

static void client_missing(const char *user, enum err why)
{
	log_line(LOG_WARNING, "login_clients: no local account %s (%s), it is left out", user,
	    err_text(why));
}

enum err server_load_conf(struct server *s)
{
	CLEANUP(free_conf) struct conf *fresh = calloc(1, sizeof(*fresh));
	struct login_clients clients;
	struct conf_error ce;
	enum err e = fresh ? conffile_load(s->o->paths->conf_dir, fresh, &ce) : ERR_NOMEM;

	if (!fresh)
		return e;
	if (e != ERR_OK) {
		log_conf_refused(&ce);
		return e;
	}
	e = clients_parse(fresh->login_clients, client_missing, &clients);
	if (e != ERR_OK)
		return e;
	clients_free(&s->clients);
	s->clients = clients;
	free_conf(&s->conf);
	s->conf = TAKE_PTR(fresh);
	s->conf_loaded = clock_unix();
	return ERR_OK;
}

static void left_out(void *arg, const char *sub, const char *name, enum err why)
{
	struct server *s = arg;
	AUTO_BUF struct buf line = {0};

	if (!told_first(&s->told, sub ? "user" : "group", sub ? sub : name, why))
		return;
	/* the person is served, with the configuration's */
	log_begin(&line, sub && why == ERR_PERMISSION ? "home or shell of the directory not allowed"
						      : "not served");
	if (sub)
		log_kv(&line, "sub", sub);
	log_kv(&line, sub ? "user" : "group", name);
	log_kv(&line, "reason", err_word(why));
	log_event_buf(EVENT_PERSON_NOT_SERVED, LOG_WARNING, &line);
}

static enum err note_published(struct server *s, enum err e, const struct publish_report *report)
{
	if (e != ERR_OK) {
		log_event_line(EVENT_MAP_FAULT, LOG_ERR, "the map in %s cannot be written: %s",
		    s->o->paths->cache_dir, err_text(e));
		return e;
	}
	s->map_users = report->users;
	s->map_groups = report->groups;
	s->map_left_out = report->left_out + report->groups_left_out;
	s->map_generation = report->generation;
	return ERR_OK;
}

enum err server_publish(struct server *s, bool tell)
{
	struct publish_report report;
	enum err e = publish_map(s->ids, s->conf, s->o->paths->cache_dir, &s->published,
	    tell ? left_out : NULL, s, &report);

	return note_published(s, e, &report);
}

enum err server_publish_change(struct server *s, const char *sub)
{
	struct publish_report report;
	enum err e;

	if (!*sub)
		return server_publish(s, true);
	e = publish_change(s->ids, s->conf, s->o->paths->cache_dir, &s->published, sub, &report);
	return note_published(s, e, &report);
}

void server_write_blocked(struct server *s)
{
	enum err e = blocked_write(s->ids, s->conf, s->o->paths->cache_dir);

	s->blocked_stale = e != ERR_OK;
	if (e != ERR_OK)
		log_event_line(EVENT_BLOCKED_LEFT, LOG_ERR,
		    "%s/" BLOCKED_FILE " cannot be written, no session is ended: %s",
		    s->o->paths->cache_dir, err_text(e));
}

void server_reload(struct server *s)
{
	notify_reloading();
	if (server_load_conf(s) == ERR_OK) {
		log_line(LOG_NOTICE, "configuration reloaded");
		told_clear(&s->told);
		verdicts_clear(&s->verdicts);
		(void)server_publish(s, true);
		server_write_blocked(s);
		dirlink_restart(s);
	} else {
		log_line(LOG_ERR, "the former configuration stays");
	}
	notify_manager("READY=1");
}
