/* SPDX-License-Identifier: MIT */
/* The line records of a roster, read as they come in: a line at a time, whatever the pieces are, in
 * memory that does not grow with the roster. The lines stand in the order of roster_sub_order, so
 * that a sub given twice is seen, exactly, by comparing neighbours. */
#ifndef ENCVOY_OIDC_ROSTER_LINES_H
#define ENCVOY_OIDC_ROSTER_LINES_H

#include "common/cleanup.h"
#include "common/proto_directory.h"
#include "oidc/roster.h"

struct roster_lines;

/* Gets each person (borrowed) before the whole was verified: they count only when roster_lines_end
 * says so. An error of its own ends the reading. */
typedef enum err (*roster_person_fn)(void *arg, const struct msg_person *p);

/* A reader for the lines of this manifest, which is copied. ERR_NOMEM, ERR_INTERNAL. */
enum err roster_lines_new(const struct roster_manifest *manifest, roster_person_fn person,
    void *arg, struct roster_lines **ret);
/* Some more bytes. ERR_BAD_DIGEST (more than were signed), ERR_TOO_LONG (a line), ERR_EXISTS (a sub
 * again), ERR_SYNTAX (order), and those of roster_person_parse and person. The first error stays.
 */
enum err roster_lines_put(struct roster_lines *r, const void *bytes, size_t len);
/* Behind the last byte: ERR_OK when these were exactly the lines that were signed, else
 * ERR_BAD_DIGEST or the error from before. */
enum err roster_lines_end(struct roster_lines *r);
/* What was wrong, "line 17 has ...", printable; "" when there is nothing to add. Borrowed. */
const char *roster_lines_detail(const struct roster_lines *r);
/* NULL is fine. */
void roster_lines_free(struct roster_lines *r);

static inline void roster_lines_freep(struct roster_lines **r)
{
	roster_lines_free(*r);
}

#define AUTO_ROSTER_LINES CLEANUP(roster_lines_freep)

#endif
