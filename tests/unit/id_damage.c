/* SPDX-License-Identifier: MIT */
/* SEC-33: databases that were damaged on the disk, and disks that are full. */
#include "tests/unit/id_util.h"

#include "common/record.h"
#include "common/str.h"
#include "encvoyd/dirstage.h"
#include "encvoyd/ids.h"

#include <sched.h>
#include <signal.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define PEOPLE 400 /* the database is larger than every offset below */
#ifdef ENCVOY_SANITIZED
#define FLIPS 60
#else
#define FLIPS 400
#endif
#define NO_UID 0
#define HEADER_SIZE 100

static const char open_conf[] = "allow = everyone\nrequire_numeric_sub = no\n";

/* What was promised before the damage: who has which uid. Even ones are numbers, odd ones not. */
struct promise {
	char sub[24];
	char name[24];
	uint32_t uid;
};
static struct promise promised[PEOPLE];

static void close_only(struct world *w)
{
	identities_free(w->ids);
	w->ids = NULL;
}

static void people(struct world *w)
{
	struct verb_run r;

	for (unsigned i = 0; i < PEOPLE; i++) {
		struct promise *p = &promised[i];

		snprintf(p->sub, sizeof(p->sub), i % 2 ? "pairwise-%u" : "%u", i);
		snprintf(p->name, sizeof(p->name), "person-%u", i);
		if (run_verb(w, NULL, &r, "user add", p->sub, p->name, "Some Person") != ERR_OK)
			printf("# person %u: %s\n", i, r.out.result.text);
		p->uid = (uint32_t)strtoul(row_value(&r, "uid"), NULL, 10);
	}
}

/* Nobody has another uid, nobody's name is another's, and whoever comes now gets an id that was
 * never given. Returns the number of broken promises. */
static unsigned broken_promises(struct world *w, unsigned *ret_kept)
{
	unsigned broken = 0;
	uint32_t fresh = 0;
	struct decision d;
	char sql[256];

	*ret_kept = 0;
	for (unsigned i = 0; i < PEOPLE; i++) {
		const struct promise *p = &promised[i];
		int64_t uid, others;

		snprintf(sql, sizeof(sql),
		    "SELECT coalesce((SELECT uid FROM ledger WHERE sub = '%.20s'), 0)", p->sub);
		uid = count_of(w, sql);
		snprintf(sql, sizeof(sql),
		    "SELECT count(*) FROM names WHERE name = '%.20s' AND sub <> '%.20s'", p->name,
		    p->sub);
		others = count_of(w, sql);
		broken += (uid != NO_UID && uid != p->uid) || others != 0;
		*ret_kept += uid == p->uid;
	}
	if (login_as(w, NULL, "encvoy-newcomer", "newcomer", NOW, &d) != ERR_OK)
		return broken + 1;
	fresh = d.uid;
	for (unsigned i = 0; i < PEOPLE; i++)
		broken += promised[i].uid == fresh;
	return broken;
}

static void forget_asides(struct world *w)
{
	const char *aside;

	while ((aside = db_file_aside(w)))
		unlink(aside);
}

/* Puts bytes in the database's place and opens it: it must work, now and after another start. */
static bool opens_with(struct world *w, const char *bytes, size_t len, bool *ret_set_aside)
{
	char wal[192];

	close_only(w);
	forget_asides(w);
	snprintf(wal, sizeof(wal), "%s-wal", w->database);
	unlink(wal);
	write_file(w->database, bytes, len);
	if (world_reopen(w, NOW) != ERR_OK)
		return false;
	*ret_set_aside = w->report.set_aside;
	if (w->report.set_aside != (db_file_aside(w) != NULL) || db_file_left(w))
		return false;
	return count_of(w, "SELECT count(*) FROM pragma_integrity_check"
			   " WHERE integrity_check <> 'ok'") == 0;
}

struct damage {
	const char *what;
	size_t from, len; /* of a file of at least 64 KiB; len 0: cut off there */
	unsigned min_kept;
};

