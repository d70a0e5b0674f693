/* SPDX-License-Identifier: MIT */
#include "encvoyd/listener.h"

#include "encvoyd/conn.h"
#include "encvoyd/log.h"
#include "encvoyd/login.h"
#include "encvoyd/reload.h"
#include "sys/clock.h"
#include "sys/notify.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sysexits.h>
#include <unistd.h>

#define STOP_GRACE_MS 1000 /* for clients to read their last RESULT */
#define OWN_FDS 64         /* database, map, log ... */

/* A connection for every client and for every login; fewer when the system grants fewer. */
static void fit_limits(struct listener_limits *l)
{
	struct rlimit r;
	size_t want = l->conns + l->logins + OWN_FDS;
	size_t have;

	if (getrlimit(RLIMIT_NOFILE, &r) != 0)
		return;
	if (r.rlim_cur < want) {
		r.rlim_cur = r.rlim_max < want ? r.rlim_max : want;
		(void)setrlimit(RLIMIT_NOFILE, &r);
	}
	if (getrlimit(RLIMIT_NOFILE, &r) != 0 || r.rlim_cur >= want)
		return;
	have = r.rlim_cur > 2 * OWN_FDS ? r.rlim_cur - OWN_FDS : OWN_FDS;
	l->conns = have * 3 / 4;
	l->conns_kept = l->conns / 8;
	l->logins = have / 4;
	l->logins_kept = l->logins / 4;
	log_line(LOG_WARNING, "only %zu descriptors: at most %zu connections and %zu logins",
	    (size_t)r.rlim_cur, l->conns, l->logins);
}

static void log_report(const struct db_report *r)
{
	if (r->created && !r->set_aside)
		log_line(LOG_NOTICE, "a new identity database was begun");
	if (r->migrated_from)
		log_line(LOG_NOTICE, "the identity database came from schema %u", r->migrated_from);
	if (r->set_aside)
		log_event_line(EVENT_DATABASE_FAULT, LOG_ERR,
		    "the identity database was damaged: it is kept as %s, %llu entries "
		    "of the ledger were saved",
		    r->aside, (unsigned long long)r->salvaged);
}

static enum err open_identities(struct server *s)
{
	const struct listener_options *o = s->o;
	char path[PATH_MAX];
	struct identities_paths paths = {path, o->passwd, o->group};
	struct db_report report = {0};
	enum err e;

	if (snprintf(path, sizeof(path), "%s/identity.db", o->paths->state_dir) >=
	    (int)sizeof(path))
		return ERR_TOO_LONG;
	e = identities_open(&paths, geteuid(), clock_unix(), &s->ids, &report);
	if (e != ERR_OK)
		log_event_line(EVENT_DATABASE_FAULT, LOG_ERR, "the identity database %s: %s", path,
		    err_text(e));
	else
		log_report(&report);
	return e;
}

static void stop_accepting(struct server *s)
{
	loop_unwatch(&s->loop, &s->listen);
	loop_disarm(&s->accept_again);
	close_fd(&s->listen.fd);
}

/* Waiting logins get their RESULT and a moment to read it; everybody else is cut off. */
static void begin_stop(struct server *s)
{
	struct conn *c, *next;

	if (s->stopping)
		return;
	s->stopping = true;
	notify_manager("STOPPING=1");
	stop_accepting(s);
	dirlink_stop(s);
	login_end_all(s, ERR_CANCELLED);
	for (c = LIST_FIRST(&s->conns); c; c = next) {
		next = LIST_NEXT(c, link);
		if (c->state != CONN_DONE)
			conn_close(c);
	}
	loop_arm(&s->loop, &s->stop_now, clock_mono_ms() + STOP_GRACE_MS);
}

static void on_signal(struct watch *w, uint32_t events)
{
	struct server *s = w->owner;
	struct signalfd_siginfo info;

	(void)events;
	if (read(w->fd, &info, sizeof(info)) != sizeof(info))
		return;
	if (info.ssi_signo == SIGHUP && !s->stopping)
		server_reload(s);
	else if (info.ssi_signo != SIGHUP)
		begin_stop(s);
}

static void on_accept_again(struct timer *t)
{
	struct server *s = t->owner;

	if (loop_watch(&s->loop, &s->listen, EPOLLIN) != ERR_OK)
		loop_arm(&s->loop, t, clock_mono_ms() + STOP_GRACE_MS);
}

