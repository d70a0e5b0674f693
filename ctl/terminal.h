/* SPDX-License-Identifier: MIT */
#ifndef ENCVOY_CTL_TERMINAL_H
#define ENCVOY_CTL_TERMINAL_H

#include "common/err.h"
#include "common/secret.h"

#include <stdbool.h>

/* Shows the question on standard output and reads one line from standard input, on a terminal
 * without echo where that is asked for. ERR_CANCELLED at the end of input. The caller frees. */
enum err terminal_ask(const char *question, bool echo, struct secret **ret);

#endif
