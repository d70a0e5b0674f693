/* SPDX-License-Identifier: MIT */
#include "encvoyd/used.h"

#define HOUR 3600
#define DAY (24 * HOUR)

/* token_max_age is a day at most, whatever a token says of itself; beyond its end and a margin for
 * clocks nobody accepts it. */
static int64_t keep_until(uint64_t expires, int64_t now)
{
	uint64_t until = (uint64_t)now + DAY;
	uint64_t most = (uint64_t)now + 30 * DAY;

	if (expires > until)
		until = expires < most ? expires : most;
	return (int64_t)until + HOUR;
}

static enum err forget_old(struct db *db, int64_t now)
{
	AUTO_QUERY struct query q = query_start(db, "DELETE FROM used_token WHERE expires < ?1");

	query_int(&q, 1, now);
	return query_run(&q);
}

static enum err insert(struct db *db, const uint8_t *hash, int64_t until)
{
	AUTO_QUERY struct query q =
	    query_start(db, "INSERT INTO used_token (hash, expires) VALUES (?1, ?2)");
	enum err e;

	query_blob(&q, 1, hash, TOKEN_HASH_SIZE);
	query_int(&q, 2, until);
	e = query_run(&q);
	return e == ERR_EXISTS ? ERR_USED_TOKEN : e;
}

enum err used_insert(struct db *db, const uint8_t hash[TOKEN_HASH_SIZE], uint64_t expires,
    uint64_t max_age, int64_t now)
{
	int64_t lost = 0;
	enum err e = db_meta_get(db, META_TOKENS_LOST, &lost);

	if (e != ERR_OK)
		return e;
	if (lost > 0 && (uint64_t)(now < lost ? lost - now : now - lost) <= max_age)
		return ERR_TOKEN_TOO_OLD;
	e = forget_old(db, now);
	if (e == ERR_OK)
		e = insert(db, hash, keep_until(expires, now));
	return e;
}
