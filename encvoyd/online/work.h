/* SPDX-License-Identifier: MIT */
/* What a child of the template becomes: the first message tells. */
#ifndef ENCVOY_ONLINE_WORK_H
#define ENCVOY_ONLINE_WORK_H

#include "common/conf.h"
#include "encvoyd/online/trust.h"

/* JOB: a login child; DIRECTORY: the directory child. keys_fd (or -1) is closed when it is not
 * needed. Returns when the work is done. */
void work_child(int fd, int *keys_fd, const struct conf *conf, const struct trust *trust);

#endif
