/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "common/num.h"
#include "common/proto.h"
#include "common/str.h"
#include "ctl/admin.h"
#include "ctl/ctl.h"
#include "sys/clock.h"
#include "sys/sock.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#define SOCKET_PATH ENCVOY_RUNDIR "/socket"
#define PATIENCE_MS 5000
#define UNSERVED_SHOWN 20
#define PASSES_MISSED 3 /* one may fail, and two */
#define PASS_S 120      /* what a pass may take */

static bool check_rundir(struct findings *f)
{
	struct stat st;

	if (lstat(ENCVOY_RUNDIR, &st) != 0) {
		found(f, FOUND_FAILURE, "rundir", "start encvoyd: systemctl enable --now encvoyd",
		    "%s: %s", ENCVOY_RUNDIR, strerror(errno));
		return false;
	}
	if (!S_ISDIR(st.st_mode) || st.st_uid != 0 || (st.st_mode & 022)) {
		found(f, FOUND_FAILURE, "rundir",
		    "chown root " ENCVOY_RUNDIR " && chmod 0755 " ENCVOY_RUNDIR
		    ", then restart encvoyd",
		    "%s is no directory that only root can write to: nothing in it is trusted",
		    ENCVOY_RUNDIR);
		return false;
	}
	if (!(st.st_mode & 001))
		found(f, FOUND_WARNING, "rundir", "chmod 0755 " ENCVOY_RUNDIR,
		    "%s cannot be entered by everybody: look-ups of their programs fail",
		    ENCVOY_RUNDIR);
	return true;
}

static bool check_socket(struct findings *f)
{
	struct stat st;

	if (lstat(SOCKET_PATH, &st) != 0) {
		found(f, FOUND_FAILURE, "socket", "start encvoyd: systemctl enable --now encvoyd",
		    "%s: %s", SOCKET_PATH, strerror(errno));
		return false;
	}
	if (!S_ISSOCK(st.st_mode)) {
		found(f, FOUND_FAILURE, "socket", "remove it and restart encvoyd",
		    "%s is no socket", SOCKET_PATH);
		return false;
	}
	if ((st.st_mode & 0666) != 0666)
		found(f, FOUND_WARNING, "socket", "chmod 0666 " SOCKET_PATH,
		    "%s is not open to everybody: look-ups of their programs fail", SOCKET_PATH);
	return true;
}

/* A look-up, which everybody may do: any answer to it shows a daemon that works. */
static enum err ask(int fd)
{
	static uint8_t packet[PROTO_MAX];
	const struct msg_lookup query = {.kind = LOOKUP_PWUID, .id = ID_FLOOR};
	int64_t deadline = clock_mono_ms() + PATIENCE_MS;
	AUTO_BUF struct buf b = {0};
	enum msg_type type;
	struct reader r;
	size_t len = 0;
	enum err e;

	buf_init(&b, PROTO_MAX);
	proto_begin(&b, MSG_LOOKUP);
	proto_put_lookup(&b, &query);
	e = sock_send(fd, &b, deadline);
	if (e == ERR_OK)
		e = sock_recv(fd, packet, sizeof(packet), deadline, &len);
	if (e == ERR_OK)
		e = proto_open(packet, len, &r, &type);
	if (e != ERR_OK)
		return e;
	return type == MSG_PASSWD || type == MSG_NOT_FOUND ? ERR_OK : ERR_PROTOCOL;
}

static void check_statedir(struct findings *f)
{
	struct stat st;

	if (lstat(ENCVOY_STATEDIR, &st) == 0 && (!S_ISDIR(st.st_mode) || (st.st_mode & 077)))
		found(f, FOUND_FAILURE, "statedir", "chmod 0700 " ENCVOY_STATEDIR,
		    "%s can be read by others", ENCVOY_STATEDIR);
}

/* The sentence for a word of ours, NULL for any other. */
static const char *reason_text(const char *word)
{
	for (unsigned i = 0; i < ERR_COUNT; i++)
		if (strcmp(err_word((enum err)i), word) == 0)
			return err_text((enum err)i);
	return NULL;
}

/* Who is in the directory and cannot be here, not more than a screen of them. A word that is no
 * error's is of somebody who is served. */
static void check_unserved(struct findings *f, int fd)
{
	AUTO_ROWS struct rows rows = {0};
	struct msg_result result;
	size_t n = 0;

	if (admin_ask(fd, "unserved", NULL, 0, &rows, &result) != ERR_OK)
		return;
	for (size_t i = 0; i < rows.n; i++) {
		const struct msg_row *row = &rows.v[i];
		const char *reason = row->n >= 3 ? reason_text(row->fields[2]) : NULL;
		char sub_text[256], login_text[256];
		struct buf sub, login;

		if (!reason || ++n > UNSERVED_SHOWN)
			continue;
		buf_init_fixed(&sub, sub_text, sizeof(sub_text));
		buf_init_fixed(&login, login_text, sizeof(login_text));
		found(f, FOUND_WARNING, "directory", "encvoyctl user map SUB NAME gives a name",
		    "sub %s (login \"%s\") has no name here: %s", shown(&sub, row->fields[0], 60),
		    shown(&login, row->fields[1], 60), reason);
	}
	if (n > UNSERVED_SHOWN)
		found(f, FOUND_WARNING, "directory", "journalctl -u encvoyd names all of them",
		    "%zu more have none", n - UNSERVED_SHOWN);
}

