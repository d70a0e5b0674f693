/* SPDX-License-Identifier: MIT */
/* Who is who on this host: the key is (issuer, sub), compared exactly. Three stores back it: the
 * ledger (uid to sub, write-once), the names (name to sub, never given to another sub) and the
 * identities that are served. Only identities of conf->issuer exist for these functions.
 * Local users and groups always win: a name or id of theirs is neither bound nor served (SEC-16).
 * Nothing here logs; time is an argument, in seconds since 1970. */
#ifndef ENCVOY_ENCVOYD_IDENTITY_H
#define ENCVOY_ENCVOYD_IDENTITY_H

#include "common/conf.h"
#include "common/err.h"
#include "common/name.h"
#include "common/proto.h"
#include "encvoyd/db.h"
#include "encvoyd/decide.h"

#include <stdbool.h>
#include <stdint.h>

struct identities;

/* Where things are. NULL for the last two means /etc/passwd and /etc/group. */
struct identities_paths {
	const char *database; /* ENCVOY_STATEDIR "/identity.db" */
	const char *passwd;
	const char *group;
};

/* Opens the database (encvoyd/db.h: errors and report) for the process whose files belong to owner.
 * The caller frees with identities_free; NULL is fine there. */
enum err identities_open(const struct identities_paths *paths, uid_t owner, int64_t now,
    struct identities **ret, struct db_report *ret_report);
void identities_free(struct identities *ids);
void identities_free_ptr(struct identities **ids);
#define AUTO_IDENTITIES CLEANUP(identities_free_ptr)

/* The database's own words for the last ERR_IO, for the log; "" when there was none. */
const char *identities_trouble(const struct identities *ids);

/* What a name typed at a prompt could mean, before anybody is asked. */
struct expectation {
	char sub[SUB_MAX_LEN + 1]; /* the only sub that can log in under this name */
	bool known;                /* an identity of ours already: reserved slots are for these */
};

/* ERR_OK when the name can be somebody's in this service: bound, or of the form of its template
 * with a usable sub. ERR_LOCAL_USER for a local user or group, ERR_UNKNOWN_USER for anything proven
 * not ours (also bad syntax and reserved names), ERR_IO, ERR_NOMEM when nothing can be told. Writes
 * nothing, and does not look at blocks or allow rules: they count after the sign-in. */
enum err identity_expect(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, struct expectation *ret);

/* The outcome for the log and the RESULT; filled in all cases. verdict.code is also what the
 * functions return. */
struct decision {
	struct verdict verdict;
	char user[NAME_MAX_LEN + 1]; /* the person's name in this service; "": none */
	char sub[SUB_MAX_LEN + 1];   /* "": unknown */
	uint32_t uid;                /* 0: none */
	bool changed; /* what NSS shows changed: publish_change before sending RESULT */
};

/* The whole decision after IDENTITY, in this order: our issuer (ERR_WRONG_ISSUER), a usable sub
 * (ERR_BAD_SUB), its name here (ERR_NO_NAME, ERR_BAD_NAME, ERR_NAME_RESERVED, ERR_LOCAL_USER,
 * ERR_NAME_TAKEN) equals the user asked for (ERR_WRONG_USER), a uid (ERR_ID_RANGE, ERR_BAD_SUB),
 * blocked or deleted, allow rules, single-use token (ERR_USED_TOKEN; ERR_TOKEN_TOO_OLD while a
 * damaged store of used tokens may have forgotten it). Only then ledger, names, identity and used
 * token are written, in one transaction: a refusal or failure (ERR_IO, ERR_NOMEM) leaves no trace.
 */
enum err identity_login(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, const struct msg_identity *who,
    int64_t now, struct decision *d);

/* The account phase for a user by name: ERR_LOCAL_USER and ERR_UNKNOWN_USER as identity_expect,
 * then decide_account. Somebody of ours who never signed in here is ERR_LOGIN_TOO_OLD (never
 * ERR_UNKNOWN_USER, which a PAM stack may skip) unless the directory vouches for him. Writes
 * nothing. */
enum err identity_account(struct identities *ids, const struct conf *conf,
    const struct service_conf *service, const char *user, int64_t now, struct decision *d);

/* The passwd entry that a look-up leads to, whatever its kind, from the database. Exactly what
 * publish_map would put into the map. ERR_NOT_FOUND, ERR_IO or ERR_NOMEM. */
enum err identity_lookup(struct identities *ids, const struct conf *conf,
    const struct msg_lookup *query, struct msg_passwd *ret);

/* The uid that processes of a user have: as NSS serves it, or a local_user's own. ERR_NOT_FOUND,
 * ERR_LOCAL_USER, ERR_IO or ERR_NOMEM. */
enum err identity_uid(
    struct identities *ids, const struct conf *conf, const char *user, uint32_t *ret_uid);

/* Puts the message that answers a look-up: groups with their members as published last, all groups
 * of a person, or the SSH keys that the directory has for whom sshd admits. Results as above, and
 * ERR_TOO_LONG when it does not fit into ret: never a part of it. */
enum err identity_answer(struct identities *ids, const struct conf *conf,
    const struct msg_lookup *query, struct buf *ret);

/* How many identities are served at most (published or left out), for status. */
enum err identity_count(struct identities *ids, const struct conf *conf, uint64_t *ret);

#endif
