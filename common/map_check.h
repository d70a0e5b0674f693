/* SPDX-License-Identifier: MIT */
/* The rules of name.h and record.h for the usual case, sixteen bytes at a time: the full functions
 * cost several times a whole look-up. True means that the rule holds; false means nothing, and the
 * full function decides. */
#ifndef ENCVOY_COMMON_MAP_CHECK_H
#define ENCVOY_COMMON_MAP_CHECK_H

#include "common/name.h"

#include <stdbool.h>
#include <stddef.h>

/* name_ok for a name padded with zeros: lower-case letters, digits, '_' and '-'. */
bool map_name_plain(const char text[NAME_MAX_LEN]);
/* For name, gecos, home and shell, each with its NUL: there are exactly these four NULs, everything
 * is printable ASCII but ':', and no component of a path is empty or starts with '.'. */
bool map_strings_plain(const char *strings, size_t len);
/* For names one behind the other, each with its NUL: letters, digits, '_' and '-' only. Which of
 * them stand where is not looked at. */
bool map_list_plain(const char *list, size_t len);

#endif
