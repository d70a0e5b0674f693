/* SPDX-License-Identifier: MIT */
#include "encvoyd/passstore.h"

#include "common/str.h"
#include "encvoyd/ids.h"

static void read_row(struct query *q, struct pass_record *ret)
{
	size_t len = 0;

	column_text(q, 0, ret->setting, sizeof(ret->setting));
	column_blob(q, 1, ret->check, sizeof(ret->check), &len);
	if (len != sizeof(ret->check) && q->err == ERR_OK)
		q->err = ERR_IO;
	column_blob(q, 2, ret->sealed, sizeof(ret->sealed), &ret->sealed_len);
	column_text(q, 3, ret->service, sizeof(ret->service));
	ret->refused = column_int(q, 4) != 0;
	ret->full_login = column_int(q, 5);
}

enum err passstore_get(
    struct identities *ids, const struct conf *conf, const char *sub, struct pass_record *ret)
{
	AUTO_QUERY struct query q = query_start(ids->db,
	    "SELECT p.setting, p.chk, p.sealed, p.service, p.refused, i.last_full_login"
	    " FROM passphrase p JOIN identity i USING (issuer, sub)"
	    " WHERE p.issuer = ?1 AND p.sub = ?2");
	enum err e;

	*ret = (struct pass_record){0};
	if (!str_copy(ret->sub, sizeof(ret->sub), sub))
		return ERR_NOT_FOUND;
	query_text(&q, 1, conf->issuer);
	query_text(&q, 2, sub);
	e = query_step(&q);
	if (e != ERR_OK)
		return e;
	read_row(&q, ret);
	return q.err;
}

/* Who is blocked has no identity for this statement, as far as this database knows. */
enum err passstore_put(
    struct identities *ids, const struct conf *conf, const struct pass_record *record, int64_t now)
{
	AUTO_QUERY struct query q =
	    query_start(ids->db, "INSERT OR REPLACE INTO passphrase"
				 " (issuer, sub, setting, chk, sealed, service, refused, created)"
				 " SELECT issuer, sub, ?3, ?4, ?5, ?6, 0, ?7 FROM identity"
				 " WHERE issuer = ?1 AND sub = ?2 AND blocked = 0 AND deleted = 0");
	enum err e;

	query_text(&q, 1, conf->issuer);
	query_text(&q, 2, record->sub);
	query_text(&q, 3, record->setting);
	query_blob(&q, 4, record->check, sizeof(record->check));
	query_blob(&q, 5, record->sealed, record->sealed_len);
	query_text(&q, 6, record->service);
	query_int(&q, 7, now);
	e = query_run(&q);
	if (e == ERR_OK && !query_changed(&q))
		return ERR_NOT_FOUND;
	return e;
}

enum err passstore_renew(struct identities *ids, const struct conf *conf,
    const struct pass_record *record, const void *sealed, size_t len)
{
	AUTO_QUERY struct query q =
	    query_start(ids->db, "UPDATE passphrase SET sealed = ?4, service = ?5, refused = 0"
				 " WHERE issuer = ?1 AND sub = ?2 AND chk = ?3");
	enum err e;

	query_text(&q, 1, conf->issuer);
	query_text(&q, 2, record->sub);
	query_blob(&q, 3, record->check, sizeof(record->check));
	query_blob(&q, 4, sealed, len);
	query_text(&q, 5, record->service);
	e = query_run(&q);
	if (e == ERR_OK && !query_changed(&q))
		return ERR_NOT_FOUND;
	return e;
}

enum err passstore_refused(
    struct identities *ids, const struct conf *conf, const struct pass_record *record)
{
	AUTO_QUERY struct query q = query_start(ids->db,
	    "UPDATE passphrase SET refused = 1 WHERE issuer = ?1 AND sub = ?2 AND sealed = ?3");

	query_text(&q, 1, conf->issuer);
	query_text(&q, 2, record->sub);
	query_blob(&q, 3, record->sealed, record->sealed_len);
	return query_run(&q);
}
