/* SPDX-License-Identifier: MIT */
/* Settings given on the command line, which pass through the same option table as those of a file.
 */
#ifndef ENCVOY_CTL_CONFLINE_H
#define ENCVOY_CTL_CONFLINE_H

#include "common/buf.h"
#include "common/conf.h"

/* Appends "key = value" and a newline; nothing for a NULL value. A value that a line cannot carry
 * (a line break, blanks at its ends) spoils the buffer: ERR_SYNTAX. */
void confline_put(struct buf *out, const char *key, const char *value);
/* An address without the '/' that people copy along at its end. Into storage; NULL when too long.
 */
const char *confline_origin(const char *url, char *storage, size_t size);
/* The absolute path of an existing file; NULL (and a complaint) when there is none. Free it. */
char *confline_path(const char *path);
/* "FILE:LINE: why" or "command line: why". */
void confline_complain(const struct conf_error *e);

#endif
