/* SPDX-License-Identifier: MIT */
/* The directory's rows of `status`. */
#include "encvoyd/ids.h"
#include "encvoyd/status.h"
#include "sys/clock.h"

#include <stdio.h>

static enum err row(const struct admin *a, const char *key, const char *value)
{
	const char *fields[] = {key, value};

	return a->row(a->arg, fields, 2);
}

static enum err number_row(const struct admin *a, const char *key, int64_t value)
{
	char text[24];

	snprintf(text, sizeof(text), "%lld", (long long)value);
	return row(a, key, text);
}

static const char *standing_text(enum standing_word w)
{
	static const char *const words[] = {[STANDING_NONE] = "none",
	    [STANDING_CURRENT] = "current",
	    [STANDING_GRACE] = "expired, within its grace",
	    [STANDING_EXPIRED] = "expired"};

	return words[w];
}

static enum err rows_pass(const struct server *s, const struct admin *a)
{
	const struct dirsync *d = &s->dirsync;
	const struct timer *due = &s->dirlink.pass_due;
	int64_t in = due->armed ? (due->due - clock_mono_ms()) / 1000 : 0;
	enum err e = number_row(a, "directory_pass", d->ended);

	if (e == ERR_OK)
		e = row(a, "directory_result", d->ended ? err_word(d->result) : "none");
	if (e == ERR_OK)
		e = row(a, "directory_detail", d->detail);
	if (e == ERR_OK)
		e = number_row(a, "directory_persons", (int64_t)d->figures.persons);
	if (e == ERR_OK)
		e = number_row(a, "directory_new", (int64_t)d->figures.added);
	if (e == ERR_OK)
		e = number_row(a, "directory_changed", (int64_t)d->figures.changed);
	if (e == ERR_OK)
		e = number_row(a, "directory_dropped", (int64_t)d->figures.dropped);
	if (e == ERR_OK)
		e = number_row(a, "directory_ms", d->took_ms);
	if (e == ERR_OK)
		e = number_row(a, "directory_questions", (int64_t)s->dirfind.asked);
	return e == ERR_OK ? number_row(a, "directory_next", in > 0 ? in : 0) : e;
}

static enum err rows_standing(const struct server *s, const struct admin *a)
{
	struct standing standing;
	enum err e = standing_get(s->ids->db, s->conf, &standing);

	if (e == ERR_OK)
		e = row(a, "directory_state",
		    standing_text(standing_of(s->conf, &standing, clock_unix())));
	if (e == ERR_OK)
		e = number_row(a, "directory_passed", standing.passed);
	if (e == ERR_OK)
		e = number_row(a, "roster_serial", (int64_t)standing.serial);
	return e == ERR_OK ? number_row(a, "roster_expires", (int64_t)standing.expires) : e;
}

enum err status_directory_rows(const struct server *s, const struct admin *a)
{
	enum err e = ERR_OK;

	if (has_directory(s->conf))
		e = rows_pass(s, a);
	if (e == ERR_OK && has_directory(s->conf))
		e = rows_standing(s, a);
	return e == ERR_OK ? status_block_rows(s, a) : e;
}
