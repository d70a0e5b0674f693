/* SPDX-License-Identifier: MIT */
/* How far the directory is known here, and what that means for one person. Kept in the database as
 * numbers (db_meta_get), so that no restart makes an older roster acceptable (SEC-48). */
#ifndef ENCVOY_ENCVOYD_STANDING_H
#define ENCVOY_ENCVOYD_STANDING_H

#include "common/conf.h"
#include "common/proto_directory.h"
#include "encvoyd/decide.h"
#include "encvoyd/ids.h"

#include <stdbool.h>
#include <stdint.h>

struct standing {
	bool whole;       /* the table of persons is what the present source said */
	int64_t passed;   /* the last pass that counted, seconds since 1970; 0: none so far */
	uint64_t serial;  /* of the last roster of this issuer and fleet; 0: none */
	uint64_t expires; /* of that roster, seconds since 1970 */
	uint8_t hash[DIRECTORY_HASH_LEN];
};

/* Whether conf names a source at all (directory is not login). */
bool has_directory(const struct conf *conf);
enum err standing_get(struct db *db, const struct conf *conf, struct standing *ret);
/* Within the caller's transaction; afterwards `whole` is true. */
enum err standing_put(struct db *db, const struct conf *conf, const struct standing *s);

enum standing_word {
	STANDING_NONE,    /* no pass so far, or no directory */
	STANDING_CURRENT, /* always of a source that does not expire */
	STANDING_GRACE,   /* expired, but not for longer than roster_grace */
	STANDING_EXPIRED,
};
enum standing_word standing_of(const struct conf *conf, const struct standing *s, int64_t now);

/* Fills what the directory says of a person into f: in_directory, dropped, expired, and blocked and
 * deleted where it says so. host_name: as NSS serves it, for break_glass; "" for none. */
enum err standing_facts(struct identities *ids, const struct conf *conf, const char *sub,
    const char *host_name, int64_t now, struct facts *f);

/* Nobody can say any more that the table of persons is whole: the next pass fills it anew. */
#define META_DIRECTORY_SOURCE "directory_source"

#endif
