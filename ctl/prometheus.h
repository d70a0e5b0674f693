/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_CTL_PROMETHEUS_H
#define ENCVOY_CTL_PROMETHEUS_H

#include "ctl/admin.h"

/* The rows of `status` in Prometheus' text format (version 0.0.4) on standard output. With another
 * status than EXIT_DONE only encvoy_up, which is 0 then. Returns the exit status. */
int print_prometheus(const struct rows *rows, int status);

#endif
