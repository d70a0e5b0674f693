/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/template.h"

#include "encvoyd/log.h"
#include "encvoyd/online/keys_child.h"
#include "encvoyd/online/messages.h"
#include "encvoyd/online/spare.h"
#include "encvoyd/online/talk.h"
#include "sys/clock.h"
#include "sys/conffile.h"
#include "sys/localdb.h"
#include "sys/notify.h"
#include "sys/sock.h"

#include <errno.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>

#define LISTENER_USER "encvoy"
#define SPARE_PAUSE_MS 20 /* the login that has begun goes first */
#define STOP_MS 2000      /* what the children get before SIGKILL */

enum err template_load(struct template *t)
{
	AUTO_CONF struct conf conf = {0};
	AUTO_TRUST struct trust trust = {0};
	struct local_user listener = {.uid = 0};
	struct conf_error why = {0};
	enum err e = conffile_load(ENCVOY_SYSCONFDIR, &conf, &why);

	if (e != ERR_OK) {
		log_event_line(EVENT_CONF_REFUSED, LOG_ERR, "configuration refused: %s:%u: %s",
		    why.file, why.line, why.text);
		return e;
	}
	e = trust_load(conf.ca_file, &trust);
	if (e != ERR_OK) {
		log_event_line(EVENT_CONF_REFUSED, LOG_ERR,
		    "configuration refused: certificates of %s: %s",
		    conf.ca_file ? conf.ca_file : "the system's CA store", err_text(e));
		return e;
	}
	if (localdb_user(LISTENER_USER, &listener) != ERR_OK)
		log_line(LOG_WARNING, "there is no user %s: only root may connect", LISTENER_USER);
	messages_load(ENCVOY_LOCALEDIR);
	conf_free(&t->conf);
	t->conf = conf;
	conf = (struct conf){0};
	trust_free(&t->trust);
	t->trust = (struct trust){TAKE_PTR(trust.store)};
	t->listener_uid = listener.uid;
	return ERR_OK;
}

static void add_child(struct template *t, pid_t pid)
{
	if (pid && t->n_children < sizeof(t->children) / sizeof(t->children[0]))
		t->children[t->n_children++] = pid;
}

/* It goes on without us, until it has done what it was for; the next starts after a pause. */
static void let_go(struct template *t, struct child *c, int pause_ms)
{
	add_child(t, c->pid);
	child_forget(c);
	c->start_at = clock_mono_ms() + pause_ms;
}

static void child_ended(struct template *t, pid_t pid, int status)
{
	if (WIFSIGNALED(status) && WTERMSIG(status) != SIGHUP && !t->stopping)
		log_line(LOG_ERR, "child %d was ended by signal %d", (int)pid, WTERMSIG(status));
	if (pid == t->keys.pid) {
		log_line(LOG_ERR, "the keys child ended, starting it again");
		child_forget(&t->keys);
		let_go(t, &t->spare, 0); /* its socket to the keys child is closed */
		return;
	}
	if (pid == t->spare.pid) {
		child_forget(&t->spare);
		return;
	}
	for (size_t i = 0; i < t->n_children; i++) {
		if (t->children[i] == pid) {
			t->children[i] = t->children[--t->n_children];
			return;
		}
	}
}

static void reap(struct template *t)
{
	int status = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) > 0)
		child_ended(t, pid, status);
}

/* In a child: nothing of the template's own sockets stays. */
static void leave_template(struct template *t)
{
	close_fd(&t->listen_fd);
	close_fd(&t->signal_fd);
	close_fd(&t->keys.control);
	close_fd(&t->spare.control);
}

static void be_keys_child(int control, void *arg)
{
	struct template *t = arg;

	leave_template(t);
	keys_child(control, &t->conf, &t->trust);
}

static void start_keys(struct template *t)
{
	enum err e = child_start(&t->keys, "encvoyd-keys", be_keys_child, t);

	if (e != ERR_OK)
		log_line(LOG_ERR, "cannot start the keys child: %s", err_text(e));
}

struct outfit {
	struct template *t;
	int keys_fd;
};

static void be_spare_child(int control, void *arg)
{
	struct outfit *o = arg;

	leave_template(o->t);
	spare_child(control, &o->keys_fd, &o->t->conf, &o->t->trust);
}

static enum err start_spare(struct template *t)
{
	struct outfit o = {t, -1};
	enum err e;

	if (!child_is_due(&t->spare))
		return ERR_OK;
	/* without keys child a login still starts, and says why it cannot go on */
	(void)child_connect(&t->keys, &o.keys_fd);
	e = child_start(&t->spare, "encvoyd-spare", be_spare_child, &o);
	if (e != ERR_OK)
		log_line(LOG_ERR, "cannot fork: %s", strerror(errno));
	close_fd(&o.keys_fd);
	return e;
}

