/* SPDX-License-Identifier: MIT */
/* Other programs, run for what they do and say. */
#ifndef ENCVOY_CTL_COMMAND_H
#define ENCVOY_CTL_COMMAND_H

#include "common/buf.h"
#include "common/err.h"

/* Runs argv[0], an absolute path, to its end: without input, with a plain environment, and with
 * what it writes to standard output and error appended to *output (beyond its maximum: dropped).
 * ERR_OK when it ended with status 0, ERR_NOT_FOUND when it cannot be run, ERR_PERMISSION when it
 * ended otherwise, ERR_IO. */
enum err command_run(const char *const argv[], struct buf *output);
/* What a command said, made printable, by lines on standard error. */
void command_tell(const struct buf *output);

#endif
