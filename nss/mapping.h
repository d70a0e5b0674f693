/* SPDX-License-Identifier: MIT */
/* One users.map with the users.gen that tells when it is outdated, mapped into this process. No
 * descriptor stays open (SEC-41). */
#ifndef ENCVOY_NSS_MAPPING_H
#define ENCVOY_NSS_MAPPING_H

#include "common/map.h"

#include <sys/types.h>

struct mapping {
	struct map map; /* map.base is NULL while there is no usable users.map */
	size_t size;
	const struct map_gen *gen;
	uint64_t seen; /* the generation when users.map was opened */
	dev_t gen_dev;
	ino_t gen_ino;
};

/* Maps both. ERR_OK also when only users.gen can be used: then there is nothing to look at until
 * the generation changes. Otherwise nothing is mapped, and the next try may do better. */
enum err mapping_open(struct mapping *ret);
/* Forgets first and unmaps then: a process forked in between unmaps nothing twice. */
void mapping_close(struct mapping *m);
/* True when another users.gen stands in the place of the mapped one, as after its removal. */
bool mapping_replaced(const struct mapping *m);

static inline bool mapping_current(const struct mapping *m)
{
	return __atomic_load_n(&m->gen->generation, __ATOMIC_ACQUIRE) == m->seen;
}

#endif
