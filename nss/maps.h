/* SPDX-License-Identifier: MIT */
/* The map of this process, always the current one, shared by its threads. A look-up that hits makes
 * no system call, takes no lock and writes only to a counter that threads rarely share. */
#ifndef ENCVOY_NSS_MAPS_H
#define ENCVOY_NSS_MAPS_H

#include "common/map.h"

/* Looks something up in a map (common/map.h has the results), possibly more than once. */
typedef enum err (*maps_query)(const struct map *m, void *arg);

/* Runs the query on the current map and passes on ERR_OK, ERR_TOO_LONG, ERR_NOMEM, and
 * ERR_NOT_FOUND when that is final. ERR_IO: the map cannot tell, because it is absent, damaged or
 * not complete. */
enum err maps_look_up(maps_query query, void *arg);

#endif
