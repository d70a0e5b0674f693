/* SPDX-License-Identifier: MIT */
/* Which name belongs to which sub. A name is bound by an administrator or follows from a template
 * of the sub alone; once given it stays reserved for that sub, also after a rename or removal
 * (SEC-17). */
#ifndef ENCVOY_ENCVOYD_NAMES_H
#define ENCVOY_ENCVOYD_NAMES_H

#include "common/conf.h"
#include "common/err.h"
#include "common/name.h"
#include "encvoyd/ids.h"

#include <stdbool.h>
#include <stdint.h>

/* Every rule for `name` to be of `sub` (SEC-15, SEC-16): ERR_BAD_NAME, ERR_NAME_RESERVED,
 * ERR_LOCAL_USER, ERR_NAME_TAKEN (another sub's, of the form of another sub's name by any user_name
 * of the configuration or by tpl, or a [group] section's, if the sub did not have it before). */
enum err names_check(struct identities *ids, const struct conf *conf, const char *tpl,
    const char *sub, const char *name);

/* The same for the name of a [group] section: ERR_NAME_TAKEN when it is, was or could be a
 * person's.
 */
enum err names_check_group(struct identities *ids, const struct conf *conf, const char *name);

/* The name of a sub where the template tpl holds; its local account's for a local_user, which NSS
 * does not serve and nothing records. bound is its bound name or "": it counts where
 * tpl is the global template, a service's own template goes by itself. Checked by names_check; and
 * ERR_NO_NAME when the template asks for what is not known. */
enum err names_of(struct identities *ids, const struct conf *conf, const char *tpl, const char *sub,
    const char *bound, char ret_name[NAME_MAX_LEN + 1]);

/* The inverse: the one sub whose name this is. ERR_NOT_FOUND for a name proven nobody's; ERR_IO,
 * ERR_NOMEM. */
enum err names_resolve(struct identities *ids, const struct conf *conf, const char *tpl,
    const char *name, char ret_sub[SUB_MAX_LEN + 1]);

/* The row of a name: ERR_OK and the sub, ERR_NAME_TAKEN when it is another issuer's, or
 * ERR_NOT_FOUND. */
enum err names_owner(
    struct db *db, const char *issuer, const char *name, char ret_sub[SUB_MAX_LEN + 1]);
/* Reserves a name for ever, within the caller's transaction; once more for the same sub is fine.
 * ERR_NAME_TAKEN. */
enum err names_record(
    struct db *db, const char *issuer, const char *sub, const char *name, int64_t now);

#endif
