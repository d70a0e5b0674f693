/* SPDX-License-Identifier: MIT */
/* What shadow-utils' libsubid (4.9 and newer) asks of the library that a line "subid: encvoy" in
 * nsswitch.conf names. Its own header does not declare it. Arrays handed out are from malloc, and
 * the caller frees them. */
#ifndef ENCVOY_SUBID_ABI_H
#define ENCVOY_SUBID_ABI_H

#include <stdbool.h>
#include <sys/types.h>

enum subid_type {
	ID_TYPE_UID = 1,
	ID_TYPE_GID = 2,
};

enum subid_status {
	SUBID_STATUS_SUCCESS = 0,
	SUBID_STATUS_UNKNOWN_USER = 1,
	SUBID_STATUS_ERROR_CONN = 2, /* who would know cannot be asked */
	SUBID_STATUS_ERROR = 3,
};

struct subid_range {
	unsigned long start;
	unsigned long count;
};

#define SUBID_EXPORT __attribute__((visibility("default")))

/* Whether all these ids are the owner's: libsubid believes *ret only with SUBID_STATUS_SUCCESS. */
SUBID_EXPORT enum subid_status shadow_subid_has_range(
    const char *owner, unsigned long start, unsigned long count, enum subid_type type, bool *ret);
/* All ranges of an owner; none is a success, too. */
SUBID_EXPORT enum subid_status shadow_subid_list_owner_ranges(
    const char *owner, enum subid_type type, struct subid_range **ret, int *ret_count);
/* The uids of those who own an id. */
SUBID_EXPORT enum subid_status shadow_subid_find_subid_owners(
    unsigned long id, enum subid_type type, uid_t **ret, int *ret_count);
/* Since 4.17 libsubid leaves it to us to free what we made. */
SUBID_EXPORT void shadow_subid_free(void *p);

#endif
