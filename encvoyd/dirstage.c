/* SPDX-License-Identifier: MIT */
/* Persons as they arrive: their form, the difference to the last pass, and the name and id each is
 * to get. dirstage_apply.c writes it all down. */
#include "encvoyd/dirstage.h"

#include "common/record.h"
#include "encvoyd/entry.h"
#include "encvoyd/ledger.h"
#include "encvoyd/names.h"
#include "encvoyd/person.h"

#include <string.h>

#define NOTED_AGAIN_MAX 4096

/* seen: everybody sent. staged: who is new or changed. plan: what is to be done about them: an id
 * (uid 0: the next free one), a name to be theirs from now on (bind: as a bound one, else the
 * template gives it), or why there is none. noted, news: see dirstage_each_noted. */
static const char tables[] =
    "CREATE TEMP TABLE seen (sub TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE staged (sub TEXT PRIMARY KEY, login TEXT NOT NULL, gecos TEXT NOT NULL,"
    " locale TEXT NOT NULL, shell TEXT NOT NULL, home TEXT NOT NULL, roles TEXT NOT NULL,"
    " ssh_keys TEXT NOT NULL, id INTEGER NOT NULL, blocked INTEGER NOT NULL,"
    " deleted INTEGER NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE plan (sub TEXT PRIMARY KEY, login TEXT NOT NULL, uid INTEGER NOT NULL,"
    " name TEXT, bind INTEGER NOT NULL, why TEXT NOT NULL) STRICT, WITHOUT ROWID;"
    "CREATE INDEX temp.plan_by_name ON plan (name) WHERE name IS NOT NULL;"
    "CREATE TEMP TABLE noted (sub TEXT PRIMARY KEY, login TEXT NOT NULL, reason TEXT NOT NULL)"
    " STRICT, WITHOUT ROWID;"
    "CREATE TEMP TABLE news (sub TEXT PRIMARY KEY, login TEXT NOT NULL, reason TEXT NOT NULL)"
    " STRICT, WITHOUT ROWID;";

static const char empty[] = "DELETE FROM temp.seen; DELETE FROM temp.staged; DELETE FROM temp.plan";

enum err dirstage_prepare(struct db *db)
{
	return db_script(db, tables);
}

enum err dirstage_begin(struct identities *ids, bool thorough, struct dirstage *ret)
{
	int64_t noted = 0;
	enum err e = db_script(ids->db, empty);

	if (e == ERR_OK)
		e = db_number(ids->db, "SELECT count(*) FROM temp.noted", &noted);
	if (e == ERR_OK)
		e = locals_refresh(ids->locals);
	if (e == ERR_OK)
		*ret = (struct dirstage){.thorough = thorough, .has_noted = noted > 0};
	return e;
}

static bool roles_ok(const char *roles)
{
	struct slice rest = slice_of(roles), one, last = {0};

	while (rest.len > 0) {
		const char *nl = memchr(rest.p, '\n', rest.len);
		size_t n = nl ? (size_t)(nl - rest.p) : rest.len, shorter;
		int order;

		one = (struct slice){rest.p, n};
		shorter = n < last.len ? n : last.len;
		order = last.len ? memcmp(last.p, one.p, shorter) : -1;
		if (!role_ok(one) || order > 0 || (order == 0 && last.len >= n))
			return false;
		last = one;
		rest = (struct slice){rest.p + n + (nl != NULL), rest.len - n - (nl != NULL)};
	}
	return true;
}

/* Every line printable: what is in one cannot end it, or hide in it. */
static bool lines_ok(const char *text)
{
	return text_printable(text);
}

static bool line_ok(const char *text)
{
	return slice_printable(slice_of(text));
}

/* The name of the first field that is not of its form; NULL when all are. */
static const char *malformed(const struct msg_person *p)
{
	if (!sub_ok(p->sub, strlen(p->sub)))
		return "sub";
	if (!line_ok(p->login))
		return "login";
	if (!line_ok(p->gecos))
		return "gecos";
	if (!line_ok(p->locale))
		return "locale";
	if (!line_ok(p->shell))
		return "shell";
	if (!line_ok(p->home))
		return "home";
	if (!roles_ok(p->roles))
		return "roles";
	return lines_ok(p->ssh_keys) ? NULL : "ssh_keys";
}

static uint64_t size_of(const struct msg_person *p)
{
	return strlen(p->sub) + strlen(p->login) + strlen(p->gecos) + strlen(p->locale) +
	       strlen(p->shell) + strlen(p->home) + strlen(p->roles) + strlen(p->ssh_keys);
}

