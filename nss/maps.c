/* SPDX-License-Identifier: MIT */
/* Mappings stand in a few slots; one of them is the current. A reader counts itself into the slot
 * before he uses it, and makes sure then that it still is the current. Who finds it outdated puts
 * the new map into a slot that nobody is in, makes that the current, and unmaps what was left.
 *
 * - Readers do not meet: each thread counts in a stripe of its own, chosen by its identity. (Two
 * may share one: that costs time only.)
 * - Nobody waits: while one thread maps anew, or when every slot is in use, others map the file for
 *   a single look-up. So neither a signal handler nor a thread that died inside can block anybody.
 * - A forked child has one thread, but would inherit the counts of all. So counts and lock are in
 *   memory that the kernel clears in the child (MADV_WIPEONFORK). Where it cannot (before Linux
 *   4.14), a child may find slots in use for ever; it is right all the same, at worst slower. */
#include "nss/maps.h"

#include "nss/guard.h"
#include "nss/mapping.h"

#include <pthread.h>
#include <sys/mman.h>
#include <time.h>

#if __has_include(<sys/single_threaded.h>)
#include <sys/single_threaded.h>
#define HAVE_SINGLE_THREADED 1
#endif

#define SLOTS 8
#define STRIPES 64
#define NONE SLOTS

struct stripe {
	_Alignas(128) uint32_t inside[SLOTS];
};

struct counters {
	struct stripe stripes[STRIPES];
	uint32_t busy; /* somebody maps anew */
};

static struct mapping slots[SLOTS];
static uint32_t current = NONE;
static struct counters *counters;
/* When a miss may next look whether users.gen was replaced, in seconds. */
static int64_t next_check;

struct hold {
	const struct mapping *mapping;
	uint32_t *inside;
};

/* Locked instructions keep the processor from working ahead, and cost as much as half of the rest.
 * A process with one thread has only its signal handlers to fear, and they put back what they
 * found. */
static bool is_single_threaded(void)
{
#ifdef HAVE_SINGLE_THREADED
	return __libc_single_threaded;
#else
	return false;
#endif
}

static unsigned stripe_of_thread(void)
{
	return is_single_threaded()
		   ? 0
		   : (unsigned)((uint64_t)pthread_self() * 0x9e3779b97f4a7c15U >> 58);
}
static_assert(STRIPES == 1 << (64 - 58), "as many stripes as the hash has values");

static void count(uint32_t *inside, uint32_t change)
{
	if (is_single_threaded())
		__atomic_store_n(
		    inside, __atomic_load_n(inside, __ATOMIC_RELAXED) + change, __ATOMIC_RELAXED);
	else
		__atomic_fetch_add(inside, change, __ATOMIC_SEQ_CST);
}

static void leave(const struct hold *h)
{
	count(h->inside, UINT32_MAX);
}

static inline __attribute__((always_inline)) bool enter(struct hold *ret)
{
	struct counters *c = __atomic_load_n(&counters, __ATOMIC_ACQUIRE);
	uint32_t i = __atomic_load_n(&current, __ATOMIC_RELAXED);
	struct hold h;

	if (!c || i == NONE)
		return false;
	h.mapping = &slots[i];
	h.inside = &c->stripes[stripe_of_thread()].inside[i];
	/* counted first, looked second; whoever clears a slot does it the other way round */
	count(h.inside, 1);
	if (__atomic_load_n(&current, __ATOMIC_SEQ_CST) != i || !mapping_current(h.mapping)) {
		leave(&h);
		return false;
	}
	*ret = h;
	return true;
}

static bool is_empty(struct counters *c, uint32_t slot)
{
	for (unsigned i = 0; i < STRIPES; i++)
		if (__atomic_load_n(&c->stripes[i].inside[slot], __ATOMIC_SEQ_CST))
			return false;
	return true;
}

static struct counters *get_counters(void)
{
	struct counters *c = __atomic_load_n(&counters, __ATOMIC_ACQUIRE);
	struct counters *expected = NULL;
	void *fresh;

