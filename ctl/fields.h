/* SPDX-License-Identifier: MIT */
/* The lines of the files in /etc that are looked at. Slices borrow the text. */
#ifndef ENCVOY_CTL_FIELDS_H
#define ENCVOY_CTL_FIELDS_H

#include "common/str.h"

/* The field at that place, from 0, of a line like passwd's; false (and empty) when it has fewer. */
bool field_at(struct slice line, unsigned at, struct slice *ret);
/* Takes the next word off *rest, or all of a "[...]"; empty at the end. Blanks end a word, and
 * behind its first character any of those in ends. */
struct slice next_word(struct slice *rest, const char *ends);

#endif