static enum err see(struct db *db, const struct msg_person *p)
{
	AUTO_QUERY struct query q = query_start(db, "INSERT INTO temp.seen VALUES (?1)");

	query_text(&q, 1, p->sub);
	return query_run(&q);
}

/* *ret_differs: the person is new, was dropped, or something about him is not as it was. */
static enum err stage(
    struct db *db, const struct conf *conf, const struct msg_person *p, bool *ret_differs)
{
	AUTO_QUERY struct query q = query_start(db,
	    "INSERT INTO temp.staged SELECT ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12"
	    " WHERE NOT EXISTS (SELECT 1 FROM person WHERE issuer = ?1 AND sub = ?2"
	    "  AND login = ?3 AND gecos = ?4 AND locale = ?5 AND shell = ?6 AND home = ?7"
	    "  AND roles = ?8 AND ssh_keys = ?9 AND id = ?10 AND blocked = ?11 AND deleted = ?12"
	    "  AND dropped = 0)");
	enum err e;

	person_parameters(&q, conf->issuer, p);
	e = query_run(&q);
	*ret_differs = query_changed(&q);
	return e;
}

static enum err is_noted(struct db *db, const char *sub, bool *ret)
{
	AUTO_QUERY struct query q = query_start(db, "SELECT 1 FROM temp.noted WHERE sub = ?1");
	enum err e;

	query_text(&q, 1, sub);
	e = query_step(&q);
	*ret = e == ERR_OK;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

struct plan {
	uint32_t uid;
	char name[NAME_MAX_LEN + 1]; /* "": nothing to bind or reserve */
	bool bind;
	const char *why; /* "" or the reason, static */
};

static enum err write_plan(struct db *db, const struct msg_person *p, const struct plan *plan)
{
	AUTO_QUERY struct query q =
	    query_start(db, "INSERT INTO temp.plan VALUES (?1, ?2, ?3, ?4, ?5, ?6)");

	query_text(&q, 1, p->sub);
	query_text(&q, 2, p->login);
	query_int(&q, 3, plan->uid);
	query_text(&q, 4, plan->name[0] ? plan->name : NULL);
	query_int(&q, 5, plan->bind);
	query_text(&q, 6, plan->why);
	return query_run(&q);
}

/* Two people of one directory with the same login: neither has a better right to the name. */
static enum err refuse_twins(struct db *db, struct plan *plan)
{
	AUTO_QUERY struct query q =
	    query_start(db, "UPDATE temp.plan SET why = ?1 WHERE name = ?2 AND bind = 1");

	query_text(&q, 1, err_word(ERR_NAME_TAKEN));
	query_text(&q, 2, plan->name);
	if (query_run(&q) == ERR_OK && query_changed(&q))
		plan->why = err_word(ERR_NAME_TAKEN);
	return q.err == ERR_NOT_FOUND ? ERR_OK : q.err;
}

/* The name that the template and the directory give; ERR_OK or why it cannot be the person's. */
static enum err name_by_login(struct identities *ids, const struct conf *conf,
    const struct msg_person *p, char name[NAME_MAX_LEN + 1])
{
	const struct template_values values = {
	    .sub = p->sub, .login = p->login[0] ? p->login : NULL};
	const char *tpl = conf->service.user_name;
	enum err e = template_expand(tpl, &values, name, NAME_MAX_LEN + 1);

	if (e == ERR_TOO_LONG)
		e = ERR_BAD_NAME;
	if (e == ERR_OK)
		e = names_check(ids, conf, tpl, p->sub, name);
	return e;
}

/* Somebody who has a bound name keeps it, whoever bound it (SEC-17). */
static enum err check_bound(struct identities *ids, const struct conf *conf,
    const struct msg_person *p, const struct entry *entry, struct plan *plan)
{
	char name[NAME_MAX_LEN + 1];
	const char *tpl = conf->service.user_name;
	enum err e = names_of(ids, conf, tpl, p->sub, entry->bound_name, name);

	if (is_fatal(e))
		return e;
	if (e != ERR_OK)
		plan->why = err_word(e);
	else if (strcmp(entry->bound_by, "directory") == 0 && !template_is_sub_only(tpl) &&
		 (name_by_login(ids, conf, p, name) != ERR_OK ||
		     strcmp(name, entry->bound_name) != 0))
		plan->why = NOTED_LOGIN;
	return ERR_OK;
}

static enum err plan_name(struct identities *ids, const struct conf *conf,
    const struct msg_person *p, const struct entry *entry, struct plan *plan)
{
	enum err e;

	if (entry->bound_name[0])
		return check_bound(ids, conf, p, entry, plan);
	plan->bind = !template_is_sub_only(conf->service.user_name);
	e = name_by_login(ids, conf, p, plan->name);
	if (is_fatal(e))
		return e;
	if (e != ERR_OK) {
		plan->name[0] = 0;
		plan->why = err_word(e);
	}
	return plan->bind && plan->name[0] ? refuse_twins(ids->db, plan) : ERR_OK;
}

static enum err plan_person(
    struct identities *ids, const struct conf *conf, const struct msg_person *p)
{
	struct plan plan = {.why = ""};
	struct ledger_plan id = {0};
	struct entry entry = {0};
	enum err e = entry_get(ids->db, conf->issuer, p->sub, &entry);
	bool known = e == ERR_OK;

