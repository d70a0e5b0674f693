/* SPDX-License-Identifier: MIT */
#include "config.h"

#include "encvoyd/status.h"

#include "common/str.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/un.h>

static enum err row(const struct admin *a, const char *key, const char *value)
{
	const char *fields[] = {key, value};

	return a->row(a->arg, fields, 2);
}

static enum err number_row(const struct admin *a, const char *key, uint64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)value);
	return row(a, key, text);
}

/* Whether somebody holds the socket; whether it also answers is seen by online_heard. A connection
 * would cost a process there: one of another type is refused with a word of its own. */
static const char *online_word(const struct server *s)
{
	AUTO_FD int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	if (fd < 0 || !str_copy(sa.sun_path, sizeof(sa.sun_path), s->o->paths->online_socket))
		return "unknown";
	if (connect(fd, (const struct sockaddr *)&sa, sizeof(sa)) == 0 || errno != EPROTOTYPE)
		return "no";
	return "yes";
}

static uint64_t refused(const struct server *s)
{
	uint64_t n = 0;

	for (enum err why = ERR_OK + 1; why < ERR_COUNT; why++)
		n += s->count.logins[why];
	return n;
}

/* Why, and how often: what happened at all. */
static enum err refused_rows(const struct server *s, const struct admin *a)
{
	enum err e = ERR_OK;

	for (enum err why = ERR_OK + 1; e == ERR_OK && why < ERR_COUNT; why++) {
		char key[64];

		snprintf(key, sizeof(key), "refused:%s", err_word(why));
		if (s->count.logins[why])
			e = number_row(a, key, s->count.logins[why]);
	}
	return e;
}

static enum err number_rows(struct server *s, const struct admin *a)
{
	const struct {
		const char *key;
		uint64_t value;
	} rows[] = {
	    {"pid", (uint64_t)getpid()},
	    {"uptime", (uint64_t)(clock_unix() - s->started)},
	    {"conf_loaded", (uint64_t)s->conf_loaded},
	    {"map_users", s->map_users},
	    {"map_groups", s->map_groups},
	    {"map_left_out", s->map_left_out},
	    {"map_generation", s->map_generation},
	    {"connections", s->n_conns},
	    {"connections_turned_away", s->count.turned_away},
	    {"logins_waiting", s->n_logins},
	    {"logins_granted", s->count.logins[ERR_OK]},
	    {"logins_refused", refused(s)},
	    {"logins_cached", s->count.cached},
	    {"verdicts", s->verdicts.n_granted + s->verdicts.n_others},
	    {"accounts", s->count.accounts},
	    {"lookups", s->count.lookups},
	    {"lookups_found", s->count.found},
	    {"online_heard", (uint64_t)s->online_heard},
	};
	enum err e = ERR_OK;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]) && e == ERR_OK; i++)
		e = number_row(a, rows[i].key, rows[i].value);
	return e;
}

enum err status_rows(struct server *s, const struct admin *a)
{
	enum err e = row(a, "version", PACKAGE_VERSION);

	if (e == ERR_OK)
		e = row(a, "issuer", s->conf->issuer);
	if (e == ERR_OK)
		e = row(a, "directory", s->conf->directory);
	if (e == ERR_OK)
		e = row(a, "online_reachable", online_word(s));
	if (e == ERR_OK)
		e = number_rows(s, a);
	if (e == ERR_OK)
		e = refused_rows(s, a);
	if (e == ERR_OK)
		e = status_times_rows(s, a);
	if (e == ERR_OK)
		e = status_directory_rows(s, a);
	return e == ERR_OK ? admin_status_rows(a) : e;
}
