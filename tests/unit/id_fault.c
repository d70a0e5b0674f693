/* SPDX-License-Identifier: MIT */
/* The nth operation on a file, or the nth allocation inside SQLite, fails: once, or from then on.
 * Whatever happens, a login is granted only when its rows are there afterwards (SEC-03, SEC-33). */
#include "tests/unit/id_util.h"

#include "encvoyd/ids.h"

#include <sqlite3.h>
#include <unistd.h>

/* The plan of faults; count goes on past `at`. */
static struct {
	bool armed;
	bool stays; /* everything behind the first fault fails too */
	unsigned at;
	unsigned count;
	int code;
} fault;

static void arm(unsigned at, bool stays, int code)
{
	fault.armed = true;
	fault.stays = stays;
	fault.at = at;
	fault.count = 0;
	fault.code = code;
}

static bool fails(void)
{
	if (!fault.armed)
		return false;
	fault.count++;
	return fault.count == fault.at || (fault.stays && fault.count > fault.at);
}

/* --- a VFS around the real one */

struct file {
	sqlite3_file base;
	sqlite3_file *real; /* behind this struct */
};

static sqlite3_vfs *real_vfs;

static sqlite3_file *real_of(sqlite3_file *f)
{
	return ((struct file *)(void *)f)->real;
}

static int f_close(sqlite3_file *f)
{
	return real_of(f)->pMethods->xClose(real_of(f));
}

static int f_read(sqlite3_file *f, void *p, int n, sqlite3_int64 at)
{
	return fails() ? SQLITE_IOERR_READ : real_of(f)->pMethods->xRead(real_of(f), p, n, at);
}

static int f_write(sqlite3_file *f, const void *p, int n, sqlite3_int64 at)
{
	return fails() ? fault.code : real_of(f)->pMethods->xWrite(real_of(f), p, n, at);
}

static int f_truncate(sqlite3_file *f, sqlite3_int64 n)
{
	return fails() ? SQLITE_IOERR_TRUNCATE : real_of(f)->pMethods->xTruncate(real_of(f), n);
}

static int f_sync(sqlite3_file *f, int flags)
{
	return fails() ? SQLITE_IOERR_FSYNC : real_of(f)->pMethods->xSync(real_of(f), flags);
}

static int f_size(sqlite3_file *f, sqlite3_int64 *ret)
{
	return fails() ? SQLITE_IOERR_FSTAT : real_of(f)->pMethods->xFileSize(real_of(f), ret);
}

static int f_lock(sqlite3_file *f, int level)
{
	return fails() ? SQLITE_IOERR_LOCK : real_of(f)->pMethods->xLock(real_of(f), level);
}

static int f_unlock(sqlite3_file *f, int level)
{
	return real_of(f)->pMethods->xUnlock(real_of(f), level);
}

static int f_reserved(sqlite3_file *f, int *ret)
{
	return real_of(f)->pMethods->xCheckReservedLock(real_of(f), ret);
}

static int f_control(sqlite3_file *f, int op, void *arg)
{
	return real_of(f)->pMethods->xFileControl(real_of(f), op, arg);
}

static int f_sector(sqlite3_file *f)
{
	return real_of(f)->pMethods->xSectorSize(real_of(f));
}

static int f_traits(sqlite3_file *f)
{
	return real_of(f)->pMethods->xDeviceCharacteristics(real_of(f));
}

static const sqlite3_io_methods methods = {1, f_close, f_read, f_write, f_truncate, f_sync, f_size,
    f_lock, f_unlock, f_reserved, f_control, f_sector, f_traits};

static int v_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *ret_flags)
{
	struct file *own = (struct file *)(void *)f;
	int code;

	(void)v;
	own->base.pMethods = NULL;
	own->real = (sqlite3_file *)(void *)(own + 1);
	if (fails())
		return SQLITE_CANTOPEN;
	code = real_vfs->xOpen(real_vfs, name, own->real, flags, ret_flags);
	if (code == SQLITE_OK)
		own->base.pMethods = &methods;
	return code;
}

static int v_delete(sqlite3_vfs *v, const char *name, int sync)
{
	(void)v;
	return fails() ? SQLITE_IOERR_DELETE : real_vfs->xDelete(real_vfs, name, sync);
}

static int v_access(sqlite3_vfs *v, const char *name, int flags, int *ret)
{
	(void)v;
	return fails() ? SQLITE_IOERR_ACCESS : real_vfs->xAccess(real_vfs, name, flags, ret);
}

/* --- allocations */

static sqlite3_mem_methods real_memory;
static bool memory_faults;

static void *m_malloc(int n)
{
	return memory_faults && fails() ? NULL : real_memory.xMalloc(n);
}

