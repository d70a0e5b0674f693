/* SPDX-License-Identifier: MIT */
#include "tests/unit/id_util.h"

#include "common/str.h"
#include "encvoyd/db_open.h"
#include "encvoyd/ids.h"

#include <ftw.h>
#include <glob.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

static void need(bool ok, const char *what)
{
	if (ok)
		return;
	printf("Bail out! %s\n", what);
	exit(99);
}

void append_file(const char *path, const char *text)
{
	FILE *f = fopen(path, "a");

	need(f && fputs(text, f) >= 0 && fclose(f) == 0, path);
}

char *read_file(const char *path, size_t *ret_len)
{
	FILE *f = fopen(path, "r");
	struct stat st = {0};
	char *bytes = NULL;

	need(f && fstat(fileno(f), &st) == 0, path);
	bytes = malloc((size_t)st.st_size + 1);
	need(bytes && fread(bytes, 1, (size_t)st.st_size, f) == (size_t)st.st_size, path);
	fclose(f);
	*ret_len = (size_t)st.st_size;
	return bytes;
}

void write_file(const char *path, const void *bytes, size_t len)
{
	FILE *f = fopen(path, "w");

	need(f && fchmod(fileno(f), 0600) == 0 && fwrite(bytes, 1, len, f) == len, path);
	need(fclose(f) == 0, path);
}

void world_configure(struct world *w, const char *conf_text)
{
	char text[8192];
	struct conf_error e;

	conf_free(&w->conf);
	snprintf(text, sizeof(text), "issuer = %s\nclient_id = host\n%s", ISSUER, conf_text);
	if (conf_init(&w->conf) != ERR_OK ||
	    conf_parse(&w->conf, text, strlen(text), "encvoy.conf", &e) != ERR_OK ||
	    conf_finish(&w->conf, &e) != ERR_OK) {
		printf("# %s:%u: %s\n", e.file, e.line, e.text);
		need(false, "the test's configuration");
	}
}

static enum err open_database(struct world *w, int64_t now)
{
	const struct identities_paths paths = {
	    .database = w->database, .passwd = w->passwd, .group = w->group};

	w->report = (struct db_report){0};
	return identities_open(&paths, geteuid(), now, &w->ids, &w->report);
}

bool under_valgrind(void)
{
	const char *preload = getenv("LD_PRELOAD");

	return preload && strstr(preload, "vgpreload");
}

bool slow_run(void)
{
#ifdef ENCVOY_SANITIZED
	return !getenv("ENCVOY_TEST_LONG");
#else
	return under_valgrind() && !getenv("ENCVOY_TEST_LONG");
#endif
}

static const char *world_base = "/tmp";

void worlds_in_memory(void)
{
	if (access("/dev/shm", W_OK) == 0)
		world_base = "/dev/shm";
}

void world_open(struct world *w, const char *conf_text)
{
	*w = (struct world){0};
	snprintf(w->dir, sizeof(w->dir), "%s/encvoy-id.XXXXXX", world_base);
	need(mkdtemp(w->dir) != NULL, "mkdtemp");
	snprintf(w->database, sizeof(w->database), "%s/state", w->dir);
	snprintf(w->cache, sizeof(w->cache), "%s/cache", w->dir);
	need(mkdir(w->database, 0700) == 0 && mkdir(w->cache, 0755) == 0, "mkdir");
	snprintf(w->database, sizeof(w->database), "%s/state/identity.db", w->dir);
	snprintf(w->passwd, sizeof(w->passwd), "%s/passwd", w->dir);
	snprintf(w->group, sizeof(w->group), "%s/group", w->dir);
	append_file(w->passwd, "root:x:0:0:root:/root:/bin/bash\n"
			       "daemon:x:1:1:daemon:/usr/sbin:/usr/sbin/nologin\n"
			       "local1:x:1000:1000::/home/local1:/bin/bash\n");
	append_file(w->group, "root:x:0:\ndaemon:x:1:\nstaff1:x:1001:\n");
	world_configure(w, conf_text);
	need(open_database(w, NOW) == ERR_OK, "opening the database");
}

enum err world_reopen(struct world *w, int64_t now)
{
	identities_free(w->ids);
	w->ids = NULL;
	return open_database(w, now);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st, (void)flag, (void)ftw;
	return remove(path);
}

