/* SPDX-License-Identifier: MIT */
/* Passes over the whole directory, as dirlink brings them: staged while they arrive, applied at
 * their END, logged, published, and told to who waits for one (`sync`). */
#ifndef ENCVOY_ENCVOYD_DIRSYNC_H
#define ENCVOY_ENCVOYD_DIRSYNC_H

#include "encvoyd/dirstage.h"

#include <stdbool.h>
#include <stdint.h>

struct server;
struct conn;

struct dirsync {
	struct dirstage stage;
	enum err spoiled; /* why the pass under way does not count, whatever its END says */
	bool running;
	bool thorough; /* what the next pass has to be: the first one with a configuration */
	bool known;    /* this one looks at those who were not sent */
	char after[SUB_MAX_LEN + 1]; /* how far that has come */
	uint64_t begun;              /* passes so far */
	int64_t began_at;            /* clock_mono_ms() */
	int64_t ended;               /* the last answer, seconds since 1970; 0: none yet */
	enum err result;             /* of the last pass */
	bool unchanged;              /* it said only that */
	char detail[256];            /* why it failed, printable */
	struct dir_figures figures;  /* of the last pass that was applied */
	int64_t took_ms;
};

/* Applies what is staged and logs who got no name. For dirfind.c, too. */
enum err dirsync_apply(struct server *s, const struct dirstage *st, bool whole,
    const struct standing *standing, struct dirstage_report *report);

/* For dirlink.c. */
void dirsync_begin(struct server *s);
/* ERR_OK, or ERR_PROTOCOL for a malformed message. */
enum err dirsync_persons(struct server *s, struct reader *r);
/* Whether an END leaves the thorough look at everybody to us; dirsync_known then has to be called,
 * with other things in between, until it says done, and dirsync_end after that. */
bool dirsync_is_ours(struct server *s, const struct msg_end *m, bool has_base);
bool dirsync_known(struct server *s);
/* ERR_OK when the pass counts, ERR_PROTOCOL for an END that makes no sense, else why it does not.
 * has_base: it may say "unchanged". */
enum err dirsync_end(struct server *s, const struct msg_end *m, bool has_base);
void dirsync_failed(struct server *s, enum err why);

/* Has a pass begin after now, and the connection told its outcome by verbs_synced. */
void dirsync_await(struct server *s, struct conn *c);
/* Whether somebody waits for another pass than the one under way. */
bool dirsync_is_awaited(const struct server *s);

#endif
