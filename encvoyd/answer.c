/* SPDX-License-Identifier: MIT */
/* identity_answer: every kind of look-up, as it goes to the client. */
#include "encvoyd/identity.h"

#include "encvoyd/entry.h"
#include "encvoyd/groupcheck.h"
#include "encvoyd/groups.h"
#include "encvoyd/ids.h"
#include "encvoyd/ledger.h"
#include "encvoyd/person.h"
#include "encvoyd/sshd.h"

struct lookup {
	struct identities *ids;
	const struct conf *conf;
	const struct msg_lookup *query;
	struct buf *b;
};

static enum err put_user(const struct lookup *l)
{
	struct msg_passwd found;
	enum err e = identity_lookup(l->ids, l->conf, l->query, &found);

	if (e == ERR_OK)
		proto_put_passwd(l->b, &found.rec);
	return e;
}

/* A person's own group, or else one of the configuration as it was published. */
static enum err put_group(const struct lookup *l)
{
	struct msg_passwd found;
	enum err e = identity_lookup(l->ids, l->conf, l->query, &found);

	if (e == ERR_OK)
		proto_put_group(l->b, found.rec.name, found.rec.gid, NULL, 0);
	if (e != ERR_NOT_FOUND || !l->conf->n_groups)
		return e;
	return l->ids->groups ? groups_answer(l->ids->groups, l->query, l->b) : ERR_IO;
}

static enum err entry_of(const struct lookup *l, uint32_t uid, struct entry *ret)
{
	char sub[SUB_MAX_LEN + 1];
	enum err e = ledger_owner(l->ids->db, l->conf->issuer, uid, sub);

	return e == ERR_OK ? entry_get(l->ids->db, l->conf->issuer, sub, ret) : e;
}

static enum err put_groups(const struct lookup *l)
{
	AUTO_BELONGING struct belonging belonging = {0};
	AUTO_BUF struct buf all;
	struct msg_passwd found;
	struct entry entry;
	enum err e = identity_lookup(l->ids, l->conf, l->query, &found);

	buf_init(&all, PROTO_MAX);
	if (e == ERR_OK)
		e = entry_of(l, found.rec.uid, &entry);
	if (e == ERR_OK)
		e = belonging_of(l->ids, l->conf, &entry, found.rec.name, &belonging);
	if (e != ERR_OK)
		return e;
	buf_put(&all, &found.rec.gid, sizeof(found.rec.gid));
	buf_put(&all, belonging.gids.data, belonging.gids.len);
	if (all.err == ERR_OK)
		proto_put_groups(l->b, (const void *)all.data, all.len / sizeof(found.rec.gid));
	return all.err;
}

/* Keys stand only in a directory, and are given only for people whom NSS serves, so never for a
 * local account. */
static enum err put_keys(const struct lookup *l)
{
	struct msg_passwd found;
	struct decision d;
	struct person p;
	enum err e;

	if (!l->conf->ssh_key_field || !*l->conf->ssh_key_field || !directory_counts(l->conf))
		return ERR_NOT_FOUND;
	e = identity_lookup(l->ids, l->conf, l->query, &found);
	if (e == ERR_OK)
		e = sshd_admits(l->ids, l->conf, l->query->name, &d);
	if (e == ERR_OK)
		e = person_get(l->ids->db, l->conf->issuer, d.sub, &p);
	if (e != ERR_OK)
		return is_fatal(e) ? e : ERR_NOT_FOUND;
	if (p.p.blocked || p.p.deleted || p.dropped || !p.p.ssh_keys[0])
		return ERR_NOT_FOUND;
	proto_put_text(l->b, p.p.ssh_keys);
	return ERR_OK;
}

enum err identity_answer(struct identities *ids, const struct conf *conf,
    const struct msg_lookup *query, struct buf *ret)
{
	const struct lookup l = {.ids = ids, .conf = conf, .query = query, .b = ret};
	enum err e = ERR_PROTOCOL;

	switch (query->kind) {
	case LOOKUP_PWNAM:
	case LOOKUP_PWUID:
	case LOOKUP_SSHD:
		e = put_user(&l);
		break;
	case LOOKUP_GRNAM:
	case LOOKUP_GRGID:
		e = put_group(&l);
		break;
	case LOOKUP_INITGROUPS:
		e = put_groups(&l);
		break;
	case LOOKUP_KEYS:
		e = put_keys(&l);
		break;
	}
	return e == ERR_OK ? ret->err : e;
}
