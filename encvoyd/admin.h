/* SPDX-License-Identifier: MIT */
/* The administration verbs of HACKING.md except `status`, to which this half contributes rows. The
 * caller has checked that the peer is uid 0. Nothing is changed by a verb that fails. */
#ifndef ENCVOY_ENCVOYD_ADMIN_H
#define ENCVOY_ENCVOYD_ADMIN_H

#include "common/conf.h"
#include "common/proto.h"
#include "encvoyd/identity.h"

#include <stdbool.h>
#include <stdint.h>

/* Takes one row; anything but ERR_OK ends the verb with that error. Fields are borrowed. */
typedef enum err (*admin_row)(void *arg, const char *const *fields, size_t n);

struct admin {
	struct identities *ids;
	const struct conf *conf;
	int64_t now;
	admin_row row;
	void *arg;
};

/* What one connection has collected: the lines of `user import`, the place in a long list. The
 * caller frees with admin_session_free (NULL is fine); lines that were not committed are forgotten.
 * NULL when out of memory. */
struct admin_session *admin_session_new(void);
void admin_session_free(struct admin_session *s);

struct admin_outcome {
	struct msg_result result;  /* ready to be sent; login_id is left "" */
	bool changed;              /* publish is due before result is sent, whatever it says */
	char sub[SUB_MAX_LEN + 1]; /* the only one that changed; "": anybody may have */
	bool more;                 /* rows are left: result is not to be sent yet */
};

/* Runs one verb. Long lists come in steps: while out->more is set, call admin_continue when the
 * rows given so far are sent. An unknown verb or wrong arguments: ERR_PROTOCOL with a text that
 * says what is right. Filled in all cases. */
void admin_run(const struct admin *a, struct admin_session *s, const struct msg_admin *m,
    struct admin_outcome *out);
void admin_continue(const struct admin *a, struct admin_session *s, struct admin_outcome *out);

/* Rows (key, value) for `status`: identities, ledger, names, schema. */
enum err admin_status_rows(const struct admin *a);

#endif