static void gross_damage(const char *bytes, size_t len)
{
	static const struct damage t[] = {
	    {"emptied", 0, 0, 0},
	    {"one byte left", 1, 0, 0},
	    {"cut within the header", 90, 0, 0},
	    {"cut after the first page", 4096, 0, 0},
	    {"cut in the middle", 131072, 0, PEOPLE / 4},
	    {"its header overwritten", 0, 100, 0},
	    {"its first page overwritten", 0, 4096, 0},
	    {"a page of the middle overwritten", 40960, 4096, PEOPLE},
	    {"a few bytes of a page overwritten", 45060, 16, PEOPLE},
	    {"many pages overwritten", 81920, 16384, PEOPLE / 2},
	};

	for (size_t i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		char *copy = malloc(len);
		bool set_aside = false;
		unsigned kept = 0;
		struct world w;

		world_open(&w, open_conf);
		memcpy(copy, bytes, len);
		memset(copy + t[i].from, 0x5a, t[i].len);
		ok(opens_with(&w, copy, t[i].len ? len : t[i].from, &set_aside),
		    "SEC-33: %s: opens", t[i].what);
		ok(set_aside, "SEC-33: %s: the damaged file is kept aside", t[i].what);
		is_int(broken_promises(&w, &kept), 0, "SEC-33: %s: nobody has another's id or name",
		    t[i].what);
		ok(kept >= t[i].min_kept, "SEC-33: %s: %u of %d ids are saved", t[i].what, kept,
		    PEOPLE);
		is_int(world_reopen(&w, NOW), ERR_OK, "SEC-33: %s: opens again", t[i].what);
		ok(!w.report.set_aside, "SEC-33: %s: as a sound one", t[i].what);
		free(copy);
		world_close(&w);
	}
}

struct flips {
	unsigned unopened, broken, aside, lost;
	double longest;
};

static void flip(struct world *w, char *bytes, size_t len, size_t bit, struct flips *f)
{
	struct timespec from, to;
	bool set_aside = false;
	unsigned kept = 0;
	double seconds;

	bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
	clock_gettime(CLOCK_MONOTONIC, &from);
	if (opens_with(w, bytes, len, &set_aside)) {
		clock_gettime(CLOCK_MONOTONIC, &to);
		seconds =
		    (double)(to.tv_sec - from.tv_sec) + (double)(to.tv_nsec - from.tv_nsec) / 1e9;
		f->longest = seconds > f->longest ? seconds : f->longest;
		f->broken += broken_promises(w, &kept) != 0;
		f->aside += set_aside;
		f->lost += kept < PEOPLE;
	} else {
		printf("# not opened with a flip at %zu.%zu\n", bit / 8, bit % 8);
		f->unopened++;
	}
	bytes[bit / 8] = (char)(bytes[bit / 8] ^ (1 << bit % 8));
}

static void flips_done(const struct flips *f, const char *what, unsigned n)
{
	is_int(f->unopened, 0, "SEC-33: %s, %u flipped bits: opens each time", what, n);
	is_int(f->broken, 0, "SEC-33: %s: nobody ever has another's id or name", what);
	ok(f->aside > 0, "SEC-33: %s: %u were noticed, %u lost an id", what, f->aside, f->lost);
	ok(f->longest < 20, "SEC-33: %s: the longest start took %.3f s", what, f->longest);
}

static void flipped_bits(char *bytes, size_t len)
{
	unsigned n = slow_run() ? FLIPS / 8 : FLIPS;
	unsigned step = slow_run() ? 13 : 1;
	struct flips anywhere = {0}, header = {0};
	struct world w;

	world_open(&w, open_conf);
	for (unsigned i = 0; i < n; i++)
		flip(&w, bytes, len, (size_t)random() % (len * 8), &anywhere);
	flips_done(&anywhere, "anywhere", n);
	for (size_t bit = 0; bit < HEADER_SIZE * 8; bit += step)
		flip(&w, bytes, len, bit, &header);
	flips_done(&header, "in the header", HEADER_SIZE * 8 / step);
	world_close(&w);
}

static void damage(void)
{
	char *bytes;
	size_t len;
	struct world w;

	world_open(&w, open_conf);
	people(&w);
	close_only(&w);
	bytes = read_file(w.database, &len);
	ok(len > 65536, "a database of %zu bytes", len);
	world_close(&w);
	gross_damage(bytes, len);
	flipped_bits(bytes, len);
	free(bytes);
}

