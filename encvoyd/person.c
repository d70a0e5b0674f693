/* SPDX-License-Identifier: MIT */
#include "encvoyd/person.h"

enum err person_get(struct db *db, const char *issuer, const char *sub, struct person *ret)
{
	AUTO_QUERY struct query q = query_start(db,
	    "SELECT sub, login, gecos, locale, shell, home, roles, ssh_keys, id, blocked, deleted,"
	    " dropped FROM person WHERE issuer = ?1 AND sub = ?2");
	struct msg_person *p = &ret->p;
	enum err e;

	query_text(&q, 1, issuer);
	query_text(&q, 2, sub);
	e = query_step(&q);
	if (e != ERR_OK)
		return e;
	column_text(&q, 0, p->sub, sizeof(p->sub));
	column_text(&q, 1, p->login, sizeof(p->login));
	column_text(&q, 2, p->gecos, sizeof(p->gecos));
	column_text(&q, 3, p->locale, sizeof(p->locale));
	column_text(&q, 4, p->shell, sizeof(p->shell));
	column_text(&q, 5, p->home, sizeof(p->home));
	column_text(&q, 6, p->roles, sizeof(p->roles));
	column_text(&q, 7, p->ssh_keys, sizeof(p->ssh_keys));
	p->id = (uint32_t)column_int(&q, 8);
	p->blocked = column_int(&q, 9) != 0;
	p->deleted = column_int(&q, 10) != 0;
	ret->dropped = column_int(&q, 11) != 0;
	return q.err;
}

void person_parameters(struct query *q, const char *issuer, const struct msg_person *p)
{
	query_text(q, 1, issuer);
	query_text(q, 2, p->sub);
	query_text(q, 3, p->login);
	query_text(q, 4, p->gecos);
	query_text(q, 5, p->locale);
	query_text(q, 6, p->shell);
	query_text(q, 7, p->home);
	query_text(q, 8, p->roles);
	query_text(q, 9, p->ssh_keys);
	query_int(q, 10, p->id);
	query_int(q, 11, p->blocked);
	query_int(q, 12, p->deleted);
}

enum err person_put(struct db *db, const char *issuer, const struct person *person)
{
	AUTO_QUERY struct query q = query_start(db,
	    "INSERT OR REPLACE INTO person (issuer, sub, login, gecos, locale, shell, home, roles,"
	    " ssh_keys, id, blocked, deleted, dropped)"
	    " VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13)");
	const struct msg_person *p = &person->p;

	person_parameters(&q, issuer, p);
	query_int(&q, 13, person->dropped);
	return query_run(&q);
}

enum err person_each_roles(struct db *db, const char *issuer, person_roles_fn fn, void *arg)
{
	AUTO_QUERY struct query q =
	    query_start(db, "SELECT sub, roles FROM person WHERE issuer = ?1 AND roles <> ''"
			    " AND dropped = 0 AND deleted = 0 AND blocked = 0 ORDER BY sub");
	char sub[SUB_MAX_LEN + 1], roles[ROLES_MAX + 1];
	enum err e;

	query_text(&q, 1, issuer);
	e = query_step(&q);
	while (e == ERR_OK) {
		column_text(&q, 0, sub, sizeof(sub));
		column_text(&q, 1, roles, sizeof(roles));
		e = q.err == ERR_OK ? fn(arg, sub, roles) : q.err;
		if (e == ERR_OK)
			e = query_step(&q);
	}
	return e == ERR_NOT_FOUND ? ERR_OK : e;
}
