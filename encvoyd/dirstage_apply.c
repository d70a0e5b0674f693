/* SPDX-License-Identifier: MIT */
/* The end of a pass: the difference becomes rows, all or none of them. What was planned while the
 * persons arrived may be overtaken by a login or an administrator meanwhile; every statement here
 * therefore takes only what is still free, and who got nothing is noted. */
#include "encvoyd/dirstage.h"

#include "encvoyd/ledger.h"

#include <string.h>

static enum err count(struct db *db, const struct conf *conf, const char *sql, uint64_t *ret)
{
	AUTO_QUERY struct query q = query_start(db, sql);
	enum err e;

	query_text(&q, 1, conf->issuer);
	e = query_step(&q);
	if (e == ERR_OK)
		*ret = (uint64_t)column_int(&q, 0);
	return e;
}

/* Runs a statement with the issuer as ?1 and now as ?2. */
static enum err run(struct db *db, const struct conf *conf, const char *sql, int64_t now)
{
	AUTO_QUERY struct query q = query_start(db, sql);

	query_text(&q, 1, conf->issuer);
	if (now)
		query_int(&q, 2, now);
	return query_run(&q);
}

/* CROSS JOIN goes from the few that are staged to their rows; the planner would go the other way.
 */
static const char count_staged[] = "SELECT count(*) FROM temp.staged WHERE ?1 IS NOT NULL";
static const char count_known[] =
    "SELECT count(*) FROM temp.staged s CROSS JOIN person p ON p.issuer = ?1 AND p.sub = s.sub";
/* Of those who were known: whether passwd or group entries look different now (who is blocked is
 * in no group). */
static const char count_visible[] =
    "SELECT count(*) FROM temp.staged s CROSS JOIN person p ON p.issuer = ?1 AND p.sub = s.sub"
    " WHERE p.gecos <> s.gecos OR p.shell <> s.shell OR p.home <> s.home OR p.roles <> s.roles"
    " OR p.blocked <> s.blocked OR p.deleted <> s.deleted OR p.dropped <> 0";
static const char count_gone[] = "SELECT count(*) FROM person WHERE issuer = ?1 AND dropped = 0"
				 " AND sub NOT IN (SELECT sub FROM temp.seen)";

static const char put_persons[] =
    "INSERT OR REPLACE INTO person (issuer, sub, login, gecos, locale, shell, home, roles,"
    " ssh_keys, id, blocked, deleted, dropped)"
    " SELECT ?1, sub, login, gecos, locale, shell, home, roles, ssh_keys, id, blocked, deleted, 0"
    " FROM temp.staged ORDER BY sub";
static const char drop_persons[] = "UPDATE person SET dropped = 1 WHERE issuer = ?1 AND dropped = 0"
				   " AND sub NOT IN (SELECT sub FROM temp.seen)";
static const char put_ledger[] =
    "INSERT OR IGNORE INTO ledger (uid, issuer, sub, created)"
    " SELECT uid, ?1, sub, ?2 FROM temp.plan WHERE uid > 0 ORDER BY uid";
static const char put_names[] =
    "INSERT OR IGNORE INTO names (name, issuer, sub, created)"
    " SELECT name, ?1, sub, ?2 FROM temp.plan p WHERE name IS NOT NULL AND why = ''"
    " AND EXISTS (SELECT 1 FROM ledger l WHERE l.issuer = ?1 AND l.sub = p.sub) ORDER BY name";
static const char put_identities[] =
    "INSERT INTO identity (issuer, sub, bound_name, bound_by, blocked, deleted, first_seen)"
    " SELECT ?1, p.sub, n.name, iif(n.name IS NULL, '', 'directory'), d.blocked, d.deleted, ?2"
    " FROM temp.plan p CROSS JOIN person d ON d.issuer = ?1 AND d.sub = p.sub"
    " CROSS JOIN ledger l ON l.issuer = ?1 AND l.sub = p.sub"
    " LEFT JOIN names n ON p.bind = 1 AND p.why = '' AND n.name = p.name AND n.issuer = ?1"
    "  AND n.sub = p.sub"
    " WHERE d.deleted = 0"
    " ON CONFLICT (issuer, sub) DO UPDATE SET bound_name = excluded.bound_name,"
    "  bound_by = excluded.bound_by"
    " WHERE bound_name IS NULL AND excluded.bound_name IS NOT NULL";
