/* SPDX-License-Identifier: MIT */
/* nscd, which may keep answers of ours beyond their time. */
#include "ctl/checks.h"

#include "common/num.h"
#include "common/str.h"
#include "sys/file.h"
#include "sys/process.h"

#include <stdio.h>
#include <string.h>

#define PID_FILE "/run/nscd/nscd.pid"
#define CONF_FILE "/etc/nscd.conf"
#define TEXT_MAX_BYTES (256 * 1024)
#define FIX                                                                              \
	"write \"enable-cache passwd no\" and \"enable-cache group no\" into " CONF_FILE \
	" and restart nscd; users.map is a cache already"

/* A database that we serve, and nscd's own defaults for it; seconds. */
struct cached {
	const char *name;
	bool on;
	uint64_t found;
	uint64_t missed;
};

static void take_line(struct slice line, struct cached *of, size_t n)
{
	const char *hash = memchr(line.p, '#', line.len);
	struct slice key, database, value;

	if (hash)
		line.len = (size_t)(hash - line.p);
	if (!slice_next(&line, " \t", &key) || !slice_next(&line, " \t", &database) ||
	    !slice_next(&line, " \t", &value))
		return;
	for (size_t i = 0; i < n; i++) {
		if (!slice_is(database, of[i].name))
			continue;
		if (slice_is(key, "enable-cache"))
			of[i].on = slice_is(value, "yes");
		else if (slice_is(key, "positive-time-to-live"))
			(void)num_parse(value.p, value.len, UINT32_MAX, &of[i].found);
		else if (slice_is(key, "negative-time-to-live"))
			(void)num_parse(value.p, value.len, UINT32_MAX, &of[i].missed);
	}
}

void check_nscd_text(struct findings *f, const char *text, size_t len)
{
	struct cached of[] = {{"passwd", false, 3600, 20}, {"group", false, 3600, 60}};
	struct slice rest = {text, len}, line;
	size_t before = f->n;

	while (slice_next(&rest, "\n", &line))
		take_line(line, of, sizeof(of) / sizeof(of[0]));
	for (size_t i = 0; i < sizeof(of) / sizeof(of[0]); i++)
		if (of[i].on)
			found(f, FOUND_REMARK, "nscd", FIX,
			    "nscd runs and keeps answers about %s: what is new is seen up to %llu "
			    "seconds late, what is gone or changed up to %llu",
			    of[i].name, (unsigned long long)of[i].missed,
			    (unsigned long long)of[i].found);
	if (f->n == before)
		found_ok(f, "nscd", "nscd runs, and keeps nothing about users and groups");
}

/* Its socket is not asked: one that hangs would take us with it. */
static bool is_running(void)
{
	AUTO_BUF struct buf text = {0};
	struct process process;
	struct slice rest, line;
	uint64_t pid = 0;

	buf_init(&text, 64);
	if (file_read(PID_FILE, 0, FILE_PUBLIC, &text) != ERR_OK || !text.len)
		return false;
	rest = (struct slice){(const char *)text.data, text.len};
	return slice_next(&rest, "\n", &line) &&
	       num_parse(line.p, line.len, INT32_MAX, &pid) == ERR_OK && pid &&
	       process_read((pid_t)pid, &process) == ERR_OK;
}

void check_nscd(struct findings *f)
{
	AUTO_BUF struct buf text = {0};
	enum err e;

	if (!is_running())
		return;
	buf_init(&text, TEXT_MAX_BYTES);
	e = file_read(CONF_FILE, 0, FILE_PUBLIC, &text);
	if (e == ERR_OK)
		check_nscd_text(f, text.len ? (const char *)text.data : "", text.len);
	else
		found(f, FOUND_REMARK, "nscd", FIX,
		    "nscd runs, and what it keeps is not known: " CONF_FILE ": %s", err_text(e));
}
