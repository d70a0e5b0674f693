/* SPDX-License-Identifier: MIT */
#include "encvoyd/supervise.h"

#include "encvoyd/child.h"
#include "encvoyd/dirs.h"
#include "encvoyd/log.h"
#include "sys/clock.h"
#include "sys/notify.h"
#include "sys/sock.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BACKOFF_MIN_MS 100
#define BACKOFF_MAX_MS 5000
#define LONG_LIFE_MS 10000 /* one that lived that long starts anew at once */
#define STOP_MS 5000       /* what the helpers get to end by themselves */

struct helper {
	struct child_spec spec;
	const char *socket_path; /* NULL: none */
	pid_t pid;               /* 0: not running */
	int64_t started;
	int64_t start_at; /* when not running */
	int64_t backoff;
};

#define HELPERS 3
struct supervisor {
	struct helper helpers[HELPERS]; /* the last one only where there is evict_exe */
};

static void close_sockets(struct supervisor *s)
{
	for (size_t i = 0; i < HELPERS; i++)
		close_fd(&s->helpers[i].spec.listen_fd);
}

static int fail(const char *what, enum err e)
{
	log_line(LOG_ERR, "%s: %s", what, err_text(e));
	return EXIT_FAILURE;
}

static int make_directories(const struct supervise_options *o)
{
	const struct local_user self = {geteuid(), getegid()};
	const struct {
		const char *path;
		mode_t mode;
		const struct local_user *owner;
	} dirs[] = {
	    {o->paths->run_dir, 0755, &self},
	    {o->paths->state_dir, 0700, &o->listener},
	    {o->paths->cache_dir, 0755, &o->listener},
	};

	umask(022);
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		enum err e = dirs_make(dirs[i].path, dirs[i].mode, dirs[i].owner);

		if (e != ERR_OK)
			return fail(dirs[i].path, e);
	}
	return EXIT_SUCCESS;
}

static int bind_sockets(const struct supervise_options *o, struct supervisor *s)
{
	struct helper *listener = &s->helpers[0], *online = &s->helpers[1];
	enum err e = sock_listen(
	    listener->socket_path, 0666, (uid_t)-1, (gid_t)-1, &listener->spec.listen_fd);

	if (e != ERR_OK)
		return fail(listener->socket_path, e);
	e = sock_listen(
	    online->socket_path, 0600, o->listener.uid, (gid_t)-1, &online->spec.listen_fd);
	return e == ERR_OK ? EXIT_SUCCESS : fail(online->socket_path, e);
}

static void start(struct helper *h)
{
	int64_t now = clock_mono_ms();
	enum err e = child_start(&h->spec, &h->pid);

	h->started = now;
	if (e != ERR_OK) {
		h->pid = 0;
		h->start_at = now + BACKOFF_MAX_MS;
		log_line(LOG_ERR, "cannot start %s: %s", h->spec.name, err_text(e));
	}
}

static void log_end(const struct helper *h, int status, int64_t wait_ms)
{
	bool by_signal = WIFSIGNALED(status);

	log_line(LOG_WARNING, "%s[%d] ended by %s %d, starting it again in %lld ms", h->spec.name,
	    (int)h->pid, by_signal ? "signal" : "exit status",
	    by_signal ? WTERMSIG(status) : WEXITSTATUS(status), (long long)wait_ms);
}

static void reap(struct helper *h, bool restart)
{
	int64_t now = clock_mono_ms();
	int status = 0;

	if (!h->pid || waitpid(h->pid, &status, WNOHANG) != h->pid)
		return;
	if (now - h->started >= LONG_LIFE_MS || !h->backoff)
		h->backoff = BACKOFF_MIN_MS;
	if (restart)
		log_end(h, status, h->backoff);
	h->pid = 0;
	h->start_at = now + h->backoff;
	h->backoff = h->backoff * 2 < BACKOFF_MAX_MS ? h->backoff * 2 : BACKOFF_MAX_MS;
}

/* Starts what is due; returns the moment to look again. */
static int64_t start_due(struct supervisor *s)
{
	int64_t next = INT64_MAX;

	for (size_t i = 0; i < HELPERS; i++) {
		struct helper *h = &s->helpers[i];

		if (!h->pid && h->spec.exe && h->start_at <= clock_mono_ms())
			start(h);
		if (!h->pid && h->spec.exe && h->start_at < next)
			next = h->start_at;
	}
	return next;
}

static void send_signal(struct supervisor *s, int sig)
{
	for (size_t i = 0; i < HELPERS; i++)
		if (s->helpers[i].pid)
			(void)kill(s->helpers[i].pid, sig);
}

/* The next signal of the set, or 0 at the deadline. */
static int wait_signal(const sigset_t *set, int64_t deadline)
{
	int64_t left = deadline - clock_mono_ms();
	struct timespec ts;
	int sig;

	if (left < 0)
		left = 0;
	if (left > 3600 * 1000)
		left = 3600 * 1000;
	ts = (struct timespec){left / 1000, left % 1000 * 1000000};
	sig = sigtimedwait(set, NULL, &ts);
	return sig > 0 ? sig : 0;
}

static void run(struct supervisor *s, const sigset_t *set)
{
	int sig;

	do {
		sig = wait_signal(set, start_due(s));
		if (sig == SIGHUP)
			send_signal(s, SIGHUP);
		for (size_t i = 0; i < HELPERS; i++)
			reap(&s->helpers[i], true);
	} while (sig != SIGTERM && sig != SIGINT);
}

static bool any_alive(struct supervisor *s)
{
	bool alive = false;

	for (size_t i = 0; i < HELPERS; i++) {
		reap(&s->helpers[i], false);
		alive |= s->helpers[i].pid != 0;
	}
	return alive;
}

static void stop(struct supervisor *s, const sigset_t *set)
{
	int64_t deadline = clock_mono_ms() + STOP_MS;

	send_signal(s, SIGTERM);
	while (any_alive(s) && clock_mono_ms() < deadline)
		(void)wait_signal(set, deadline);
	send_signal(s, SIGKILL);
	for (size_t i = 0; i < HELPERS; i++) {
		struct helper *h = &s->helpers[i];

		if (h->pid) {
			log_line(LOG_WARNING, "%s[%d] had to be killed", h->spec.name, (int)h->pid);
			(void)waitpid(h->pid, NULL, 0);
		}
		if (h->socket_path)
			unlink(h->socket_path);
	}
}

int supervise(const struct supervise_options *o)
{
	struct supervisor s = {{
	    {.spec = {"encvoyd", o->paths->listener_exe, o->listener, -1, o->to_stderr},
		.socket_path = o->paths->socket},
	    {.spec = {"encvoyd-online", o->paths->online_exe, o->online, -1, o->to_stderr},
		.socket_path = o->paths->online_socket},
	    {.spec = {.name = "encvoyd-evict",
		 .exe = o->paths->evict_exe,
		 .listen_fd = -1,
		 .to_stderr = o->to_stderr,
		 .root = true}},
	}};
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGHUP);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigprocmask(SIG_BLOCK, &set, NULL);
	if (make_directories(o) != EXIT_SUCCESS || bind_sockets(o, &s) != EXIT_SUCCESS) {
		close_sockets(&s);
		return EXIT_FAILURE;
	}
	(void)start_due(&s);
	notify_manager("READY=1");
	run(&s, &set);
	notify_manager("STOPPING=1");
	stop(&s, &set);
	close_sockets(&s);
	return EXIT_SUCCESS;
}