static const char put_flags[] =
    "UPDATE identity SET (blocked, deleted) ="
    "  (SELECT s.blocked, s.deleted FROM temp.staged s WHERE s.sub = identity.sub)"
    " WHERE issuer = ?1 AND sub IN (SELECT sub FROM temp.staged)";

/* What became of the plans: no id, or a name that somebody else got in between. */
static const char note_no_id[] =
    "UPDATE temp.plan SET why = 'id-out-of-range' WHERE why = '' AND NOT EXISTS"
    " (SELECT 1 FROM ledger l WHERE l.issuer = ?1 AND l.sub = plan.sub)";
static const char note_no_name[] =
    "UPDATE temp.plan SET why = 'name-taken' WHERE why = '' AND name IS NOT NULL AND NOT EXISTS"
    " (SELECT 1 FROM names n WHERE n.name = plan.name AND n.issuer = ?1 AND n.sub = plan.sub)";
static const char put_news[] =
    "INSERT INTO temp.news SELECT sub, login, why FROM temp.plan WHERE why <> '' AND ?1 IS NOT NULL"
    " EXCEPT SELECT sub, login, reason FROM temp.noted";
static const char forget_noted[] = "DELETE FROM temp.noted WHERE ?1 IS NOT NULL AND (?2 = 1 OR sub "
				   "IN (SELECT sub FROM temp.seen))";
static const char put_noted[] = "INSERT INTO temp.noted SELECT sub, login, why FROM temp.plan "
				"WHERE why <> '' AND ?1 IS NOT NULL";

/* Ids that only this host gives, one by one. */
static enum err next_unnumbered(struct db *db, const char *after, char sub[SUB_MAX_LEN + 1])
{
	AUTO_QUERY struct query q = query_start(db, "SELECT sub FROM temp.plan WHERE uid = 0 AND "
						    "why = '' AND sub > ?1 ORDER BY sub LIMIT 1");
	enum err e;

	query_text(&q, 1, after);
	e = query_step(&q);
	if (e == ERR_OK)
		column_text(&q, 0, sub, SUB_MAX_LEN + 1);
	return e == ERR_OK ? q.err : e;
}

static enum err give_ids(struct identities *ids, const struct conf *conf, int64_t now)
{
	char after[SUB_MAX_LEN + 1] = "", sub[SUB_MAX_LEN + 1];
	enum err e;

