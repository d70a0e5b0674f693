/* SPDX-License-Identifier: MIT */
#include "encvoyd/ledger.h"

#include "common/num.h"
#include "common/record.h"

#include <string.h>

#define ISSUER_MAX 512

enum err ledger_find(struct db *db, const char *issuer, const char *sub, uint32_t *ret_uid)
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT uid FROM ledger WHERE issuer = ?1 AND sub = ?2");
	int64_t uid;
	enum err e;

	query_text(&q, 1, issuer);
	query_text(&q, 2, sub);
	e = query_step(&q);
	if (e != ERR_OK)
		return e;
	uid = column_int(&q, 0);
	if (uid < ID_FLOOR || uid > ID_CEILING)
		return ERR_IO; /* the table's own check forbids it */
	*ret_uid = (uint32_t)uid;
	return ERR_OK;
}

enum err ledger_owner(
    struct db *db, const char *issuer, uint32_t uid, char ret_sub[SUB_MAX_LEN + 1])
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT issuer, sub FROM ledger WHERE uid = ?1");
	char owner[ISSUER_MAX], sub[SUB_MAX_LEN + 1];
	enum err e;

	query_int(&q, 1, uid);
	e = query_step(&q);
	if (e != ERR_OK)
		return e;
	column_text(&q, 0, owner, sizeof(owner));
	column_text(&q, 1, sub, sizeof(sub));
	if (q.err != ERR_OK)
		return q.err;
	if (strcmp(owner, issuer) != 0)
		return ERR_EXISTS;
	memcpy(ret_sub, sub, sizeof(sub));
	return ERR_OK;
}

static bool numeric(const char *sub, uint64_t *ret)
{
	return num_parse(sub, strlen(sub), ID_SUB_SPAN - 1, ret) == ERR_OK;
}

bool ledger_sub_usable(const struct conf *conf, const char *sub)
{
	uint64_t unused;

	return sub_ok(sub, strlen(sub)) && (!conf->require_numeric_sub || numeric(sub, &unused));
}

/* ERR_NOT_FOUND when the id is nobody's. */
static enum err taken(struct identities *ids, uint32_t uid)
{
	char sub[SUB_MAX_LEN + 1];

	if (!id_ok(uid) || uid >= ID_GROUP_FLOOR || locals_has_id(ids->locals, uid))
		return ERR_ID_RANGE;
	return ledger_owner(ids->db, "", uid, sub);
}

static enum err plan_computed(struct identities *ids, uint32_t uid, struct ledger_plan *ret)
{
	enum err e = taken(ids, uid);

	if (is_fatal(e))
		return e;
	if (e != ERR_NOT_FOUND)
		return ERR_ID_RANGE;
	*ret = (struct ledger_plan){.uid = uid};
	return ERR_OK;
}

static enum err plan_next(struct identities *ids, const struct conf *conf, struct ledger_plan *ret)
{
	uint64_t start = conf->uid_base + ID_SUB_SPAN;
	int64_t offset = 0;
	enum err e = db_meta_get(ids->db, META_ALLOCATED, &offset);

	if (e != ERR_OK)
		return e;
	for (; offset >= 0 && start + (uint64_t)offset < ID_GROUP_FLOOR; offset++) {
		uint32_t uid = (uint32_t)(start + (uint64_t)offset);

		e = taken(ids, uid);
		if (is_fatal(e))
			return e;
		if (e == ERR_NOT_FOUND) {
			*ret = (struct ledger_plan){.uid = uid, .allocated = offset + 1};
			return ERR_OK;
		}
	}
	return ERR_ID_RANGE;
}

enum err ledger_plan(
    struct identities *ids, const struct conf *conf, const char *sub, struct ledger_plan *ret)
{
	uint64_t n = 0;
	uint32_t uid = 0;
	enum err e = ledger_find(ids->db, conf->issuer, sub, &uid);

	if (e == ERR_OK) {
		if (locals_has_id(ids->locals, uid))
			return ERR_ID_RANGE;
		*ret = (struct ledger_plan){.uid = uid, .exists = true};
		return ERR_OK;
	}
	if (e != ERR_NOT_FOUND)
		return e;
	if (!sub_ok(sub, strlen(sub)))
		return ERR_BAD_SUB;
	if (numeric(sub, &n))
		return plan_computed(ids, (uint32_t)(conf->uid_base + n), ret);
	if (!conf->require_numeric_sub)
		return plan_next(ids, conf, ret);
	return num_parse(sub, strlen(sub), UINT64_MAX, &n) == ERR_OK ? ERR_ID_RANGE : ERR_BAD_SUB;
}

enum err ledger_plan_given(struct identities *ids, const struct conf *conf, const char *sub,
    uint32_t id, struct ledger_plan *ret)
{
	uint64_t n = 0;
	uint32_t uid = 0;
	enum err e = ledger_find(ids->db, conf->issuer, sub, &uid);

	if (e != ERR_NOT_FOUND || numeric(sub, &n))
		return e == ERR_OK || e == ERR_NOT_FOUND ? ledger_plan(ids, conf, sub, ret) : e;
	if (id == 0)
		return conf->require_numeric_sub ? ledger_plan(ids, conf, sub, ret) : ERR_NOT_FOUND;
	if (id < conf->uid_base + ID_SUB_SPAN || id >= ID_GROUP_FLOOR)
		return ERR_ID_RANGE;
	return plan_computed(ids, id, ret);
}

enum err ledger_write(
    struct db *db, const char *issuer, const char *sub, const struct ledger_plan *plan, int64_t now)
{
	AUTO_QUERY struct query q = query_start(
	    db, "INSERT INTO ledger (uid, issuer, sub, created) VALUES (?1, ?2, ?3, ?4)");
	enum err e;

	if (plan->exists)
		return ERR_OK;
	query_int(&q, 1, plan->uid);
	query_text(&q, 2, issuer);
	query_text(&q, 3, sub);
	query_int(&q, 4, now);
	e = query_run(&q);
	if (e == ERR_OK && plan->allocated > 0)
		e = db_meta_set(db, META_ALLOCATED, plan->allocated);
	return e == ERR_EXISTS ? ERR_ID_RANGE : e;
}
