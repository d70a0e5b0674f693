/* SPDX-License-Identifier: MIT */
#include "tests/unit/id_util.h"

#include "encvoyd/db_open.h"
#include "encvoyd/ids.h"
#include "encvoyd/schema.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

static char *beside(struct world *w, const char *suffix)
{
	static char path[4][192];
	static unsigned turn;
	char *p = path[turn++ % 4];

	snprintf(p, sizeof(path[0]), "%s%s", w->database, suffix);
	return p;
}

static void close_only(struct world *w)
{
	identities_free(w->ids);
	w->ids = NULL;
}

static enum err reopen_as(struct world *w, uid_t owner)
{
	const struct identities_paths paths = {
	    .database = w->database, .passwd = w->passwd, .group = w->group};

	close_only(w);
	return identities_open(&paths, owner, NOW, &w->ids, &w->report);
}

static void a_new_database(void)
{
	struct stat st;
	struct world w;

	world_open(&w, "");
	ok(w.report.created, "a new database is reported");
	ok(!w.report.set_aside && !w.report.migrated_from, "and nothing else");
	is_int(stat(w.database, &st), 0, "the file");
	is_int(st.st_mode & 07777, 0600, "SEC-34: is readable by its owner alone");
	is_int(stat(beside(&w, "-wal"), &st), 0, "its log");
	is_int(st.st_mode & 07777, 0600, "SEC-34: as well");
	is_int(
	    count_of(&w, "PRAGMA user_version"), (long long)schema_version, "the schema's version");
	is_int(count_of(&w, "PRAGMA synchronous"), 2, "SEC-33: synchronous is FULL");
	is_int(count_of(&w, "PRAGMA foreign_keys"), 1, "foreign keys hold");
	is_int(count_of(&w, "PRAGMA secure_delete"), 1, "what is deleted is overwritten");
	is_int(count_of(&w, "PRAGMA trusted_schema"), 0, "no trusted schema");
	ok(!sql_ok(&w, "PRAGMA writable_schema = ON; DELETE FROM sqlite_schema"),
	    "SEC-33: defensive: SQL cannot touch the schema table");
	ok(!sql_ok(&w, "ATTACH '/tmp/encvoy-nowhere.db' AS x"), "nothing can be attached");
	ok(!sql_ok(&w, "SELECT load_extension('x')"), "nor loaded");
	is_int(world_reopen(&w, NOW), ERR_OK, "opened again");
	ok(!w.report.created && !w.report.set_aside, "it is an old one now");
	ok(!db_file_left(&w), "nothing of the building is left");
	world_close(&w);
}

static void one_process_at_a_time(void)
{
	struct identities *second = NULL;
	struct db_report report;
	struct world w;
	int status = -1;
	pid_t pid;

	world_open(&w, "");
	pid = fork();
	if (pid == 0) {
		const struct identities_paths paths = {
		    .database = w.database, .passwd = w.passwd, .group = w.group};

		_exit((int)identities_open(&paths, geteuid(), NOW, &second, &report));
	}
	ok(pid > 0 && waitpid(pid, &status, 0) == pid && WIFEXITED(status), "a second daemon");
	is_int(WEXITSTATUS(status), ERR_EXISTS, "is refused while the first runs");
	world_close(&w);
}

static void a_newer_version_is_refused(void)
{
	struct world w;

	world_open(&w, "allow = everyone\n");
	ok(sql_ok(&w, "PRAGMA user_version = 2000; PRAGMA application_id = 1163266000"),
	    "a newer program was here");
	is_int(world_reopen(&w, NOW), ERR_VERSION, "its database is refused");
	ok(!db_file_aside(&w), "and not taken for a damaged one");
	world_close(&w);
}

static const char *const fake_steps[] = {
    "CREATE TABLE a (x INTEGER) STRICT; INSERT INTO a VALUES (1);",
    "CREATE TABLE b (y INTEGER) STRICT; INSERT INTO b SELECT x FROM a;",
    "INSERT INTO b VALUES (2); INSERT INTO nowhere VALUES (1);",
};

/* How steps are applied, and what a step that fails leaves, is tried on steps of its own. */
static void migrations_go_step_by_step(void)
{
	AUTO_DB struct db *db = NULL;
	struct world w;
	int64_t n = 0;
	size_t found = 9;
	int fd;

	world_open(&w, "");
	fd = open(beside(&w, ".other"), O_RDWR | O_CREAT | O_EXCL, 0600);
	ok(fd >= 0 && close(fd) == 0, "an empty file");
	is_int(db_connect(beside(&w, ".other"), &db), ERR_OK, "opened");
	is_int(schema_found(db, 3, &found), ERR_OK, "its version");
	is_int(found, 0, "is none");
	is_int(schema_migrate(db, fake_steps, 1), ERR_OK, "version 1");
	is_int(schema_migrate(db, fake_steps, 1), ERR_OK, "is not applied twice");
	is_int(schema_migrate(db, fake_steps, 2), ERR_OK, "then version 2");
	db_number(db, "SELECT count(*) FROM b", &n);
	is_int(n, 1, "brings the rows of version 1 along");
	ok(schema_migrate(db, fake_steps, 3) != ERR_OK, "a step that fails");
	db_number(db, "SELECT count(*) FROM b", &n);
	is_int(n, 1, "SEC-33: is taken back as a whole");
	schema_found(db, 3, &found);
	is_int(found, 2, "SEC-33: and the version stays");
	is_int(schema_migrate(db, fake_steps, 1), ERR_VERSION, "an older program refuses it");
	db_close(TAKE_PTR(db));
	world_close(&w);
}

