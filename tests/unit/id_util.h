/* SPDX-License-Identifier: MIT */
/* A world for the tests of the identity half: a directory of its own with a database, a passwd and
 * a group file, and a configuration from text. Nothing of the machine is read or written. */
#ifndef ENCVOY_TESTS_UNIT_ID_UTIL_H
#define ENCVOY_TESTS_UNIT_ID_UTIL_H

#include "common/conf.h"
#include "encvoyd/admin.h"
#include "encvoyd/identity.h"
#include "encvoyd/publish.h"
#include "tests/unit/tap.h"

#define ISSUER "https://id.example.org"
#define NOW 1760000000

struct world {
	char dir[64];
	char database[128];
	char cache[128];
	struct publish_state published;
	char passwd[128];
	char group[128];
	struct identities *ids;
	struct db_report report;
	struct conf conf;
};

/* Under a sanitizer or valgrind: repetitions may be fewer then, unless ENCVOY_TEST_LONG is set. */
bool slow_run(void);
bool under_valgrind(void);
/* From now on worlds lie in memory, where the machine has such a place: for tests of many small
 * writes, which then do not depend on the speed of a disk. */
void worlds_in_memory(void);
/* Makes the directory, the files (users root, daemon, local1; groups root, daemon, staff1) and
 * opens the database; conf_text goes behind issuer and client_id. Ends the test when that fails. */
void world_open(struct world *w, const char *conf_text);
/* Closes the database and opens it again. */
enum err world_reopen(struct world *w, int64_t now);
/* Replaces the configuration. */
void world_configure(struct world *w, const char *conf_text);
/* Closes and removes everything. */
void world_close(struct world *w);

/* A whole file; the caller frees. Or its replacement with mode 0600. */
char *read_file(const char *path, size_t *ret_len);
void write_file(const char *path, const void *bytes, size_t len);
/* Appends to a file, or ends the test. */
void append_file(const char *path, const char *text);

/* One login, as after IDENTITY; service NULL is the one without a section. */
enum err login_as(struct world *w, const char *service, const char *user, const char *sub,
    int64_t now, struct decision *d);
/* The same with a single-use token whose hash is filled with `token`. */
enum err login_token(
    struct world *w, const char *user, const char *sub, int token, int64_t now, struct decision *d);
enum err account_of(
    struct world *w, const char *service, const char *user, int64_t now, struct decision *d);
enum err lookup_name(struct world *w, const char *name, struct msg_passwd *ret);

/* A number from the database, by a query of the test's own; -1 when it fails. */
int64_t count_of(struct world *w, const char *sql);
/* Runs SQL of the test's own in the open database; false when it is refused. */
bool sql_ok(struct world *w, const char *sql);

/* Whether files of an interrupted building, or damaged databases, lie beside the database. The name
 * of one of those is static, NULL when there is none. */
bool db_file_left(struct world *w);
const char *db_file_aside(struct world *w);

/* Runs a verb with up to three arguments (NULL ends them). The rows are kept as text in `rows`:
 * fields joined by '|', rows by newlines. */
struct verb_run {
	struct admin_outcome out;
	char rows[65536];
	size_t n_rows;
	size_t steps;
};
enum err run_verb(struct world *w, struct admin_session *s, struct verb_run *r, const char *verb,
    const char *a1, const char *a2, const char *a3);
enum err status_rows_of(struct world *w, struct verb_run *r);
/* The value of a key in key|value rows, "" when absent. Static. */
const char *row_value(const struct verb_run *r, const char *key);

#endif
