/* SPDX-License-Identifier: MIT */
/* Home, shell, comment and SSH keys: what the directory may choose, and where. */
#include "tests/unit/id_util.h"

#include "common/str.h"
#include "encvoyd/ids.h"
#include "encvoyd/person.h"
#include "encvoyd/publish.h"

#define API                                                                      \
	"directory = api\napi_user = u\napi_client_id = c\napi_password_file = " \
	"/p\napi_applications = app\n"                                           \
	"user_name = encvoy-%{sub}\nallow = everyone\n"
#define FIELDS                                                                         \
	API "shell_field = sh\nhome_field = ho\nallowed_shells = /bin/zsh /bin/fish\n" \
	    "allowed_homes = /data/home/ /srv\ngecos = login %{login}\n"

static void put_person(struct world *w, const char *home, const char *shell, const char *gecos)
{
	struct person p = {.p.sub = "2", .p.login = "alice"};

	ok(str_copy(p.p.home, sizeof(p.p.home), home) &&
		str_copy(p.p.shell, sizeof(p.p.shell), shell) &&
		str_copy(p.p.gecos, sizeof(p.p.gecos), gecos) &&
		str_copy(p.p.ssh_keys, sizeof(p.p.ssh_keys), "ssh-ed25519 AAAA alice\n") &&
		person_put(w->ids->db, ISSUER, &p) == ERR_OK,
	    "the directory says %s, %s", home, shell);
}

static void look(struct world *w, struct msg_passwd *pw)
{
	is_int(lookup_name(w, "encvoy-2", pw), ERR_OK, "the user is served");
}

static unsigned told;

static void note(void *arg, const char *sub, const char *name, enum err why)
{
	(void)arg;
	told += strcmp(sub, "2") == 0 && strcmp(name, "encvoy-2") == 0 && why == ERR_PERMISSION;
}

static void tells(struct world *w, unsigned want, const char *what)
{
	CLEANUP(publish_state_free) struct publish_state state = {0};
	struct publish_report report;

	told = 0;
	is_int(publish_map(w->ids, &w->conf, w->cache, &state, note, NULL, &report), ERR_OK,
	    "published");
	ok(report.users == 1 && report.left_out == 0, "with the user");
	is_int(told, want, "SEC-20: %s", what);
}

static void homes(struct world *w)
{
	static const char *const bad[] = {"/", "/data/home", "/data/home/", "/data/homes/alice",
	    "/data/home/../../root", "/data/home//x", "/root", "data/home/x", "/srvx/a", "/srv/.",
	    "/data/home/a:b", "/data/home/./x"};
	struct msg_passwd pw;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_person(w, bad[i], "", "");
		look(w, &pw);
		is_str(pw.home, "/home/encvoy-2", "SEC-20: a home that is not allowed: %s", bad[i]);
		tells(w, 1, "the log is told");
	}
	put_person(w, "/data/home/alice", "", "");
	look(w, &pw);
	is_str(pw.home, "/data/home/alice", "SEC-20: one that is");
	tells(w, 0, "nothing to tell");
	put_person(w, "/srv/a/b", "", "");
	look(w, &pw);
	is_str(pw.home, "/srv/a/b", "deeper below");
	put_person(w, "", "", "");
	look(w, &pw);
	is_str(pw.home, "/home/encvoy-2", "SEC-20: an empty one is the template's");
	tells(w, 0, "nothing to tell");
}

static void shells(struct world *w)
{
	static const char *const bad[] = {
	    "/bin/sh", "/bin/zsh/", "/bin/zs", "zsh", "/bin", "/bin/zsh /bin/fish"};
	struct msg_passwd pw;

	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		put_person(w, "", bad[i], "");
		look(w, &pw);
		is_str(pw.shell, "/bin/bash", "SEC-21: a shell that is not allowed: %s", bad[i]);
	}
	tells(w, 1, "a shell that is not allowed");
	put_person(w, "/data/home/x", "/bin/fish", "");
	look(w, &pw);
	is_str(pw.shell, "/bin/fish", "SEC-21: one that is");
}

static void comments(struct world *w)
{
	struct msg_passwd pw;

	put_person(w, "", "", "");
	look(w, &pw);
	is_str(pw.gecos, "login alice", "the template's comment, with the login");
	put_person(w, "", "", "Alice Example");
	look(w, &pw);
	is_str(pw.gecos, "Alice Example", "the directory's");
	put_person(w, "", "", "Alice:0:0");
	look(w, &pw);
	is_str(pw.gecos, "login alice", "SEC-20: not one that would not parse");
	put_person(w, "", "", "Alice Example");
	ok(sql_ok(w, "UPDATE identity SET gecos = 'By Hand'"), "an administrator's");
	look(w, &pw);
	is_str(pw.gecos, "By Hand", "wins");
}

