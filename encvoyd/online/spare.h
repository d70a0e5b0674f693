/* SPDX-License-Identifier: MIT */
/* The spare child: started before there is work, so that a sign-in does not wait for what a
 * process costs to begin. It serves one connection, like every other. */
#ifndef ENCVOY_ONLINE_SPARE_H
#define ENCVOY_ONLINE_SPARE_H

#include "common/conf.h"
#include "encvoyd/online/trust.h"

/* Rehearses when there is time, waits for the connection that comes over control, and works for it;
 * keys_fd as for work_child. Returns when the work is done, or without any when control is closed.
 */
void spare_child(int control, int *keys_fd, const struct conf *conf, const struct trust *trust);

#endif