	if (c)
		return c;
	fresh = mmap(NULL, sizeof(*c), PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (fresh == MAP_FAILED)
		return NULL;
	(void)madvise(fresh, sizeof(*c), MADV_WIPEONFORK);
	if (__atomic_compare_exchange_n(
		&counters, &expected, fresh, false, __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE))
		return fresh;
	munmap(fresh, sizeof(*c));
	return expected;
}

/* The following three: with busy held, and nobody else changes current or a slot. */

/* Unmaps what nobody can get at any more; tells a free slot, or NONE. */
static uint32_t clear_slots(struct counters *c)
{
	uint32_t used = __atomic_load_n(&current, __ATOMIC_SEQ_CST);
	uint32_t free_slot = NONE;

	for (uint32_t i = 0; i < SLOTS; i++) {
		if (i == used || !is_empty(c, i))
			continue;
		mapping_close(&slots[i]);
		free_slot = i;
	}
	return free_slot;
}

static bool is_outdated(bool check_file)
{
	uint32_t i = __atomic_load_n(&current, __ATOMIC_RELAXED);

	return i == NONE || !mapping_current(&slots[i]) ||
	       (check_file && mapping_replaced(&slots[i]));
}

static bool map_anew(struct counters *c)
{
	uint32_t i = clear_slots(c);

	if (i == NONE || mapping_open(&slots[i]) != ERR_OK)
		return false;
	__atomic_store_n(&current, i, __ATOMIC_SEQ_CST);
	(void)clear_slots(c);
	return true;
}

/* True when the shared mapping is the current one now. */
static bool renew(bool check_file)
{
	struct counters *c = get_counters();
	bool done;

	if (!c || __atomic_exchange_n(&c->busy, 1, __ATOMIC_ACQUIRE))
		return false;
	done = !is_outdated(check_file) || map_anew(c);
	__atomic_store_n(&c->busy, 0, __ATOMIC_RELEASE);
	return done;
}

static enum err tell(const struct mapping *m, maps_query query, void *arg)
{
	enum err e;

	if (!m->map.base)
		return ERR_IO;
	e = query(&m->map, arg);
	if (e == ERR_SYNTAX || (e == ERR_NOT_FOUND && !mapping_is_final(m)))
		return ERR_IO;
	return e;
}

static enum err look_up_guarded(maps_query query, void *arg, bool check_file)
{
	struct mapping own;
	struct hold h;
	enum err e;

	if (renew(check_file) && enter(&h)) {
		e = tell(h.mapping, query, arg);
		leave(&h);
		return e;
	}
	if (mapping_open(&own) != ERR_OK)
		return ERR_IO;
	e = tell(&own, query, arg);
	mapping_close(&own);
	return e;
}

static __attribute__((noinline)) enum err look_up_anew(maps_query query, void *arg, bool check_file)
{
	struct guard guard = guard_begin();
	enum err e = look_up_guarded(query, arg, check_file);

	guard_end(&guard);
	return e;
}

/* Once a second at most, and only when something was not found: users.gen may have been removed by
 * hand, and then nothing tells of the new one. */
static bool time_to_check(void)
{
	struct timespec now;
	int64_t due = __atomic_load_n(&next_check, __ATOMIC_RELAXED);

	/* coarse: needs no system call */
	if (clock_gettime(CLOCK_MONOTONIC_COARSE, &now) != 0 || now.tv_sec < due)
		return false;
	__atomic_store_n(&next_check, (int64_t)now.tv_sec + 1, __ATOMIC_RELAXED);
	return due != 0;
}

enum err maps_look_up(maps_query query, void *arg)
{
	bool overtaken;
	struct hold h;
	enum err e;

	if (!enter(&h))
		return look_up_anew(query, arg, false);
	e = tell(h.mapping, query, arg);
	overtaken = e == ERR_IO && !mapping_current(h.mapping);
	leave(&h);
	if (overtaken)
		return look_up_anew(query, arg, false);
	if ((e == ERR_NOT_FOUND || e == ERR_IO) && time_to_check())
		return look_up_anew(query, arg, true);
	return e;
}
