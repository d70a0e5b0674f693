/* SPDX-License-Identifier: MIT */
#include "nss/enumerate.h"

#include "nss/guard.h"

static bool enter(struct enumeration *en)
{
	return !__atomic_exchange_n(&en->busy, 1, __ATOMIC_ACQUIRE);
}

static void leave(struct enumeration *en)
{
	__atomic_store_n(&en->busy, 0, __ATOMIC_RELEASE);
}

void enumerate_end(struct enumeration *en)
{
	struct guard guard = guard_begin();

	if (enter(en)) {
		en->begun = false;
		mapping_close(&en->mapping);
		leave(en);
	}
	guard_end(&guard);
}

static __attribute__((noinline)) enum err begin(struct enumeration *en)
{
	struct guard guard = guard_begin();
	enum err e = mapping_open(&en->mapping);

	if (e == ERR_OK) {
		map_walk_begin(&en->walk, &en->mapping.map);
		en->begun = true;
	}
	guard_end(&guard);
	return e == ERR_OK ? ERR_OK : ERR_IO;
}

static enum err go_on(struct enumeration *en, enumerate_next next, void *arg)
{
	enum err e = en->begun ? ERR_OK : begin(en);

	if (e != ERR_OK)
		return e;
	if (!en->mapping.map.base)
		return ERR_IO;
	return en->mapping.map.enumerate ? next(&en->walk, arg) : ERR_NOT_FOUND;
}

enum err enumerate(struct enumeration *en, enumerate_next next, void *arg)
{
	enum err e;

	if (!enter(en))
		return ERR_TOO_MANY;
	e = go_on(en, next, arg);
	leave(en);
	return e;
}
