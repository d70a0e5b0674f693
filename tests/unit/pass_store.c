/* SPDX-License-Identifier: MIT */
/* The table of passphrases: kept with the right to sign in, and forgotten with it. */
#include "encvoyd/passstore.h"
#include "tests/unit/id_util.h"

#include <string.h>

static struct pass_record record_of(const char *sub, uint8_t mark)
{
	struct pass_record r = {.setting = "$y$j75$salt", .service = "passwd", .sealed_len = 40};

	(void)snprintf(r.sub, sizeof(r.sub), "%s", sub);
	memset(r.check, mark, sizeof(r.check));
	memset(r.sealed, mark, r.sealed_len);
	return r;
}

static void set_for(struct world *w, const char *user, const char *sub)
{
	struct pass_record r = record_of(sub, 7);
	struct decision d;

	is_int(login_as(w, NULL, user, sub, NOW, &d), ERR_OK, "%s signs in", user);
	is_int(passstore_put(w->ids, &w->conf, &r, NOW), ERR_OK, "and sets a passphrase");
}

static void kept(void)
{
	struct pass_record r = record_of("2", 7), got;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	is_int(passstore_put(w.ids, &w.conf, &r, NOW), ERR_NOT_FOUND, "nobody of ours: none");
	is_int(passstore_get(w.ids, &w.conf, "2", &got), ERR_NOT_FOUND, "there is none");
	set_for(&w, "encvoy-2", "2");
	is_int(world_reopen(&w, NOW), ERR_OK, "a restart");
	is_int(passstore_get(w.ids, &w.conf, "2", &got), ERR_OK, "it is there");
	ok(strcmp(got.setting, r.setting) == 0 && memcmp(got.check, r.check, 32) == 0 &&
		got.sealed_len == 40 && memcmp(got.sealed, r.sealed, 40) == 0 &&
		strcmp(got.service, "passwd") == 0 && !got.refused,
	    "as it was set");
	is_int(got.full_login, NOW, "with the last full login");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW + 100, &d), ERR_OK, "another login");
	is_int(passstore_get(w.ids, &w.conf, "2", &got), ERR_OK, "leaves it");
	is_int(got.full_login, NOW + 100, "and counts");
	is_int(passstore_get(w.ids, &w.conf, "3", &got), ERR_NOT_FOUND, "another has none");
	world_close(&w);
}

static void renewed(void)
{
	struct pass_record r, got, old;
	struct world w;

	world_open(&w, "allow = everyone\n");
	set_for(&w, "encvoy-2", "2");
	is_int(passstore_get(w.ids, &w.conf, "2", &r), ERR_OK, "the record");
	old = r;
	is_int(passstore_refused(w.ids, &w.conf, &r), ERR_OK, "refused at the provider");
	is_int(passstore_get(w.ids, &w.conf, "2", &got), ERR_OK, "it is kept");
	ok(got.refused, "and says so");
	is_int(passstore_renew(w.ids, &w.conf, &r, "new token", 9), ERR_OK, "a new token");
	is_int(passstore_get(w.ids, &w.conf, "2", &got), ERR_OK, "read again");
	ok(!got.refused && got.sealed_len == 9 && memcmp(got.sealed, "new token", 9) == 0,
	    "is good again");
	is_int(passstore_refused(w.ids, &w.conf, &old), ERR_OK, "a late refusal of the old token");
	is_int(passstore_get(w.ids, &w.conf, "2", &got), ERR_OK, "read again");
	ok(!got.refused, "says nothing about the new one");
	memset(r.check, 1, sizeof(r.check));
	is_int(passstore_renew(w.ids, &w.conf, &r, "x", 1), ERR_NOT_FOUND,
	    "a token of an older passphrase is not stored behind a newer one");
	world_close(&w);
}

static void forgotten(const char *sql, const char *what)
{
	struct pass_record got;
	struct world w;

	world_open(&w, "allow = everyone\n");
	set_for(&w, "encvoy-2", "2");
	set_for(&w, "encvoy-3", "3");
	ok(sql_ok(&w, sql), "%s", what);
	is_int(passstore_get(w.ids, &w.conf, "2", &got), ERR_NOT_FOUND, "SEC-14: it is forgotten");
	is_int(count_of(&w, "SELECT count(*) FROM passphrase"), 1, "of that person alone");
	world_close(&w);
}

static void removed(void)
{
	struct verb_run run;
	struct world w;

	world_open(&w, "allow = everyone\n");
	set_for(&w, "encvoy-2", "2");
	is_int(run_verb(&w, NULL, &run, "user remove", "encvoy-2", NULL, NULL), ERR_OK, "removed");
	is_int(count_of(&w, "SELECT count(*) FROM passphrase"), 0, "and forgotten");
	world_close(&w);
}

#define PERSON(blocked, deleted, dropped)                \
	"INSERT OR REPLACE INTO person VALUES ('" ISSUER \
	"', '2', 'a', '', '', '', '', '', '', 0, " #blocked ", " #deleted ", " #dropped ")"

int main(void)
{
	worlds_in_memory();
	kept();
	renewed();
	forgotten("UPDATE identity SET blocked = 1 WHERE sub = '2'", "blocked");
	forgotten("UPDATE identity SET deleted = 1 WHERE sub = '2'", "deleted");
	forgotten(PERSON(1, 0, 0), "blocked in the directory");
	forgotten(PERSON(0, 1, 0), "deleted in the directory");
	forgotten(PERSON(0, 0, 1), "dropped from the directory");
	removed();
	return tap_done();
}