static void tokens_after_damage(void)
{
	char *bytes;
	size_t len;
	bool set_aside = false;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	is_int(login_token(&w, "encvoy-2", "2", 1, NOW - 10, &d), ERR_OK, "a token is used");
	close_only(&w);
	bytes = read_file(w.database, &len);
	memset(bytes, 0, len);
	ok(opens_with(&w, bytes, len, &set_aside), "all is lost");
	is_int(login_token(&w, "encvoy-2", "2", 1, NOW + 1, &d), ERR_TOKEN_TOO_OLD,
	    "SEC-10: the token is not good again");
	is_int(login_as(&w, NULL, "encvoy-2", "2", NOW + 1, &d), ERR_OK, "other sign-ins go on");
	is_int(login_token(&w, "encvoy-2", "2", 2, NOW + 301, &d), ERR_OK,
	    "and tokens as well when the old ones are too old for everybody");
	free(bytes);
	world_close(&w);
}

/* Logs people in until the disk is full. What was granted is there, what was refused is not. */
static void fill(struct world *w, const char *what, unsigned first, unsigned *ret_granted)
{
	struct decision d;
	enum err e = ERR_OK;
	unsigned n = first;

	for (; n < first + 100000 && e == ERR_OK; n++) {
		char sub[16], name[32];

		snprintf(sub, sizeof(sub), "%u", n);
		snprintf(name, sizeof(name), "encvoy-%u", n);
		e = login_token(w, name, sub, (int)(n % 256), NOW + (int64_t)n * 200000, &d);
	}
	is_int(e, ERR_IO, "SEC-33: %s: a login is refused when the disk is full", what);
	ok(!d.changed, "SEC-33: %s: with nothing to publish", what);
	*ret_granted = n - 1 - first;
	is_int(count_of(w, "SELECT count(*) FROM identity"), *ret_granted + 1,
	    "SEC-33: %s: what was granted is there, what was refused is not", what);
	ok(identities_trouble(w->ids)[0] != 0, "SEC-33: %s: the reason: %s", what,
	    identities_trouble(w->ids));
}

static void file_size_limit(void)
{
	struct rlimit unlimited, limit;
	unsigned granted = 0;
	struct decision d;
	struct world w;

	world_open(&w, "allow = everyone\n");
	login_as(&w, NULL, "encvoy-0", "0", NOW, &d);
	signal(SIGXFSZ, SIG_IGN);
	getrlimit(RLIMIT_FSIZE, &unlimited);
	limit = unlimited;
	limit.rlim_cur = 300 * 1024;
	setrlimit(RLIMIT_FSIZE, &limit);
	fill(&w, "a limit of the file size", 1, &granted);
	setrlimit(RLIMIT_FSIZE, &unlimited);
	is_int(login_as(&w, NULL, "encvoy-77777", "77777", NOW, &d), ERR_OK,
	    "SEC-33: with room again the same process goes on");
	is_int(world_reopen(&w, NOW), ERR_OK, "SEC-33: and the next");
	is_int(count_of(&w, "SELECT count(*) FROM ledger"), granted + 2, "SEC-33: with all ids");
	world_close(&w);
}

/* In a child of its own, because the mount needs a namespace of its own. */
static int full_disk_child(void)
{
	struct world w;
	char path[160];
	unsigned granted = 0;
	struct decision d;
	char *filler = calloc(1, 4096);
	FILE *f;

	world_open(&w, "allow = everyone\n");
	close_only(&w);
	snprintf(path, sizeof(path), "%s/state", w.dir);
	if (mount("encvoy-test", path, "tmpfs", 0, "size=1m,mode=0700") != 0) {
		world_close(&w);
		return 77;
	}
	snprintf(path, sizeof(path), "%s/state/filler", w.dir);
	f = fopen(path, "w");
	setvbuf(f, NULL, _IONBF, 0);
	while (fwrite(filler, 1, 4096, f) == 4096)
		;
	fclose(f);
	free(filler);
	is_int(world_reopen(&w, NOW), ERR_IO, "SEC-33: no room to create it: refused");
	unlink(path);
	is_int(world_reopen(&w, NOW), ERR_OK, "SEC-33: with room it is created");
	login_as(&w, NULL, "encvoy-0", "0", NOW, &d);
	fill(&w, "a full disk", 1, &granted);
	is_int(account_of(&w, NULL, "encvoy-0", NOW, &d), ERR_OK, "SEC-33: reading goes on");
	is_int(world_reopen(&w, NOW), ERR_OK, "SEC-33: and starting");
	is_int(count_of(&w, "SELECT count(*) FROM ledger"), granted + 1, "SEC-33: with all ids");
	close_only(&w);
	snprintf(path, sizeof(path), "%s/state", w.dir);
	umount(path);
	world_close(&w);
	return tap_failed ? 1 : 0;
}

