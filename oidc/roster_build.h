/* SPDX-License-Identifier: MIT */
/* Gathers people in any order and makes the line records of a roster of them. Equal people make
 * equal bytes. */
#ifndef ENCVOY_OIDC_ROSTER_BUILD_H
#define ENCVOY_OIDC_ROSTER_BUILD_H

#include "common/cleanup.h"
#include "common/proto_directory.h"
#include "oidc/roster.h"

struct roster_build;

enum err roster_build_new(struct roster_build **ret);
/* Takes a copy. at is the caller's number for this person. A person that no reader would take is
 * refused with roster_person_parse's errors and *ret_why. */
enum err roster_build_add(
    struct roster_build *b, const struct msg_person *p, uint64_t at, const char **ret_why);

/* Two people with one sub; the sub is borrowed from the builder. */
struct roster_twins {
	const char *sub;
	uint64_t first;
	uint64_t second;
};
/* Appends the lines and fills in what a manifest says of them: size, count, hash and file.
 * ERR_EXISTS with *ret_twins, ERR_TOO_LONG when out takes no more, ERR_NOMEM, ERR_INTERNAL. */
enum err roster_build_end(struct roster_build *b, struct buf *out, struct roster_manifest *ret,
    struct roster_twins *ret_twins);
/* NULL is fine. */
void roster_build_free(struct roster_build *b);

static inline void roster_build_freep(struct roster_build **b)
{
	roster_build_free(*b);
}

#define AUTO_ROSTER_BUILD CLEANUP(roster_build_freep)

#endif
