/* SPDX-License-Identifier: MIT */
/* A pass of the directory on its way into the database. Persons are staged in tables in memory
 * while they arrive, already checked against what is here, so that the end of a pass has only the
 * difference to write, in one transaction. One pass, or one person found, at a time. */
#ifndef ENCVOY_ENCVOYD_DIRSTAGE_H
#define ENCVOY_ENCVOYD_DIRSTAGE_H

#include "common/conf.h"
#include "common/proto_directory.h"
#include "encvoyd/ids.h"
#include "encvoyd/standing.h"

#include <stdbool.h>
#include <stdint.h>

struct dirstage {
	bool thorough;  /* looks at everybody's name and id, also at those who did not change */
	bool has_noted; /* there are people to look at again */
	uint64_t persons;
	uint64_t bytes;
};

/* Makes the tables; once after db_open. */
enum err dirstage_prepare(struct db *db);

/* Forgets what is staged and begins anew. */
enum err dirstage_begin(struct identities *ids, bool thorough, struct dirstage *ret);
/* Checks and stages one person, at best many between db_begin and db_commit. ERR_SYNTAX for one
 * who is malformed, or comes twice: *ret_field then says in which field; ERR_TOO_LONG for more than
 * roster_max_size in all; ERR_IO, ERR_NOMEM. Any of them ends the pass. The names' rules look at
 * the local users as of the last locals_refresh. */
enum err dirstage_add(struct identities *ids, const struct conf *conf, struct dirstage *st,
    const struct msg_person *p, const char **ret_field);

/* Stages again, as they are, people who were noted at the last pass (at most some thousands): what
 * stood in their way may be gone. */
enum err dirstage_add_noted(struct identities *ids, const struct conf *conf, struct dirstage *st);

/* Stages at most max of those who are in the directory, as they are, behind the sub in after, which
 * moves on; *ret_done when there is nobody more. For a thorough pass that had nobody to send. */
enum err dirstage_add_known(struct identities *ids, const struct conf *conf, struct dirstage *st,
    char after[SUB_MAX_LEN + 1], unsigned max, bool *ret_done);

struct dir_figures {
	uint64_t persons; /* sent, or known already where nobody had to be sent */
	uint64_t added;
	uint64_t changed;
	uint64_t dropped;
	uint64_t refused; /* in the directory, and served under no name */
};

struct dirstage_report {
	struct dir_figures figures;
	bool visible; /* what NSS shows changed */
};

/* Applies what is staged, in one transaction that also holds the standing. whole: who was not sent
 * is dropped; else the staged ones are all there is to know (FIND), and standing is NULL. After a
 * failure everything is as it was. */
enum err dirstage_apply(struct identities *ids, const struct conf *conf, const struct dirstage *st,
    bool whole, const struct standing *standing, int64_t now, struct dirstage_report *ret);

/* People whom the last dirstage_apply newly found without a usable name or id, or called
 * differently than their login says: reason is an error's word or NOTED_LOGIN. */
#define NOTED_LOGIN "login-changed" /* served all the same, under the former name */
typedef enum err (*noted_fn)(void *arg, const char *sub, const char *login, const char *reason);
enum err dirstage_each_news(struct db *db, noted_fn fn, void *arg);
/* The same for all of them, behind a sub, at most max. */
enum err dirstage_each_noted(
    struct db *db, const char *after, uint64_t max, noted_fn fn, void *arg);
/* How many of them are not served. */
enum err dirstage_count_unserved(struct db *db, uint64_t *ret);

#endif