static void refuse(int fd, enum err why)
{
	struct talk talk = {.fd = fd};
	char byte;

	(void)talk_refuse(&talk, why, messages_refusal(why));
	/* with something unread our answer would be lost on closing */
	(void)recv(fd, &byte, 1, MSG_DONTWAIT | MSG_TRUNC);
}

/* The spare takes it. One that has died meanwhile, or is not there yet, is replaced first. */
static void take_on(struct template *t, int fd)
{
	enum err e;

	if (t->n_children >= TEMPLATE_CHILDREN_MAX) {
		refuse(fd, ERR_TOO_MANY);
		return;
	}
	e = child_give(&t->spare, fd);
	if (e != ERR_OK) {
		let_go(t, &t->spare, 0);
		e = start_spare(t);
		if (e == ERR_OK)
			e = child_give(&t->spare, fd);
	}
	if (e == ERR_OK)
		let_go(t, &t->spare, SPARE_PAUSE_MS);
	else
		refuse(fd, ERR_INTERNAL);
}

static bool may_connect(const struct template *t, int fd)
{
	struct peer peer;

	if (sock_peer(fd, &peer) != ERR_OK)
		return false;
	if (peer.uid == 0 || peer.uid == t->listener_uid)
		return true;
	log_line(LOG_WARNING, "connection of uid %u refused", (unsigned)peer.uid);
	return false;
}

static void accept_work(struct template *t)
{
	for (;;) {
		AUTO_FD int fd = accept4(t->listen_fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

		if (fd < 0)
			return;
		if (may_connect(t, fd))
			take_on(t, fd);
	}
}

static void kill_all(const struct template *t, int sig)
{
	for (size_t i = 0; i < t->n_children; i++)
		(void)kill(t->children[i], sig);
}

static void reload(struct template *t)
{
	notify_reloading();
	if (template_load(t) != ERR_OK) {
		log_line(LOG_ERR, "keeping the old configuration");
		notify_manager("READY=1");
		return;
	}
	let_go(t, &t->keys, 0);
	let_go(t, &t->spare, 0);
	/* the directory child, for whose place the listener comes again; the others keep it back */
	kill_all(t, SIGHUP);
	log_line(LOG_NOTICE, "configuration loaded");
	notify_manager("READY=1");
}

/* True when it is time to stop. */
static bool handle_signals(struct template *t)
{
	struct signalfd_siginfo info;
	bool stop = false;

	while (read(t->signal_fd, &info, sizeof(info)) == (ssize_t)sizeof(info)) {
		if (info.ssi_signo == SIGHUP && !t->stopping)
			reload(t);
		stop |= info.ssi_signo == SIGTERM || info.ssi_signo == SIGINT;
	}
	reap(t);
	return stop;
}

static enum err open_signals(struct template *t)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	if (sigprocmask(SIG_BLOCK, &set, NULL) != 0)
		return ERR_INTERNAL;
	t->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	return t->signal_fd >= 0 ? ERR_OK : ERR_INTERNAL;
}

static void stop_children(struct template *t)
{
	int64_t deadline = clock_mono_ms() + STOP_MS;

	t->stopping = true;
	let_go(t, &t->keys, 0);
	let_go(t, &t->spare, 0);
	kill_all(t, SIGTERM);
	reap(t);
	while (t->n_children && sock_wait(t->signal_fd, deadline) == ERR_OK)
		(void)handle_signals(t);
	kill_all(t, SIGKILL);
}

static bool wants_spare(const struct template *t)
{
	return t->keys.pid && t->n_children < TEMPLATE_CHILDREN_MAX;
}

/* Comes round for the service manager's watchdog, and when a child is to be started. */
static int wait_ms(const struct template *t)
{
	int64_t watchdog = notify_watchdog_ms();
	int timeout = watchdog > 0 && watchdog < INT_MAX ? (int)watchdog : -1;

	timeout = child_wait_ms(&t->keys, timeout);
	return wants_spare(t) ? child_wait_ms(&t->spare, timeout) : timeout;
}

enum err template_run(struct template *t)
{
	enum err e = open_signals(t);

	if (e == ERR_OK)
		notify_manager("READY=1");
	while (e == ERR_OK) {
		struct pollfd p[2] = {
		    {.fd = t->signal_fd, .events = POLLIN}, {.fd = t->listen_fd, .events = POLLIN}};

		start_keys(t);
		if (wants_spare(t))
			(void)start_spare(t);
		if (notify_watchdog_ms())
			notify_manager("WATCHDOG=1");
		if (poll(p, 2, wait_ms(t)) < 0 && errno != EINTR)
			e = ERR_IO;
		if (p[0].revents && handle_signals(t))
			break;
		if (p[1].revents)
			accept_work(t);
	}
	notify_manager("STOPPING=1");
	stop_children(t);
	close_fd(&t->listen_fd);
	close_fd(&t->signal_fd);
	conf_free(&t->conf);
	trust_free(&t->trust);
	return e;
}
