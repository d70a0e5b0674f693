/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "common/num.h"
#include "common/str.h"
#include "ctl/admin.h"
#include "ctl/ask.h"
#include "ctl/command.h"
#include "ctl/ctl.h"
#include "sys/clock.h"
#include "sys/file.h"
#include "sys/process.h"
#include "sys/sock.h"

#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#define SYSTEMCTL "/usr/bin/systemctl"
#define PATIENCE_MS 15000
#define NAP_MS 50

/* When encvoyd read its configuration last, in seconds since 1970; 0 while it does not answer. */
static int64_t conf_loaded(void)
{
	AUTO_ROWS struct rows rows = {0};
	AUTO_FD int fd = -1;
	struct msg_result result;
	const char *text;
	uint64_t when = 0;

	if (admin_open(&fd) != ERR_OK || admin_ask(fd, "status", NULL, 0, &rows, &result) != ERR_OK)
		return 0;
	text = rows_value(&rows, "conf_loaded");
	return num_parse(text, strlen(text), INT64_MAX, &when) == ERR_OK ? (int64_t)when : 0;
}

static bool await_load(int64_t since)
{
	int64_t deadline = clock_mono_ms() + PATIENCE_MS;

	while (clock_mono_ms() < deadline) {
		if (conf_loaded() >= since)
			return true;
		(void)poll(NULL, 0, NAP_MS);
	}
	complain("enroll: encvoyd did not read it within %d seconds; its log says why",
	    PATIENCE_MS / 1000);
	return false;
}

/* The user database's socket came up in vain at boot, before there was a configuration. */
static void start_userdb(void)
{
	static const char unit[] = "encvoy-userdbd.socket";
	AUTO_BUF struct buf said = {0};

	buf_init(&said, 4096);
	if (command_run((const char *const[]){SYSTEMCTL, "is-enabled", unit, NULL}, &said) ==
	    ERR_OK)
		(void)command_run((const char *const[]){SYSTEMCTL, "start", unit, NULL}, &said);
}

static bool systemctl(const char *action)
{
	AUTO_BUF struct buf said = {0};

	buf_init(&said, 4096);
	if (command_run((const char *const[]){SYSTEMCTL, action, "encvoyd", NULL}, &said) == ERR_OK)
		return true;
	complain("enroll: \"systemctl %s encvoyd\" did not work", action);
	command_tell(&said);
	return false;
}

static bool by_systemd(void)
{
	int64_t now = clock_unix();
	bool wanted = false;

	if (ask_yes("Start encvoyd with it (systemctl enable, reload-or-restart)?", true,
		&wanted) != ERR_OK ||
	    !wanted)
		return false;
	if (!systemctl("enable") || !systemctl("reload-or-restart"))
		return false;
	start_userdb();
	return await_load(now);
}

/* Without systemd the socket's owner is encvoyd's supervisor: it hands SIGHUP on. */
static enum err hang_up(void)
{
	AUTO_BUF struct buf name = {0};
	AUTO_FD int fd = -1;
	struct process supervisor;
	char path[64];
	enum err e = admin_open(&fd);

	if (e == ERR_OK)
		e = process_of_peer(fd, &supervisor);
	if (e != ERR_OK)
		return e;
	snprintf(path, sizeof(path), "/proc/%d/comm", (int)supervisor.pid);
	buf_init(&name, 64);
	e = file_read(path, 0, FILE_PUBLIC, &name);
	if (e != ERR_OK)
		return e;
	if (!slice_is(
		slice_trim((struct slice){(const char *)name.data, name.len ? name.len - 1 : 0}),
		"encvoyd"))
		return ERR_NOT_FOUND;
	return kill(supervisor.pid, SIGHUP) == 0 ? ERR_OK : ERR_PERMISSION;
}

/* A load of this very second might be the one before. */
static bool reload(int64_t loaded)
{
	int64_t now;
	enum err e;

	while ((now = clock_unix()) <= loaded)
		(void)poll(NULL, 0, NAP_MS);
	e = hang_up();
	if (e == ERR_OK)
		return await_load(now);
	complain("enroll: encvoyd could not be told (%s): end it and start it anew", err_word(e));
	return false;
}

static bool by_hand(void)
{
	int64_t loaded = conf_loaded();
	bool wanted = false;

	if (loaded)
		return ask_yes("Have encvoyd, which runs, read it (SIGHUP)?", true, &wanted) ==
			   ERR_OK &&
		       wanted && reload(loaded);
	for (int i = 0; i < ASK_TIMES; i++) {
		puts("   Start it in another terminal: encvoyd &");
		if (ask_yes("Does it run now?", true, &wanted) != ERR_OK || !wanted)
			return false;
		if (conf_loaded())
			return true;
		remark("It does not answer.");
	}
	return false;
}

bool enroll_daemon(void)
{
	puts("\nA test login, before PAM knows of it\n");
	return access("/run/systemd/system", F_OK) == 0 ? by_systemd() : by_hand();
}
