/* SPDX-License-Identifier: MIT */
/* Between admin.c, which knows the verbs, and the files that carry them out. */
#ifndef ENCVOY_ENCVOYD_ADMIN_VERBS_H
#define ENCVOY_ENCVOYD_ADMIN_VERBS_H

#include "encvoyd/admin.h"
#include "encvoyd/entry.h"

#include <stddef.h>

/* One verb being run; args are those behind the verb. */
struct call {
	const struct admin *a;
	struct admin_session *s;
	const char *const *args;
	size_t n;
	struct admin_outcome *out;
};

typedef enum err (*verb_fn)(struct call *c);

/* Lists: admin_show.c. `after` is where a long list goes on. */
#define ADMIN_STEP 256
struct list_place;
/* The next ADMIN_STEP items behind `after`, which it moves; fewer mean that it was the last step.
 */
typedef enum err (*list_step)(const struct admin *a, struct list_place *place, size_t *ret_n);
struct list_place {
	bool running;
	list_step step;
	char after[SUB_MAX_LEN + 1];
};
enum err admin_user_list(struct call *c);
enum err admin_list_go_on(const struct admin *a, struct list_place *place, bool *ret_more);
enum err admin_user_show(struct call *c);
enum err admin_why(struct call *c);
/* The rows (key, value) of one entry. */
enum err admin_entry_rows(const struct admin *a, const struct entry *entry);

/* The directory: admin_directory.c. */
enum err admin_export(struct call *c);
enum err admin_unserved(struct call *c);

/* Changes: admin_user.c. */
enum err admin_user_add(struct call *c);
enum err admin_user_map(struct call *c);
enum err admin_user_rename(struct call *c);
enum err admin_user_remove(struct call *c);
/* Binds a name to a sub that may be unknown yet, within a transaction; "" leaves name or gecos as
 * they are. ERR_EXISTS when another name is bound already. The entry as written is in ret. */
struct binding {
	const char *sub;
	const char *name;
	const char *gecos;
	const char *by; /* the verb, at most BOUND_BY_MAX - 1 bytes */
};
enum err admin_bind(const struct admin *a, const struct binding *b, struct entry *ret);

/* Import: admin_import.c. */
struct import;
void import_free(struct import *i);
enum err admin_user_import(struct call *c);
enum err admin_user_import_commit(struct call *c);

struct admin_session {
	struct import *import;
	struct list_place list;
};

/* Somebody by host name or "sub:SUB"; also one whose name a local user took since. */
enum err admin_find(const struct admin *a, const char *who, struct entry *ret);
/* Adds to the sentence that goes with the result. */
void admin_say(struct call *c, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
enum err admin_kv(const struct admin *a, const char *key, const char *value);
enum err admin_kv_number(const struct admin *a, const char *key, int64_t value);

#endif