static void *m_realloc(void *p, int n)
{
	return memory_faults && fails() ? NULL : real_memory.xRealloc(p, n);
}

static void install(void)
{
	static sqlite3_vfs vfs;
	sqlite3_mem_methods memory;

	sqlite3_config(SQLITE_CONFIG_GETMALLOC, &real_memory);
	memory = real_memory;
	memory.xMalloc = m_malloc;
	memory.xRealloc = m_realloc;
	sqlite3_config(SQLITE_CONFIG_MALLOC, &memory);
	sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0); /* every allocation is one of ours */
	sqlite3_initialize();
	real_vfs = sqlite3_vfs_find(NULL);
	vfs = *real_vfs;
	vfs.zName = "faulty";
	vfs.szOsFile = (int)sizeof(struct file) + real_vfs->szOsFile;
	vfs.xOpen = v_open;
	vfs.xDelete = v_delete;
	vfs.xAccess = v_access;
	sqlite3_vfs_register(&vfs, 1);
}

struct tally {
	unsigned runs;
	unsigned granted;
	unsigned opened;
	unsigned wrong; /* granted without its rows, refused as something else, or damaged */
};

static bool is_failure(enum err e)
{
	return e == ERR_IO || e == ERR_NOMEM || e == ERR_EXISTS;
}

/* One start and one login under the fault; then without it. */
static void one_run(struct world *w, struct tally *t)
{
	struct decision d = {0};
	char sub[16], name[32], sql[128];
	enum err opened, login = ERR_IO;

	t->runs++;
	snprintf(sub, sizeof(sub), "%u", t->runs);
	snprintf(name, sizeof(name), "encvoy-%u", t->runs);
	opened = world_reopen(w, NOW);
	t->wrong += opened != ERR_OK && !is_failure(opened);
	if (opened == ERR_OK) {
		t->wrong += w->report.set_aside;
		t->opened++;
		login = login_token(
		    w, name, sub, (int)(t->runs % 200), NOW + (int64_t)t->runs * 200000, &d);
		t->wrong += login != ERR_OK && (!is_failure(login) || d.changed);
	}
	fault.armed = false;
	t->granted += login == ERR_OK;
	if (world_reopen(w, NOW) != ERR_OK || w->report.set_aside) {
		t->wrong++;
		return;
	}
	snprintf(sql, sizeof(sql),
	    "SELECT (SELECT count(*) FROM identity WHERE sub = '%u')"
	    " + (SELECT count(*) FROM ledger WHERE sub = '%u')",
	    t->runs, t->runs);
	t->wrong += login == ERR_OK && count_of(w, sql) != 2;
	t->wrong += count_of(w, "SELECT count(*) FROM pragma_integrity_check"
				" WHERE integrity_check <> 'ok'") != 0;
}

/* A fault at 1, 2, ... until a run goes through without one; of the thousands of allocations every
 * MEMORY_STEPth, all of them when ENCVOY_TEST_LONG is set. */
#define MEMORY_STEP 13

static void every_fault(const char *what, bool memory, bool stays, int code, bool fresh)
{
	unsigned step = memory && !getenv("ENCVOY_TEST_LONG") ? MEMORY_STEP : 1;
	struct tally t = {0};
	unsigned at;
	struct world w;

	world_open(&w, "allow = everyone\n");
	memory_faults = memory;
	for (at = 1; at < 50000 && t.wrong == 0; at += step) {
		if (fresh) {
			identities_free(w.ids);
			w.ids = NULL;
			unlink(w.database);
		}
		arm(at, stays, code);
		one_run(&w, &t);
		if (fault.count < at)
			break;
	}
	memory_faults = false;
	is_int(t.wrong, 0, "SEC-03, SEC-33: %s: %u runs, %u started, %u granted, all rightly", what,
	    t.runs, t.opened, t.granted);
	ok(t.runs > 20 && t.granted >= 1, "%s: the last run went through", what);
	world_close(&w);
}

int main(void)
{
	worlds_in_memory();
	install();
	every_fault("an I/O error once", false, false, SQLITE_IOERR_WRITE, false);
	every_fault("I/O errors from then on", false, true, SQLITE_IOERR_WRITE, false);
	every_fault("a full disk from then on", false, true, SQLITE_FULL, false);
	every_fault("an I/O error once, new database", false, false, SQLITE_IOERR_WRITE, true);
	every_fault("I/O errors from then on, new database", false, true, SQLITE_FULL, true);
	every_fault("an allocation fails", true, false, SQLITE_IOERR_WRITE, false);
	every_fault("allocations fail from then on", true, true, SQLITE_IOERR_WRITE, false);
	return tap_done();
}
