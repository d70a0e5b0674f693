/* SPDX-License-Identifier: MIT */
/* What publish.c and publish_change.c share. */
#ifndef ENCVOY_ENCVOYD_PUBLISH_PARTS_H
#define ENCVOY_ENCVOYD_PUBLISH_PARTS_H

#include "common/map_format.h"
#include "encvoyd/publish.h"

/* Of enum map_flags, for a base and its changes alike. */
unsigned publish_flags(const struct conf *conf);

#endif
