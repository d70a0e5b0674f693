/* SPDX-License-Identifier: MIT */
/* uid to (issuer, sub), write-once. A canonical decimal sub below 2^27 gets uid_base + sub (sub "0"
 * therefore uid_base itself), every other one the next free id from uid_base + 2^27 on, if
 * require_numeric_sub = no allows it. The ids from ID_GROUP_FLOOR on are for [group] sections and
 * are given to nobody. A row that exists always wins over the computation. */
#ifndef ENCVOY_ENCVOYD_LEDGER_H
#define ENCVOY_ENCVOYD_LEDGER_H

#include "common/conf.h"
#include "common/err.h"
#include "common/name.h"
#include "encvoyd/ids.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* ERR_OK or ERR_NOT_FOUND. */
enum err ledger_find(struct db *db, const char *issuer, const char *sub, uint32_t *ret_uid);
/* Whose an id is: ERR_OK and the sub when it is this issuer's, ERR_EXISTS when it is another
 * issuer's, ERR_NOT_FOUND. */
enum err ledger_owner(
    struct db *db, const char *issuer, uint32_t uid, char ret_sub[SUB_MAX_LEN + 1]);

/* The uid that a sub has or would get; nothing is written. */
struct ledger_plan {
	uint32_t uid;
	bool exists;
	int64_t allocated; /* > 0: what the counter of given ids becomes */
};
/* ERR_BAD_SUB for a sub that the configuration does not admit, ERR_ID_RANGE when its id belongs to
 * a local user or group or to another sub, or when none is left. */
enum err ledger_plan(
    struct identities *ids, const struct conf *conf, const char *sub, struct ledger_plan *ret);
/* The same where the directory gives an id (0: none): it is for a sub that is no number, must lie
 * in the ledger's own part of the range, and is taken whatever require_numeric_sub says: every host
 * has the same. Without one nothing is planned for such a sub: ERR_NOT_FOUND where ledger_plan
 * would give it the next free id. */
enum err ledger_plan_given(struct identities *ids, const struct conf *conf, const char *sub,
    uint32_t id, struct ledger_plan *ret);
/* Writes a plan just made, within the caller's transaction. */
enum err ledger_write(struct db *db, const char *issuer, const char *sub,
    const struct ledger_plan *plan, int64_t now);

/* By its form alone: whether the configuration admits this sub. */
bool ledger_sub_usable(const struct conf *conf, const char *sub);

#endif
