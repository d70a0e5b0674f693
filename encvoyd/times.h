/* SPDX-License-Identifier: MIT */
/* What requests to the provider took, as encvoyd-online tells. Its figures begin anew with each of
 * its starts; these do not. */
#ifndef ENCVOY_ENCVOYD_TIMES_H
#define ENCVOY_ENCVOYD_TIMES_H

#include "common/proto_times.h"

struct provider_times {
	struct msg_times heard; /* of its present run, the highest of each figure */
	struct times total[TIMES_KINDS];
};

/* Adds what is new. Messages of several children may overtake each other. */
void provider_times_take(struct provider_times *t, const struct msg_times *m);

#endif