	if (p->deleted) /* keeps what he has, and gets nothing new */
		return ERR_OK;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		return e;
	e = ledger_plan_given(ids, conf, p->sub, p->id, &id);
	if (is_fatal(e))
		return e;
	plan.uid = id.uid;
	if (e != ERR_OK && e != ERR_NOT_FOUND)
		plan.why = err_word(e);
	else
		e = plan_name(ids, conf, p, &entry, &plan);
	if (is_fatal(e))
		return e;
	if (known && !plan.bind && !plan.why[0])
		return ERR_OK; /* as it should be */
	return write_plan(ids->db, p, &plan);
}

enum err dirstage_add(struct identities *ids, const struct conf *conf, struct dirstage *st,
    const struct msg_person *p, const char **ret_field)
{
	bool differs = false, noted = false;
	const char *field = malformed(p);
	enum err e;

	*ret_field = field ? field : "sub";
	if (field)
		return ERR_SYNTAX;
	st->bytes += size_of(p);
	if (st->bytes > conf->roster_max_size)
		return ERR_TOO_LONG;
	st->persons++;
	e = see(ids->db, p);
	if (e == ERR_EXISTS)
		return ERR_SYNTAX;
	if (e == ERR_OK)
		e = stage(ids->db, conf, p, &differs);
	if (e == ERR_OK && !differs && st->has_noted)
		e = is_noted(ids->db, p->sub, &noted);
	if (e == ERR_OK && (differs || noted || st->thorough))
		e = plan_person(ids, conf, p);
	return e;
}

static enum err next_known(struct db *db, const struct conf *conf, char sub[SUB_MAX_LEN + 1])
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT sub FROM person WHERE issuer = ?1 AND sub > ?2 AND dropped = 0"
			    " ORDER BY sub LIMIT 1");
	enum err e;

	query_text(&q, 1, conf->issuer);
	query_text(&q, 2, sub);
	e = query_step(&q);
	if (e == ERR_OK)
		column_text(&q, 0, sub, SUB_MAX_LEN + 1);
	return e == ERR_OK ? q.err : e;
}

enum err dirstage_add_known(struct identities *ids, const struct conf *conf, struct dirstage *st,
    char after[SUB_MAX_LEN + 1], unsigned max, bool *ret_done)
{
	static struct person person; /* 40 KiB */
	const char *field;
	enum err e = ERR_OK;

	for (unsigned n = 0; n < max && e == ERR_OK; n++) {
		e = next_known(ids->db, conf, after);
		if (e == ERR_OK)
			e = person_get(ids->db, conf->issuer, after, &person);
		if (e == ERR_OK)
			e = dirstage_add(ids, conf, st, &person.p, &field);
	}
	*ret_done = e == ERR_NOT_FOUND;
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}

static enum err next_noted(struct db *db, char sub[SUB_MAX_LEN + 1])
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT sub FROM temp.noted WHERE sub > ?1 ORDER BY sub LIMIT 1");
	enum err e;

	query_text(&q, 1, sub);
	e = query_step(&q);
	if (e == ERR_OK)
		column_text(&q, 0, sub, SUB_MAX_LEN + 1);
	return e == ERR_OK ? q.err : e;
}

enum err dirstage_add_noted(struct identities *ids, const struct conf *conf, struct dirstage *st)
{
	static struct person person; /* 40 KiB */
	char sub[SUB_MAX_LEN + 1] = "";
	const char *field;
	enum err e = ERR_OK;

	for (unsigned n = 0; n < NOTED_AGAIN_MAX && e == ERR_OK; n++) {
		e = next_noted(ids->db, sub);
		if (e != ERR_OK)
			break;
		e = person_get(ids->db, conf->issuer, sub, &person);
		if (e == ERR_OK && !person.dropped)
			e = dirstage_add(ids, conf, st, &person.p, &field);
		if (e == ERR_NOT_FOUND)
			e = ERR_OK;
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
