/* SPDX-License-Identifier: MIT */
/* When a host asks for its directory again. Hosts that were started together, or that miss the same
 * server, must not go on together: every span is 20 % more or less, by two random bytes that the
 * caller brings. Milliseconds. */
#ifndef ENCVOY_COMMON_PACE_H
#define ENCVOY_COMMON_PACE_H

#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

/* Whether a pass missed its server: a host that boots has no network yet, and perhaps no time. Any
 * other answer would be the same again. */
bool pace_is_missed(enum err e);
/* After a pass. missed: how many in a row did, this one included; 0: it was answered, whatever
 * that said. Misses are made up for soon, and then less and less so, up to the
 * interval. */
int64_t pace_pass(int64_t interval, unsigned missed, uint16_t random);
/* After so many attempts in a row (from 0) that did not reach encvoyd-online. */
int64_t pace_link(unsigned failures, uint16_t random);

#endif
