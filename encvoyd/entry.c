/* SPDX-License-Identifier: MIT */
#include "encvoyd/entry.h"

#define COLUMNS                                                                            \
	"i.sub, l.uid, i.bound_name, i.bound_by, i.gecos, i.display, i.locale, i.blocked," \
	" i.deleted, i.first_seen, i.last_login, i.last_full_login"
#define JOINED "identity i JOIN ledger l ON l.issuer = i.issuer AND l.sub = i.sub"

static enum err read_row(struct query *q, struct entry *ret)
{
	int64_t uid = column_int(q, 1);

	column_text(q, 0, ret->sub, sizeof(ret->sub));
	ret->uid = uid > 0 && uid <= UINT32_MAX ? (uint32_t)uid : 0;
	column_text(q, 2, ret->bound_name, sizeof(ret->bound_name));
	column_text(q, 3, ret->bound_by, sizeof(ret->bound_by));
	column_text(q, 4, ret->gecos, sizeof(ret->gecos));
	column_text(q, 5, ret->display, sizeof(ret->display));
	column_text(q, 6, ret->locale, sizeof(ret->locale));
	ret->blocked = column_int(q, 7) != 0;
	ret->deleted = column_int(q, 8) != 0;
	ret->first_seen = column_int(q, 9);
	ret->last_login = column_int(q, 10);
	ret->last_full_login = column_int(q, 11);
	if (q->err == ERR_OK && !id_ok(ret->uid))
		return ERR_IO;
	return q->err;
}

enum err entry_get(struct db *db, const char *issuer, const char *sub, struct entry *ret)
{
	AUTO_QUERY struct query q = query_start(
	    db, "SELECT " COLUMNS " FROM " JOINED " WHERE i.issuer = ?1 AND i.sub = ?2");
	struct entry entry;
	enum err e;

	query_text(&q, 1, issuer);
	query_text(&q, 2, sub);
	e = query_step(&q);
	if (e == ERR_OK)
		e = read_row(&q, &entry);
	if (e == ERR_OK)
		*ret = entry;
	return e;
}

enum err entry_put(struct db *db, const char *issuer, const struct entry *entry)
{
	AUTO_QUERY struct query q = query_start(db,
	    "INSERT INTO identity (issuer, sub, bound_name, bound_by, gecos, display, locale,"
	    "  blocked, deleted, first_seen, last_login, last_full_login)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)"
	    " ON CONFLICT (issuer, sub) DO UPDATE SET bound_name = excluded.bound_name,"
	    "  bound_by = excluded.bound_by, gecos = excluded.gecos, display = excluded.display,"
	    "  locale = excluded.locale, blocked = excluded.blocked, deleted = excluded.deleted,"
	    "  first_seen = excluded.first_seen, last_login = excluded.last_login,"
	    "  last_full_login = excluded.last_full_login");
	enum err e;

	query_text(&q, 1, issuer);
	query_text(&q, 2, entry->sub);
	query_text(&q, 3, entry->bound_name[0] ? entry->bound_name : NULL);
	query_text(&q, 4, entry->bound_by);
	query_text(&q, 5, entry->gecos);
	query_text(&q, 6, entry->display);
	query_text(&q, 7, entry->locale);
	query_int(&q, 8, entry->blocked);
	query_int(&q, 9, entry->deleted);
	query_int(&q, 10, entry->first_seen);
	query_int(&q, 11, entry->last_login);
	query_int(&q, 12, entry->last_full_login);
	e = query_run(&q);
	return e == ERR_EXISTS ? ERR_INTERNAL : e; /* ledger and name rows were not there */
}

enum err entry_remove(struct db *db, const char *issuer, const char *sub)
{
	AUTO_QUERY struct query q =
	    query_start(db, "DELETE FROM identity WHERE issuer = ?1 AND sub = ?2");

	query_text(&q, 1, issuer);
	query_text(&q, 2, sub);
	return query_run(&q);
}

enum err entry_each(
    struct db *db, const char *issuer, const char *after, uint64_t max, entry_fn fn, void *arg)
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT " COLUMNS " FROM " JOINED
			    " WHERE i.issuer = ?1 AND i.sub > ?2 ORDER BY i.sub LIMIT ?3");
	struct entry entry;
	enum err e;

	query_text(&q, 1, issuer);
	query_text(&q, 2, after);
	query_int(&q, 3, max > INT64_MAX ? -1 : (int64_t)max);
	e = query_step(&q);
	while (e == ERR_OK) {
		e = read_row(&q, &entry);
		if (e == ERR_OK)
			e = fn(arg, &entry);
		if (e == ERR_OK)
			e = query_step(&q);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
