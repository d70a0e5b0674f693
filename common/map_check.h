/* SPDX-License-Identifier: MIT */
/* The rules of name.h and record.h for the usual case, sixteen bytes at a time: the full functions
 * cost several times a whole look-up. True means that the rule holds; false means nothing, and the
 * full function decides. */
#ifndef ENCVOY_COMMON_MAP_CHECK_H
#define ENCVOY_COMMON_MAP_CHECK_H

#include "common/map_format.h"

#include <stdbool.h>
#include <stddef.h>

/* name_ok for a name of a good length in which there is no '.'. By value: what was just written to
 * memory in pieces is slow to read as a whole. */
bool map_name_plain(char first, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3);
/* Copies a user's strings, len bytes (1 at least) of the padded ones, and goes on with the sum of
 * what it copied; each word is read once. dst has room for len bytes at least, and is used up to
 * there. True when there are exactly four NULs, all else is printable ASCII but ':', and no
 * component of a path is empty or starts with '.'. Where the NULs are is not looked at. */
bool map_copy_strings(
    char *dst, size_t room, const unsigned char *src, size_t len, struct map_user_sum *sum);
/* For names one behind the other, each with its NUL: letters, digits, '_' and '-' only. Which of
 * them stand where is not looked at. */
bool map_list_plain(const char *list, size_t len);

#endif