static void a_version_1_file_is_migrated(void)
{
	AUTO_DB struct db *db = NULL;
	struct decision d;
	struct world w;
	int fd;

	world_open(&w, "allow = everyone\n");
	close_only(&w);
	unlink(w.database);
	fd = open(w.database, O_RDWR | O_CREAT | O_EXCL, 0600);
	ok(fd >= 0 && close(fd) == 0, "an empty file in its place");
	is_int(db_connect(w.database, &db), ERR_OK, "opened");
	is_int(schema_migrate(db, schema_steps, 1), ERR_OK, "and made by the first release");
	is_int(db_script(db, "INSERT INTO ledger VALUES (1879048194, 'https://id.example.org',"
			     " '2', 1); INSERT INTO identity (issuer, sub, first_seen) VALUES"
			     " ('https://id.example.org', '2', 1)"),
	    ERR_OK, "with somebody in it");
	db_close(TAKE_PTR(db));
	is_int(world_reopen(&w, NOW), ERR_OK, "this release opens it");
	is_int(w.report.migrated_from, 1, "and says where it came from");
	is_int(count_of(&w, "PRAGMA user_version"), (long long)schema_version, "it is as new");
	is_int(count_of(&w, "SELECT count(*) FROM identity"), 1, "nobody is lost");
	is_int(login_as(&w, "sshd", "encvoy-2", "2", NOW, &d), ERR_OK, "and can log in");
	is_int(d.uid, 1879048194, "under the same uid");
	world_close(&w);
}

static void foreign_files_are_refused(void)
{
	struct stat st;
	struct world w;
	char *elsewhere, *other;

	world_open(&w, "");
	close_only(&w);
	elsewhere = beside(&w, ".elsewhere");
	rename(w.database, elsewhere);
	ok(symlink(elsewhere, w.database) == 0, "a link in its place");
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: a symbolic link is refused");
	unlink(w.database);
	ok(link(elsewhere, w.database) == 0, "a second name");
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: a second link is refused");
	unlink(elsewhere);
	is_int(world_reopen(&w, NOW), ERR_OK, "alone it is fine");
	close_only(&w);

	chmod(w.database, 0640);
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: readable by the group: refused");
	chmod(w.database, 0602);
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: writable by others: refused");
	chmod(w.database, 0600);
	is_int(reopen_as(&w, geteuid() + 1), ERR_UNSAFE_FILE, "SEC-34: foreign-owned: refused");

	other = beside(&w, "-wal");
	unlink(other);
	ok(symlink("/dev/null", other) == 0, "a link as its log");
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: refused as well");
	unlink(other);
	other = beside(&w, ".rebuilt");
	ok(mkfifo(other, 0600) == 0, "a fifo where a rebuilt one would be");
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: refused as well");
	unlink(other);
	unlink(w.database);
	ok(mkdir(w.database, 0700) == 0, "a directory in its place");
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: refused as well");
	rmdir(w.database);
	ok(lstat(beside(&w, "-wal"), &st) != 0, "nothing was created meanwhile");
	world_close(&w);
}

static void foreign_directories_are_refused(void)
{
	char state[160], moved[160];
	struct world w;

	world_open(&w, "");
	close_only(&w);
	snprintf(state, sizeof(state), "%s/state", w.dir);
	snprintf(moved, sizeof(moved), "%s/moved", w.dir);
	chmod(state, 0770);
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE,
	    "SEC-34: a directory writable by the group: refused");
	chmod(state, 0707);
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: or by others");
	chmod(state, 0700);
	if (geteuid() == 0) {
		ok(chown(state, 12345, 0) == 0, "a directory of somebody else");
		is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: refused");
		ok(chown(state, 0, 0) == 0, "given back");
	} else {
		tap_skip("SEC-34: a directory of somebody else", "needs root");
	}
	rename(state, moved);
	ok(symlink(moved, state) == 0, "a link in its place");
	is_int(world_reopen(&w, NOW), ERR_UNSAFE_FILE, "SEC-34: refused");
	unlink(state);
	is_int(world_reopen(&w, NOW), ERR_NOT_FOUND, "none at all: said so");
	rename(moved, state);
	is_int(world_reopen(&w, NOW), ERR_OK, "back in its place it is fine");
	world_close(&w);
}

static void texts_that_do_not_belong_are_errors(void)
{
	struct msg_passwd pw;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	login_as(&w, NULL, "encvoy-2", "2", NOW, &d);
	ok(sql_ok(&w, "UPDATE identity SET gecos = 'a' || char(0) || 'b'"), "a NUL in a row");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_IO, "SEC-33: is no text of ours");
	ok(sql_ok(&w, "UPDATE identity SET gecos = printf('%.2000c', 'x')"), "too long a text");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_IO, "SEC-33: nor this");
	ok(sql_ok(&w, "UPDATE identity SET gecos = 'a:b'"), "a text for another field");
	is_int(lookup_name(&w, "encvoy-2", &pw), ERR_NOT_FOUND, "SEC-20: is not served");
	world_close(&w);
}

int main(void)
{
	a_new_database();
	one_process_at_a_time();
	a_newer_version_is_refused();
	migrations_go_step_by_step();
	a_version_1_file_is_migrated();
	foreign_files_are_refused();
	foreign_directories_are_refused();
	texts_that_do_not_belong_are_errors();
	return tap_done();
}