static void only_where_configured(struct world *w)
{
	struct msg_passwd pw;

	put_person(w, "/data/home/alice", "/bin/fish", "");
	world_configure(w, API "allowed_shells = /bin/fish\nallowed_homes = /data/home\n");
	look(w, &pw);
	ok(!strcmp(pw.home, "/home/encvoy-2") && !strcmp(pw.shell, "/bin/bash"),
	    "SEC-20: without the fields nothing is chosen");
	world_configure(w, API "shell_field = a\nhome_field = b\n");
	look(w, &pw);
	ok(!strcmp(pw.home, "/home/encvoy-2") && !strcmp(pw.shell, "/bin/bash"),
	    "SEC-20: nor without the lists of what is allowed");
	world_configure(w, "shell_field = a\nallowed_shells = /bin/fish\n");
	look(w, &pw);
	is_str(pw.shell, "/bin/bash", "SEC-20: nor without a directory");
}

static enum err keys_of(struct world *w, const char *name, char **ret)
{
	struct msg_lookup q = {.kind = LOOKUP_KEYS};
	AUTO_BUF struct buf b;
	enum msg_type type;
	struct reader r;
	enum err e;

	*ret = NULL;
	buf_init(&b, PROTO_MAX);
	(void)str_copy(q.name, sizeof(q.name), name);
	e = identity_answer(w->ids, &w->conf, &q, &b);
	if (e == ERR_OK && (proto_open(b.data, b.len, &r, &type) != ERR_OK || type != MSG_TEXT))
		return ERR_PROTOCOL;
	return e == ERR_OK ? proto_get_text(&r, ret) : e;
}

static void no_keys(struct world *w, const char *name, const char *why)
{
	char *text;

	is_int(keys_of(w, name, &text), ERR_NOT_FOUND, "SEC-21: no keys: %s", why);
	free(text);
}

static void keys(struct world *w)
{
	static const char *const ends[] = {"blocked", "deleted", "dropped"};
	char sql[128], *text;

	world_configure(w, API);
	no_keys(w, "encvoy-2", "no field is configured");
	world_configure(w, API "ssh_key_field = k\n");
	is_int(keys_of(w, "encvoy-2", &text), ERR_OK, "SEC-21: keys of their owner");
	is_str(text, "ssh-ed25519 AAAA alice\n", "as the directory has them");
	free(text);
	no_keys(w, "encvoy-3", "somebody else");
	no_keys(w, "local1", "a local user");
	no_keys(w, "root", "root");
	for (size_t i = 0; i < sizeof(ends) / sizeof(ends[0]); i++) {
		snprintf(sql, sizeof(sql), "UPDATE person SET %s = 1", ends[i]);
		ok(sql_ok(w, sql), "%s", sql);
		no_keys(w, "encvoy-2", ends[i]);
		snprintf(sql, sizeof(sql), "UPDATE person SET %s = 0", ends[i]);
		ok(sql_ok(w, sql), "%s", sql);
	}
	ok(sql_ok(w, "UPDATE identity SET blocked = 1"), "blocked here");
	no_keys(w, "encvoy-2", "blocked here");
	ok(sql_ok(w, "UPDATE identity SET blocked = 0"), "not blocked");
	world_configure(w, API "ssh_key_field = k\n[service sshd]\nallow = sub:9\n");
	no_keys(w, "encvoy-2", "sshd does not admit the person");
	world_configure(w, API "ssh_key_field = k\nlocal_user = 2:local1\n");
	no_keys(w, "local1", "a local user, also one who may sign in");
	ok(sql_ok(w, "UPDATE person SET ssh_keys = ''"), "no key in the directory");
	world_configure(w, API "ssh_key_field = k\n");
	no_keys(w, "encvoy-2", "there is none");
	world_configure(w, "ssh_key_field = k\nallow = everyone\n");
	no_keys(w, "encvoy-2", "no directory");
}

int main(void)
{
	struct verb_run r;
	struct world w;

	world_open(&w, FIELDS);
	is_int(run_verb(&w, NULL, &r, "user add", "2", NULL, NULL), ERR_OK, "a user");
	homes(&w);
	shells(&w);
	comments(&w);
	only_where_configured(&w);
	keys(&w);
	world_close(&w);
	return tap_done();
}
