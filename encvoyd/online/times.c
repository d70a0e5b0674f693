/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/times.h"

#include <stdatomic.h>
#include <sys/mman.h>
#include <time.h>

struct shared {
	uint64_t run;
	struct {
		_Atomic uint64_t requests, failed, ms, last_ms, max_ms;
	} of[TIMES_KINDS];
};

static struct shared *shared;
static enum times_kind kind = TIMES_TOKEN;

/* No restart is faster than a millisecond, and a restart of the machine ends encvoyd as well. */
static uint64_t run_number(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_BOOTTIME, &ts);
	return (uint64_t)ts.tv_sec * 1000 + (uint64_t)ts.tv_nsec / 1000000;
}

enum err times_share(void)
{
	void *page =
	    mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	if (page == MAP_FAILED)
		return ERR_NOMEM;
	shared = page;
	shared->run = run_number();
	return ERR_OK;
}

void times_are(enum times_kind now)
{
	kind = now;
}

void times_add(int64_t ms, bool usable)
{
	uint64_t v = ms > 0 ? (uint64_t)ms : 0, max;

	if (!shared)
		return;
	atomic_fetch_add(&shared->of[kind].ms, v);
	atomic_fetch_add(&shared->of[kind].requests, 1);
	if (!usable)
		atomic_fetch_add(&shared->of[kind].failed, 1);
	atomic_store(&shared->of[kind].last_ms, v);
	max = atomic_load(&shared->of[kind].max_ms);
	while (v > max && !atomic_compare_exchange_weak(&shared->of[kind].max_ms, &max, v))
		;
}

bool times_put(struct buf *b)
{
	struct msg_times m = {0};

	if (!shared)
		return false;
	m.run = shared->run;
	for (size_t i = 0; i < TIMES_KINDS; i++)
		m.of[i] = (struct times){
		    .requests = atomic_load(&shared->of[i].requests),
		    .failed = atomic_load(&shared->of[i].failed),
		    .ms = atomic_load(&shared->of[i].ms),
		    .last_ms = atomic_load(&shared->of[i].last_ms),
		    .max_ms = atomic_load(&shared->of[i].max_ms),
		};
	proto_put_times(b, &m);
	return true;
}