static void full_disk(void)
{
	int status = 77 << 8;
	pid_t pid;

	fflush(stdout);
	pid = fork();
	if (pid == 0) {
		tap_failed = 0;
		if (!freopen("/dev/null", "w", stdout) || unshare(CLONE_NEWNS) != 0 ||
		    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) != 0)
			_exit(77);
		_exit(full_disk_child());
	}
	waitpid(pid, &status, 0);
	if (WIFEXITED(status) && WEXITSTATUS(status) == 77)
		tap_skip("SEC-33: a full disk", "no mount namespace here");
	else
		ok(WIFEXITED(status) && WEXITSTATUS(status) == 0,
		    "SEC-33: a full disk: nothing granted that is not written, start and reading "
		    "go on");
}

/* What the directory said is not lost with the ledger's page, and the next pass is about everybody;
 * a table of persons that is lost costs nothing but that pass. */
static void directory_survives(void)
{
	const struct standing said = {.passed = NOW, .serial = 7, .expires = NOW + 9, .hash = {5}};
	struct standing found = {0};
	struct dirstage_report report;
	static struct msg_person p;
	struct dirstage st;
	bool set_aside = false;
	const char *field;
	struct decision d;
	struct world w;
	char *bytes;
	size_t len = 0;
	int64_t page;

	world_open(&w, "directory = roster\nroster = /r\nroster_keys = /k\nroster_fleet = f\n"
		       "allow = everyone\n");
	ok(dirstage_begin(w.ids, true, &st) == ERR_OK, "a pass");
	for (unsigned i = 1; i <= 200; i++) {
		p = (struct msg_person){.blocked = i == 2};
		snprintf(p.sub, sizeof(p.sub), "%u", i);
		snprintf(p.login, sizeof(p.login), "user%u", i);
		(void)dirstage_add(w.ids, &w.conf, &st, &p, &field);
	}
	ok(dirstage_apply(w.ids, &w.conf, &st, true, &said, NOW, &report) == ERR_OK, "of 200");
	for (int table = 0; table < 2; table++) {
		page =
		    count_of(&w, table ? "SELECT rootpage FROM sqlite_schema WHERE name = 'person'"
				       : "SELECT rootpage FROM sqlite_schema WHERE name ="
					 " 'used_token_by_expiry'");
		close_only(&w);
		bytes = read_file(w.database, &len);
		memset(bytes + (page - 1) * 4096, 0x5a, 4096);
		ok(opens_with(&w, bytes, len, &set_aside) && set_aside, "SEC-33: %s is damaged",
		    table ? "the table of persons" : "another page");
		free(bytes);
		is_int(standing_get(w.ids->db, &w.conf, &found), ERR_OK, "the standing");
		is_int((int)found.serial, 7, "SEC-48: the serial survives");
		ok(!found.whole, "but everybody is to be sent again");
		is_int((int)count_of(&w, "SELECT count(*) FROM identity WHERE bound_name ="
					 " 'user' || sub"),
		    200, "SEC-33: names and ids survive");
		is_int(account_of(&w, NULL, "user2", NOW, &d), ERR_BLOCKED,
		    "SEC-14: a block survives");
	}
	ok(dirstage_begin(w.ids, true, &st) == ERR_OK, "the next pass");
	(void)str_copy(p.login, sizeof(p.login), "user200");
	ok(dirstage_add(w.ids, &w.conf, &st, &p, &field) == ERR_OK &&
		dirstage_apply(w.ids, &w.conf, &st, true, &said, NOW, &report) == ERR_OK,
	    "fills the table again");
	is_int((int)count_of(&w, "SELECT count(*) FROM person WHERE dropped = 0"), 1,
	    "with who is there");
	world_close(&w);
}

int main(void)
{
	struct timespec seed;

	clock_gettime(CLOCK_MONOTONIC, &seed);
	srandom((unsigned)seed.tv_nsec);
	printf("# seed %u\n", (unsigned)seed.tv_nsec);
	worlds_in_memory();
	damage();
	tokens_after_damage();
	file_size_limit();
	full_disk();
	directory_survives();
	return tap_done();
}