void check_pass_age(struct findings *f, const struct conf *conf, uint64_t passed, int64_t now)
{
	static const char fix[] =
	    "encvoyctl sync says why; journalctl -u encvoyd -u encvoyd-online has more";
	int64_t age = passed <= INT64_MAX && now > (int64_t)passed ? now - (int64_t)passed : 0;

	if (strcmp(conf->directory, "login") == 0)
		return;
	if (!passed)
		found(f, FOUND_FAILURE, "directory-age", fix,
		    "the directory was never read as a whole: nobody knows its people");
	else if ((uint64_t)age > PASSES_MISSED * conf->directory_interval + PASS_S)
		found(f, FOUND_WARNING, "directory-age", fix,
		    "the directory was last read %lld minutes ago, which is to happen every %llu "
		    "seconds: who was blocked or added since is not known",
		    (long long)age / 60, (unsigned long long)conf->directory_interval);
	else
		found_ok(
		    f, "directory-age", "the directory was read %lld seconds ago", (long long)age);
}

/* Whom an expired roster is not to lock out has to be somebody. */
static void check_break_glass(struct findings *f, int fd, const struct conf *conf)
{
	struct slice rest = slice_of(conf->break_glass), one;
	char name[NAME_MAX_LEN + 1];

	while (slice_next(&rest, " ,", &one)) {
		const char *args[] = {name};
		AUTO_ROWS struct rows rows = {0};
		struct msg_result result;

		if (one.len >= sizeof(name))
			continue;
		memcpy(name, one.p, one.len);
		name[one.len] = 0;
		if (admin_ask(fd, "user show", args, 1, &rows, &result) == ERR_NOT_FOUND)
			found(f, FOUND_WARNING, "break-glass-roster",
			    "correct break_glass, or have the roster name this person",
			    "break_glass names %s, whom nobody here knows", name);
	}
}

static void check_status(struct findings *f, const struct conf *conf, const struct rows *rows)
{
	const char *passed = rows_value(rows, "directory_passed");
	const char *unserved = rows_value(rows, "groups_not_served");
	uint64_t when = 0;

	if (strcmp(rows_value(rows, "online_reachable"), "no") == 0)
		found(f, FOUND_FAILURE, "online",
		    "systemctl status encvoyd-online; journalctl -u encvoyd-online",
		    "encvoyd does not reach encvoyd-online: nobody can sign in");
	if (str_starts(rows_value(rows, "directory_state"), "expired"))
		found(f, FOUND_FAILURE, "directory",
		    "have the roster published anew; encvoyctl sync", "the roster has expired");
	if (conf && num_parse(passed, strlen(passed), INT64_MAX, &when) == ERR_OK)
		check_pass_age(f, conf, when, clock_unix());
	if (*unserved)
		found(f, FOUND_WARNING, "groups",
		    "give the [group] another name or gid, or remove what it collides with",
		    "groups that are not served: %s", unserved);
}

/* Only root is told, and only root can look. */
static void check_online(struct findings *f, const struct conf *conf)
{
	AUTO_ROWS struct rows rows = {0};
	struct msg_result result;
	AUTO_FD int fd = -1;

	if (admin_open(&fd) != ERR_OK || admin_ask(fd, "status", NULL, 0, &rows, &result) != ERR_OK)
		return;
	check_status(f, conf, &rows);
	check_unserved(f, fd);
	if (conf)
		check_break_glass(f, fd, conf);
}

void check_daemon(struct findings *f, const struct conf *conf)
{
	AUTO_FD int fd = -1;
	enum err e;

	check_statedir(f);
	if (!check_rundir(f) || !check_socket(f))
		return;
	e = sock_connect(SOCKET_PATH, &fd);
	if (e == ERR_OK) {
		e = sock_check_server(fd, SOCKET_PATH);
		if (e != ERR_OK) {
			found(f, FOUND_FAILURE, "socket", "stop that process and restart encvoyd",
			    "whoever listens at %s is not the one it belongs to", SOCKET_PATH);
			return;
		}
		e = ask(fd);
	}
	if (e == ERR_OK) {
		found_ok(f, "daemon", "encvoyd answers at %s", SOCKET_PATH);
		check_online(f, conf);
	} else {
		found(f, FOUND_FAILURE, "daemon",
		    "systemctl status encvoyd; journalctl -u encvoyd says why",
		    "encvoyd does not answer: %s (%s)", err_text(e), err_word(e));
	}
}
