/* SPDX-License-Identifier: MIT */
/* A row of the table of identities, with the uid that the ledger has for it. */
#ifndef ENCVOY_ENCVOYD_ENTRY_H
#define ENCVOY_ENCVOYD_ENTRY_H

#include "common/err.h"
#include "common/name.h"
#include "common/record.h"
#include "encvoyd/db.h"

#include <stdbool.h>
#include <stdint.h>

#define BOUND_BY_MAX 16
#define DISPLAY_MAX 256
#define LOCALE_MAX 32

struct entry {
	char sub[SUB_MAX_LEN + 1];
	uint32_t uid;                      /* from the ledger; not written by entry_put */
	char bound_name[NAME_MAX_LEN + 1]; /* "": the template's */
	char bound_by[BOUND_BY_MAX]; /* the verb that bound it: "add", "map", "import", "rename" */
	char gecos[RECORD_TEXT_MAX + 1]; /* an administrator's; "": the configuration's */
	char display[DISPLAY_MAX];       /* what the provider calls the person; never served */
	char locale[LOCALE_MAX];
	bool blocked;
	bool deleted;
	int64_t first_seen; /* seconds since 1970, as the others; 0: never */
	int64_t last_login;
	int64_t last_full_login;
};

/* ERR_OK or ERR_NOT_FOUND. */
enum err entry_get(struct db *db, const char *issuer, const char *sub, struct entry *ret);
/* Inserts or replaces, within the caller's transaction; ledger and name rows must be there. */
enum err entry_put(struct db *db, const char *issuer, const struct entry *entry);
enum err entry_remove(struct db *db, const char *issuer, const char *sub);

/* Calls fn for at most max entries behind the sub `after` ("": from the first) in a fixed order,
 * until it returns anything but ERR_OK. The entry is fn's to read only; fn may ask the database,
 * but neither write nor iterate. */
typedef enum err (*entry_fn)(void *arg, const struct entry *entry);
enum err entry_each(
    struct db *db, const char *issuer, const char *after, uint64_t max, entry_fn fn, void *arg);

#endif
