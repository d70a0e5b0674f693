/* SPDX-License-Identifier: MIT */
/* Small string helpers that the standard library lacks or gets wrong. */
#ifndef ENCVOY_COMMON_STR_H
#define ENCVOY_COMMON_STR_H

#include "common/buf.h"

#include <stdbool.h>
#include <stddef.h>

/* A borrowed stretch of text without terminator. */
struct slice {
	const char *p;
	size_t len;
};

/* True when a slice equals a string, byte for byte. */
bool slice_is(struct slice s, const char *text);
/* The same of two slices. */
bool slice_same(struct slice a, struct slice b);
struct slice slice_of(const char *text);
/* Without blanks (space, tab) at both ends. */
struct slice slice_trim(struct slice s);
/* Takes the next non-empty, trimmed piece between separators off *rest; false at the end. */
bool slice_next(struct slice *rest, const char *separators, struct slice *ret);

bool str_starts(const char *s, const char *prefix);
/* Copies with terminator; false (and an empty dst) when it does not fit. */
bool str_copy(char *dst, size_t size, const char *src);

/* Strict UTF-8 (RFC 3629): no overlong forms, surrogates or code points above U+10FFFF. */
bool utf8_valid(const void *bytes, size_t len);
/* Appends remote text so that no byte of it can control a terminal or a log: C0, C1, DEL, bidi and
 * zero-width controls, line and paragraph separators, bad UTF-8 and backslash become \xNN. At most
 * max input bytes are taken; a cut is marked with "...". */
void str_printable(struct buf *out, const void *bytes, size_t len, size_t max);
/* True for text that may be shown as it is: strict UTF-8 without any of those controls, newlines
 * and backslashes apart. */
bool text_printable(const char *text);
/* The same for one line: no newline either. */
bool slice_printable(struct slice s);

/* 43 or more characters of the alphabet of tokens and nothing else: nobody's passphrase. */
bool str_like_token(const char *s);

#endif