static void on_stop_now(struct timer *t)
{
	struct server *s = t->owner;
	struct conn *c;

	while ((c = LIST_FIRST(&s->conns)))
		conn_close(c);
}

/* That the loop turns is what there is to say. */
static void on_watchdog(struct timer *t)
{
	struct server *s = t->owner;

	notify_manager("WATCHDOG=1");
	loop_arm(&s->loop, t, clock_mono_ms() + notify_watchdog_ms());
}

static enum err watch_signals(struct server *s)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	s->signals = (struct watch){
	    .fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK), .ready = on_signal, .owner = s};
	return s->signals.fd >= 0 ? loop_watch(&s->loop, &s->signals, EPOLLIN) : ERR_IO;
}

static enum err watch_socket(struct server *s)
{
	s->listen = (struct watch){.fd = s->o->listen_fd, .ready = conn_accept, .owner = s};
	return loop_watch(&s->loop, &s->listen, EPOLLIN);
}

static enum err set_up(struct server *s)
{
	enum err e = loop_init(&s->loop);

	fit_limits(&s->limits);
	if (e == ERR_OK)
		e = watch_signals(s);
	if (e == ERR_OK)
		e = server_load_conf(s);
	if (e == ERR_OK)
		e = open_identities(s);
	/* without a map look-ups come here: no reason not to start */
	if (e == ERR_OK)
		(void)server_publish(s, true);
	if (e == ERR_OK)
		server_write_blocked(s);
	if (e == ERR_OK)
		dirlink_restart(s);
	return e == ERR_OK ? watch_socket(s) : e;
}

static void tear_down(struct server *s)
{
	struct conn *c;

	while ((c = LIST_FIRST(&s->conns)))
		conn_close(c);
	passpool_close(&s->passpool);
	dirlink_stop(s);
	identities_free(s->ids);
	publish_state_free(&s->published);
	told_clear(&s->told);
	conf_free(s->conf);
	free(s->conf);
	clients_free(&s->clients);
	catalogs_free(&s->catalogs);
	throttle_free(&s->throttle);
	verdicts_clear(&s->verdicts);
	grace_free(&s->grace);
	close_fd(&s->signals.fd);
	close_fd(&s->listen.fd);
	loop_free(&s->loop);
}

static void say_ready(struct server *s)
{
	log_line(LOG_NOTICE, "ready");
	notify_manager("READY=1");
	if (notify_watchdog_ms())
		on_watchdog(&s->watchdog);
}

/* What no restart makes better has a status of its own, which the unit knows. */
static int exit_status(enum err e)
{
	switch (e) {
	case ERR_OK:
		return EXIT_SUCCESS;
	case ERR_CONFIG:
	case ERR_NOT_FOUND:
	case ERR_UNSAFE_FILE:
		return EX_CONFIG;
	default:
		return EXIT_FAILURE;
	}
}

int listener_run(const struct listener_options *o)
{
	struct server s = {.o = o,
	    .limits = o->limits,
	    .started = clock_unix(),
	    .signals = {.fd = -1},
	    .listen = {.fd = -1}};
	uint8_t secret[BLAKE2S_SIZE];
	enum err e;

	s.accept_again = (struct timer){.fire = on_accept_again, .owner = &s};
	s.stop_now = (struct timer){.fire = on_stop_now, .owner = &s};
	s.watchdog = (struct timer){.fire = on_watchdog, .owner = &s};
	LIST_INIT(&s.conns);
	LIST_INIT(&s.logins);
	random_bytes(secret, sizeof(secret));
	verdicts_init(&s.verdicts, secret);
	grace_init(&s.grace);
	dirlink_init(&s);
	if (o->paths->locale_dir)
		catalogs_load(o->paths->locale_dir, &s.catalogs);
	passpool_init(&s.passpool, &s.loop);
	e = set_up(&s);
	if (e == ERR_OK)
		say_ready(&s);
	else
		log_line(LOG_ERR, "cannot start: %s", err_text(e));
	while (e == ERR_OK && !(s.stopping && LIST_EMPTY(&s.conns)))
		e = loop_step(&s.loop);
	tear_down(&s);
	if (e == ERR_OK)
		log_line(LOG_NOTICE, "stopped");
	return exit_status(e);
}
