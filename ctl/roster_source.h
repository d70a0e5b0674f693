/* SPDX-License-Identifier: MIT */
/* The people of a roster that is to be made: from encvoyd, or from a file of unsigned line records.
 */
#ifndef ENCVOY_CTL_ROSTER_SOURCE_H
#define ENCVOY_CTL_ROSTER_SOURCE_H

#include "oidc/roster_build.h"

/* Everybody whom encvoyd knows. Complains; returns an exit status. */
int roster_from_daemon(struct roster_build *build);
/* Line records in any order; "-" is standard input. Complains about each bad line; returns an exit
 * status. */
int roster_from_file(struct roster_build *build, const char *path);

#endif