	while ((e = next_unnumbered(ids->db, after, sub)) == ERR_OK) {
		struct ledger_plan plan;

		memcpy(after, sub, sizeof(after));
		e = ledger_plan(ids, conf, sub, &plan);
		if (e == ERR_OK)
			e = ledger_write(ids->db, conf->issuer, sub, &plan, now);
		if (is_fatal(e))
			return e;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err compare(struct db *db, const struct conf *conf, const struct dirstage *st,
    bool whole, struct dirstage_report *r)
{
	uint64_t staged = 0, known = 0, visible = 0;
	enum err e = count(db, conf, count_staged, &staged);

	if (e == ERR_OK)
		e = count(db, conf, count_known, &known);
	if (e == ERR_OK)
		e = count(db, conf, count_visible, &visible);
	if (e == ERR_OK && whole)
		e = count(db, conf, count_gone, &r->figures.dropped);
	r->figures.persons = st->persons;
	r->figures.added = staged - known;
	r->figures.changed = known;
	r->visible = staged > known || visible > 0 || r->figures.dropped > 0;
	return e;
}

static enum err write_difference(
    struct identities *ids, const struct conf *conf, int64_t now, const struct dirstage_report *r)
{
	struct db *db = ids->db;
	enum err e = run(db, conf, put_persons, 0);

	if (e == ERR_OK && r->figures.dropped)
		e = run(db, conf, drop_persons, 0);
	if (e == ERR_OK)
		e = run(db, conf, put_ledger, now);
	if (e == ERR_OK)
		e = give_ids(ids, conf, now);
	if (e == ERR_OK)
		e = run(db, conf, put_names, now);
	if (e == ERR_OK)
		e = run(db, conf, put_identities, now);
	return e == ERR_OK ? run(db, conf, put_flags, 0) : e;
}

static enum err write_notes(struct db *db, const struct conf *conf, bool whole)
{
	enum err e = run(db, conf, note_no_id, 0);

	if (e == ERR_OK)
		e = run(db, conf, note_no_name, 0);
	if (e == ERR_OK)
		e = db_script(db, "DELETE FROM temp.news");
	if (e == ERR_OK)
		e = run(db, conf, put_news, 0);
	if (e == ERR_OK)
		e = run(db, conf, forget_noted, whole ? 1 : 2);
	return e == ERR_OK ? run(db, conf, put_noted, 0) : e;
}

/* Whether somebody got a name who was known before, an administrator's or a vanished local user's
 * doing. */
static enum err look_for_bindings(struct db *db, struct dirstage_report *r)
{
	int64_t n = 0;
	enum err e =
	    db_number(db, "SELECT count(*) FROM temp.plan WHERE name IS NOT NULL AND why = ''", &n);

	r->visible = r->visible || n > 0;
	return e;
}

static enum err apply(struct identities *ids, const struct conf *conf, const struct dirstage *st,
    bool whole, const struct standing *standing, int64_t now, struct dirstage_report *r)
{
	enum err e = compare(ids->db, conf, st, whole, r);

	if (e == ERR_OK)
		e = write_difference(ids, conf, now, r);
	if (e == ERR_OK)
		e = write_notes(ids->db, conf, whole);
	if (e == ERR_OK)
		e = look_for_bindings(ids->db, r);
	if (e == ERR_OK && standing)
		e = standing_put(ids->db, conf, standing);
	return e == ERR_OK ? dirstage_count_unserved(ids->db, &r->figures.refused) : e;
}

enum err dirstage_apply(struct identities *ids, const struct conf *conf, const struct dirstage *st,
    bool whole, const struct standing *standing, int64_t now, struct dirstage_report *ret)
{
	struct dirstage_report report = {0};
	enum err e = db_begin(ids->db);

	if (e != ERR_OK)
		return e;
	e = apply(ids, conf, st, whole, standing, now, &report);
	if (e == ERR_OK)
		e = db_commit(ids->db);
	else
		db_rollback(ids->db);
	if (e == ERR_OK)
		*ret = report;
	return e;
}

static enum err each(struct query *q, noted_fn fn, void *arg)
{
	char sub[SUB_MAX_LEN + 1], login[LOGIN_MAX], reason[64];
	enum err e = query_step(q);

	while (e == ERR_OK) {
		column_text(q, 0, sub, sizeof(sub));
		column_text(q, 1, login, sizeof(login));
		column_text(q, 2, reason, sizeof(reason));
		e = q->err == ERR_OK ? fn(arg, sub, login, reason) : q->err;
		if (e == ERR_OK)
			e = query_step(q);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

enum err dirstage_each_news(struct db *db, noted_fn fn, void *arg)
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT sub, login, reason FROM temp.news ORDER BY sub");

	return each(&q, fn, arg);
}

enum err dirstage_each_noted(struct db *db, const char *after, uint64_t max, noted_fn fn, void *arg)
{
	AUTO_QUERY struct query q = query_start(
	    db, "SELECT sub, login, reason FROM temp.noted WHERE sub > ?1 ORDER BY sub LIMIT ?2");

	query_text(&q, 1, after);
	query_int(&q, 2, max > INT64_MAX ? -1 : (int64_t)max);
	return each(&q, fn, arg);
}

enum err dirstage_count_unserved(struct db *db, uint64_t *ret)
{
	int64_t n = 0;
	enum err e =
	    db_number(db, "SELECT count(*) FROM temp.noted WHERE reason <> '" NOTED_LOGIN "'", &n);

	if (e == ERR_OK)
		*ret = (uint64_t)n;
	return e;
}
