/* SPDX-License-Identifier: MIT */
/* What getpwent and getgrent go through: one place per database and process, as their interface has
 * it. glibc lets one thread in at a time; who calls the module itself and meets another thread is
 * told to try again. The map that a walk began with stays mapped until it is ended or begun anew,
 * so what is published meanwhile neither doubles nor loses anybody. */
#ifndef ENCVOY_NSS_ENUMERATE_H
#define ENCVOY_NSS_ENUMERATE_H

#include "common/map_walk.h"
#include "nss/mapping.h"

struct enumeration {
	struct mapping mapping;
	struct map_walk walk;
	bool begun;
	uint32_t busy;
};

/* Gives the next one with map_walk_user or map_walk_group; the same results. */
typedef enum err (*enumerate_next)(struct map_walk *w, void *arg);

/* Back to the beginning, nothing mapped. */
void enumerate_end(struct enumeration *e);
/* ERR_NOT_FOUND also when the map is not to be listed, ERR_TOO_MANY: another thread is inside,
 * ERR_IO: there is no map. */
enum err enumerate(struct enumeration *e, enumerate_next next, void *arg);

#endif
