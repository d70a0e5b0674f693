/* SPDX-License-Identifier: MIT */
#include "encvoyd/standing.h"

#include "common/str.h"

#include <string.h>

#define META_PASSED "directory_passed"
#define META_ROSTER_SOURCE "roster_source"
#define META_SERIAL "roster_serial"
#define META_EXPIRES "roster_expires"

static const char *const meta_hash[] = {
    "roster_hash_0", "roster_hash_1", "roster_hash_2", "roster_hash_3"};
#define HASH_PARTS (sizeof(meta_hash) / sizeof(meta_hash[0]))
_Static_assert(HASH_PARTS * sizeof(int64_t) == DIRECTORY_HASH_LEN, "the parts are the hash");

bool has_directory(const struct conf *conf)
{
	return strcmp(conf->directory, "login") != 0;
}

static bool is_roster(const struct conf *conf)
{
	return strcmp(conf->directory, "roster") == 0;
}

static uint64_t mix(uint64_t h, const char *text)
{
	for (;; text++) {
		h = (h ^ (uint8_t)*text) * 0x100000001b3;
		if (!*text)
			return h;
	}
}

/* The table of numbers has no texts; what tells one configured source from another is a sum of its
 * words, never 0. All of them are the administrator's own. */
static int64_t source_of(const struct conf *conf, const char *kind)
{
	uint64_t h = mix(mix(0xcbf29ce484222325, kind), conf->issuer);

	if (strcmp(kind, "roster") == 0 && conf->roster_fleet)
		h = mix(h, conf->roster_fleet);
	return (int64_t)(h >> 1) | 1;
}

static enum err get_roster(struct db *db, struct standing *s)
{
	int64_t serial = 0, expires = 0, part = 0;
	enum err e = db_meta_get(db, META_SERIAL, &serial);

	if (e == ERR_OK)
		e = db_meta_get(db, META_EXPIRES, &expires);
	for (size_t i = 0; i < HASH_PARTS && e == ERR_OK; i++) {
		e = db_meta_get(db, meta_hash[i], &part);
		memcpy(s->hash + i * sizeof(part), &part, sizeof(part));
	}
	s->serial = serial > 0 ? (uint64_t)serial : 0;
	s->expires = expires > 0 ? (uint64_t)expires : 0;
	return e;
}

enum err standing_get(struct db *db, const struct conf *conf, struct standing *ret)
{
	struct standing s = {0};
	int64_t source = 0, roster = 0;
	enum err e = db_meta_get(db, META_DIRECTORY_SOURCE, &source);

	if (e == ERR_OK)
		e = db_meta_get(db, META_ROSTER_SOURCE, &roster);
	if (e == ERR_OK)
		e = db_meta_get(db, META_PASSED, &s.passed);
	if (e == ERR_OK && roster == source_of(conf, "roster"))
		e = get_roster(db, &s);
	if (e != ERR_OK)
		return e;
	s.whole = source == source_of(conf, conf->directory);
	*ret = s;
	return ERR_OK;
}

static enum err put_roster(struct db *db, const struct conf *conf, const struct standing *s)
{
	enum err e = db_meta_set(db, META_ROSTER_SOURCE, source_of(conf, "roster"));

	if (e == ERR_OK)
		e = db_meta_set(db, META_SERIAL, (int64_t)s->serial);
	if (e == ERR_OK)
		e = db_meta_set(db, META_EXPIRES, (int64_t)s->expires);
	for (size_t i = 0; i < HASH_PARTS && e == ERR_OK; i++) {
		int64_t part;

		memcpy(&part, s->hash + i * sizeof(part), sizeof(part));
		e = db_meta_set(db, meta_hash[i], part);
	}
	return e;
}

enum err standing_put(struct db *db, const struct conf *conf, const struct standing *s)
{
	enum err e = db_meta_set(db, META_DIRECTORY_SOURCE, source_of(conf, conf->directory));

	if (e == ERR_OK)
		e = db_meta_set(db, META_PASSED, s->passed);
	return e == ERR_OK && is_roster(conf) ? put_roster(db, conf, s) : e;
}

enum standing_word standing_of(const struct conf *conf, const struct standing *s, int64_t now)
{
	uint64_t t = now > 0 ? (uint64_t)now : 0;

	if (!has_directory(conf) || (is_roster(conf) ? s->serial == 0 : !s->whole))
		return STANDING_NONE;
	if (!is_roster(conf) || t <= s->expires)
		return STANDING_CURRENT;
	return t - s->expires <= conf->roster_grace ? STANDING_GRACE : STANDING_EXPIRED;
}

static bool breaks_glass(const struct conf *conf, const char *host_name)
{
	struct slice rest = slice_of(conf->break_glass), one;

	while (*host_name && slice_next(&rest, " ,", &one))
		if (slice_is(one, host_name))
			return true;
	return false;
}

static enum err person_facts(
    struct db *db, const struct conf *conf, const char *sub, struct facts *f)
{
	AUTO_QUERY struct query q = query_start(
	    db, "SELECT blocked, deleted, dropped FROM person WHERE issuer = ?1 AND sub = ?2");
	enum err e;

	query_text(&q, 1, conf->issuer);
	query_text(&q, 2, sub);
	e = query_step(&q);
	if (e != ERR_OK)
		return e == ERR_NOT_FOUND ? ERR_OK : e;
	f->blocked |= column_int(&q, 0) != 0;
	f->deleted |= column_int(&q, 1) != 0;
	f->dropped = column_int(&q, 2) != 0;
	f->in_directory = !f->dropped;
	return ERR_OK;
}

enum err standing_facts(struct identities *ids, const struct conf *conf, const char *sub,
    const char *host_name, int64_t now, struct facts *f)
{
	struct standing s;
	enum err e;

	if (!has_directory(conf))
		return ERR_OK;
	e = person_facts(ids->db, conf, sub, f);
	if (e == ERR_OK)
		e = standing_get(ids->db, conf, &s);
	if (e == ERR_OK)
		f->expired = standing_of(conf, &s, now) == STANDING_EXPIRED &&
			     !breaks_glass(conf, host_name);
	return e;
}
