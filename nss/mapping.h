/* SPDX-License-Identifier: MIT */
/* One users.map, the users.changes that belong to it if there are any, and the users.gen that tells
 * when they are outdated, mapped into this process. No descriptor stays open (SEC-41). */
#ifndef ENCVOY_NSS_MAPPING_H
#define ENCVOY_NSS_MAPPING_H

#include "common/map.h"

#include <sys/types.h>

struct mapping {
	struct map map; /* map.base is NULL while there is no usable users.map; joined */
	struct map changes;
	size_t size;
	size_t changes_size;
	const struct map_gen *gen;
	uint64_t seen; /* the generation when the others were opened */
	dev_t gen_dev;
	ino_t gen_ino;
};

/* Maps them. ERR_OK also when only users.gen can be used, or the others are not known to be whole
 * and of one time: then there is nothing to look at until the generation changes. Otherwise nothing
 * is mapped, and the next try may do better. *ret points into itself: it is not to be moved. */
enum err mapping_open(struct mapping *ret);
/* Forgets first and unmaps then: a process forked in between unmaps nothing twice. */
void mapping_close(struct mapping *m);
/* True when another users.gen stands in the place of the mapped one, as after its removal. */
bool mapping_replaced(const struct mapping *m);

/* What was not in the mapped map is nowhere: it is complete, nothing newer failed to be written,
 * and it still is the current one after all that. */
bool mapping_is_final(const struct mapping *m);

static inline bool mapping_current(const struct mapping *m)
{
	return __atomic_load_n(&m->gen->generation, __ATOMIC_ACQUIRE) == m->seen;
}

#endif
