/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "encvoyd/evict.h"
#include "encvoyd/log.h"
#include "encvoyd/paths.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/localdb.h"
#include "sys/sock.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXIT_USAGE 2
#define AGAIN_MS 20000

static const char usage[] = "usage: encvoyd-evict [-1] [-d] | -V\n"
			    "  -1  end who is blocked now, and exit\n"
			    "  -d  log to standard error, too\n"
			    "  -V  print the version and exit\n";

/* Of root's powers the one to send signals stays. */
static bool give_up_powers(void)
{
	struct __user_cap_header_struct head = {.version = _LINUX_CAPABILITY_VERSION_3};
	struct __user_cap_data_struct data[2] = {0};
	const struct rlimit none = {0, 0};

	/* a unit's CapabilityBoundingSet may have dropped them, and then we could not */
	for (unsigned long cap = 0; prctl(PR_CAPBSET_READ, cap, 0, 0, 0) >= 0; cap++)
		if (cap != CAP_KILL && prctl(PR_CAPBSET_READ, cap, 0, 0, 0) != 0 &&
		    prctl(PR_CAPBSET_DROP, cap, 0, 0, 0) != 0)
			return false;
	data[0].effective = data[0].permitted = 1U << CAP_KILL;
	return prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_CLEAR_ALL, 0, 0, 0) == 0 &&
	       syscall(SYS_capset, &head, data) == 0 && setrlimit(RLIMIT_CORE, &none) == 0 &&
	       prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0;
}

static enum err read_blocked(struct blocked *ret)
{
	AUTO_BUF struct buf text = {0};
	struct local_user owner;
	enum err e = localdb_user(LISTENER_USER, &owner);

	buf_init(&text, BLOCKED_MAX);
	if (e == ERR_OK)
		e = file_read(ENCVOY_CACHEDIR "/" BLOCKED_FILE, owner.uid, FILE_PUBLIC, &text);
	return e == ERR_OK ? blocked_parse((const char *)text.data, text.len, ret) : e;
}

static void log_report(const struct evict_report *r)
{
	AUTO_BUF struct buf line = {0};

	if (!r->ended && !r->skipped)
		return;
	log_begin(&line, "processes of blocked users");
	log_kv_number(&line, "ended", r->ended - (r->left < r->ended ? r->left : r->ended));
	log_kv_number(&line, "left", r->left);
	log_kv_number(&line, "local", r->skipped);
	log_event_buf(r->left ? EVENT_BLOCKED_LEFT : EVENT_BLOCKED_ENDED,
	    r->left ? LOG_ERR : LOG_NOTICE, &line);
}

static enum err evict(void)
{
	AUTO_BLOCKED struct blocked blocked = {0};
	struct evict_report report = {0};
	enum err e = read_blocked(&blocked);

	if (e == ERR_NOT_FOUND)
		return ERR_OK;
	if (e == ERR_OK && blocked.n) {
		(void)evict_sessions(&blocked);
		e = evict_processes(&blocked, &report);
	}
	if (e != ERR_OK)
		log_event_line(EVENT_BLOCKED_LEFT, LOG_ERR, "%s: %s: nobody is put out",
		    BLOCKED_FILE, err_text(e));
	log_report(&report);
	return e;
}

/* Takes what happened in the directory off; true when something was renamed to our file. */
static bool is_ours(const char *events, ssize_t n)
{
	bool ours = false;

	for (ssize_t at = 0; at < n;) {
		const struct inotify_event *e = (const void *)(events + at);

		/* after an overflow nobody knows */
		ours |= (e->mask & IN_Q_OVERFLOW) || (e->len && !strcmp(e->name, BLOCKED_FILE));
		at += (ssize_t)(sizeof(*e) + e->len);
	}
	return ours;
}

/* ERR_OK for a change, ERR_TIMEOUT, or ERR_IO. */
static enum err await_change(int fd, int64_t deadline)
{
	_Alignas(struct inotify_event) char events[4096];
	enum err e;

	while ((e = sock_wait(fd, deadline)) == ERR_OK) {
		ssize_t n = read(fd, events, sizeof(events));

		if (n <= 0)
			return ERR_IO;
		if (is_ours(events, n))
			return ERR_OK;
	}
	return e;
}

/* Watches first and looks then, so that nothing slips through in between; and once more a while
 * after each change, for whoever was just being let in. */
static int watch(void)
{
	AUTO_FD int fd = inotify_init1(IN_CLOEXEC | IN_NONBLOCK);
	int64_t until = 0;
	enum err e = ERR_OK;

	if (fd < 0 || inotify_add_watch(fd, ENCVOY_CACHEDIR, IN_MOVED_TO | IN_ONLYDIR) < 0) {
		log_line(LOG_ERR, "cannot watch %s: %s", ENCVOY_CACHEDIR, strerror(errno));
		return EXIT_FAILURE;
	}
	while (e != ERR_IO) {
		(void)evict();
		until = e == ERR_OK ? clock_mono_ms() + AGAIN_MS : SOCK_FOREVER;
		e = await_change(fd, until);
	}
	return EXIT_FAILURE;
}

int main(int argc, char **argv)
{
	bool once = false, to_stderr = false;
	int opt;

	while ((opt = getopt(argc, argv, "1dV")) != -1) {
		if (opt == 'V') {
			puts("encvoyd-evict " PACKAGE_VERSION);
			return EXIT_SUCCESS;
		}
		if (opt == '?') {
			fputs(usage, stderr);
			return EXIT_USAGE;
		}
		once |= opt == '1';
		to_stderr |= opt == 'd';
	}
	log_open("encvoyd-evict", to_stderr);
	if (geteuid() != 0 || !give_up_powers()) {
		log_line(LOG_ERR, "it must start as root, and be able to give up powers");
		return EXIT_FAILURE;
	}
	if (once)
		return evict() == ERR_OK ? EXIT_SUCCESS : EXIT_FAILURE;
	return watch();
}