void world_close(struct world *w)
{
	identities_free(w->ids);
	publish_state_free(&w->published);
	conf_free(&w->conf);
	nftw(w->dir, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	*w = (struct world){0};
}

static void service_of(struct world *w, const char *name, struct service_conf *ret)
{
	struct conf_error e;

	need(conf_service(&w->conf, name ? name : "login", NULL, 0, ret, &e) == ERR_OK,
	    "the test's service");
}

static enum err sign_in(struct world *w, const char *service, const char *user,
    const struct msg_identity *who, int64_t now, struct decision *d)
{
	AUTO_SERVICE struct service_conf s = {0};

	service_of(w, service, &s);
	return identity_login(w->ids, &w->conf, &s, user, who, now, d);
}

static struct msg_identity person(const char *sub)
{
	struct msg_identity who = {.issuer = ISSUER, .full = true, .name = "Some Name"};

	need(str_copy(who.sub, sizeof(who.sub), sub), "sub");
	return who;
}

enum err login_as(struct world *w, const char *service, const char *user, const char *sub,
    int64_t now, struct decision *d)
{
	struct msg_identity who = person(sub);

	return sign_in(w, service, user, &who, now, d);
}

enum err login_token(
    struct world *w, const char *user, const char *sub, int token, int64_t now, struct decision *d)
{
	struct msg_identity who = person(sub);

	who.single_use = true;
	who.expires = (uint64_t)now + 3600;
	memset(who.token_hash, token, sizeof(who.token_hash));
	return sign_in(w, NULL, user, &who, now, d);
}

enum err account_of(
    struct world *w, const char *service, const char *user, int64_t now, struct decision *d)
{
	AUTO_SERVICE struct service_conf s = {0};

	service_of(w, service, &s);
	return identity_account(w->ids, &w->conf, &s, user, now, d);
}

enum err lookup_name(struct world *w, const char *name, struct msg_passwd *ret)
{
	struct msg_lookup q = {.kind = LOOKUP_PWNAM};

	need(str_copy(q.name, sizeof(q.name), name), "name");
	return identity_lookup(w->ids, &w->conf, &q, ret);
}

int64_t count_of(struct world *w, const char *sql)
{
	sqlite3_stmt *st = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(db_handle(w->ids->db), sql, -1, &st, NULL) == SQLITE_OK &&
	    sqlite3_step(st) == SQLITE_ROW)
		n = sqlite3_column_int64(st, 0);
	sqlite3_finalize(st);
	return n;
}

bool sql_ok(struct world *w, const char *sql)
{
	return sqlite3_exec(db_handle(w->ids->db), sql, NULL, NULL, NULL) == SQLITE_OK;
}

static const char *file_like(struct world *w, const char *pattern)
{
	static char found[256];
	char path[256];
	glob_t g = {0};

	found[0] = 0;
	snprintf(path, sizeof(path), "%s%s", w->database, pattern);
	if (glob(path, 0, NULL, &g) == 0)
		snprintf(found, sizeof(found), "%s", g.gl_pathv[0]);
	globfree(&g);
	return found[0] ? found : NULL;
}

bool db_file_left(struct world *w)
{
	return file_like(w, ".new*") || file_like(w, ".rebuilt*");
}

const char *db_file_aside(struct world *w)
{
	return file_like(w, ".corrupt-*[0-9]");
}

static enum err keep_row(void *arg, const char *const *fields, size_t n)
{
	struct verb_run *r = arg;
	size_t len = strlen(r->rows);

	for (size_t i = 0; i < n; i++) {
		int put = snprintf(r->rows + len, sizeof(r->rows) - len, "%s%s", fields[i],
		    i + 1 < n ? "|" : "\n");

		if (put < 0 || (size_t)put >= sizeof(r->rows) - len)
			return ERR_TOO_LONG;
		len += (size_t)put;
	}
	r->n_rows++;
	return ERR_OK;
}

enum err run_verb(struct world *w, struct admin_session *s, struct verb_run *r, const char *verb,
    const char *a1, const char *a2, const char *a3)
{
	const char *given[] = {a1, a2, a3};
	struct msg_admin m = {0};
	const struct admin a = {
	    .ids = w->ids, .conf = &w->conf, .now = NOW, .row = keep_row, .arg = r};
	struct admin_session *own = s ? NULL : admin_session_new();

	*r = (struct verb_run){0};
	need(str_copy(m.verb, sizeof(m.verb), verb), "verb");
	for (size_t i = 0; i < 3 && given[i]; i++)
		m.args[m.n_args++] = strdup(given[i]);
	admin_run(&a, s ? s : own, &m, &r->out);
	for (r->steps = 1; r->out.more; r->steps++)
		admin_continue(&a, s ? s : own, &r->out);
	msg_admin_free(&m);
	admin_session_free(own);
	return r->out.result.code;
}

enum err status_rows_of(struct world *w, struct verb_run *r)
{
	const struct admin a = {
	    .ids = w->ids, .conf = &w->conf, .now = NOW, .row = keep_row, .arg = r};

	*r = (struct verb_run){0};
	return admin_status_rows(&a);
}

const char *row_value(const struct verb_run *r, const char *key)
{
	static char value[1100];
	size_t key_len = strlen(key);

	for (const char *p = r->rows; p && *p; p = strchr(p, '\n') ? strchr(p, '\n') + 1 : NULL) {
		if (strncmp(p, key, key_len) != 0 || p[key_len] != '|')
			continue;
		snprintf(value, sizeof(value), "%.*s", (int)strcspn(p + key_len + 1, "\n"),
		    p + key_len + 1);
		return value;
	}
	return "";
}
