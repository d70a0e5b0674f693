/* SPDX-License-Identifier: MIT */
/* Files that the person names on the command line, and lines from a terminal. No question of trust:
 * it is the person's own choice. */
#ifndef ENCVOY_CTL_INPUT_H
#define ENCVOY_CTL_INPUT_H

#include "common/buf.h"
#include "common/err.h"
#include "common/str.h"

/* Reads a descriptor to its end into an initialised buffer, silently. */
enum err input_rest(int fd, struct buf *ret);
/* Reads a regular file, a pipe or, for "-", standard input to its end into an initialised buffer;
 * complains ("PATH: why") and returns an error otherwise. */
enum err input_read(const char *path, struct buf *ret);
/* One line from a descriptor without its newline, byte by byte so that nothing behind it is taken:
 * ERR_CLOSED at the end of input, ERR_TOO_LONG. */
enum err input_line(int fd, struct buf *ret);
/* Without white space, line breaks included, at both ends. */
struct slice input_trim(const struct buf *b);

#endif
