/* SPDX-License-Identifier: MIT */
/* What the directory said of each person at the last pass, as it said it. Rows are written by
 * encvoyd/dirsync.c alone, within its transaction; a lost table is filled again by the next pass.
 * An identity (entry.h) is what this host made of it: name, uid, logins. */
#ifndef ENCVOY_ENCVOYD_PERSON_H
#define ENCVOY_ENCVOYD_PERSON_H

#include "common/err.h"
#include "common/proto_directory.h"
#include "encvoyd/db.h"

struct person {
	struct msg_person p; /* its texts checked for their form */
	bool dropped;        /* was in the directory once, and is no more */
};

/* ERR_OK or ERR_NOT_FOUND (not in any directory so far). */
enum err person_get(struct db *db, const char *issuer, const char *sub, struct person *ret);
/* The parameters 1 to 12 of a query: the columns of the table in their order, but `dropped`. */
void person_parameters(struct query *q, const char *issuer, const struct msg_person *p);
/* Inserts or replaces. */
enum err person_put(struct db *db, const char *issuer, const struct person *person);

/* The roles of everybody who has some and is neither dropped, deleted nor blocked, in the order of
 * their subs' bytes; until fn returns anything but ERR_OK. fn may ask the database, but neither
 * write nor iterate. */
typedef enum err (*person_roles_fn)(void *arg, const char *sub, const char *roles);
enum err person_each_roles(struct db *db, const char *issuer, person_roles_fn fn, void *arg);

#endif
