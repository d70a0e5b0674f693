/* SPDX-License-Identifier: MIT */
/* Which subordinate ids a user of ours has: they follow from the uid, so they are the same on every
 * host and nobody hands them out. They have to lie where nobody else allocates:
 *
 *          0 ...      65535  system, local and dynamic users, nobody, 16-bit -1
 *      65536 ...  600100000  where useradd puts the ranges of local users (login.defs; from 100000)
 *     524288 ... 1879048191  systemd's containers
 * 1879048192 ... 2147352575  our own uids and gids (common/record.h)
 * 2147352576 ... 2147418111  systemd's foreign ids
 * 2147418112 ... 2147483647  free: a single range
 * 2147483648 ... 4294967294  unassigned: systemd leaves it alone for the sake of programs that take
 *                            an id for a signed number. Inside a namespace these see small ones.
 * 4294967295                 -1
 *
 * A range takes 65536 ids, so that it holds "nobody" of a container. From 0x80000000 on there is
 * room for 2^31 / 65536 = 32768 of them; the last one would hold -1 (and -2, "nobody" of old NFS)
 * and is not given. What is left are 32767: the users with uids from ID_FLOOR on, which with the
 * default uid_base are the subs below 32767. Everybody else has no range; /etc/subuid can give
 * one. */
#ifndef ENCVOY_SUBID_RANGES_H
#define ENCVOY_SUBID_RANGES_H

#include "common/record.h"
#include "subid/abi.h"

#include <assert.h>

#define SUBID_FLOOR 0x80000000U
#define SUBID_SPAN 65536U
#define SUBID_USERS 32767U

static_assert(SUBID_FLOOR > ID_CEILING, "not among our uids");
static_assert(SUBID_FLOOR + (SUBID_USERS - 1) * (unsigned long long)SUBID_SPAN + (SUBID_SPAN - 1) ==
		  0xfffeffffU,
    "the last id of the last range");

/* False when a uid has none. */
static inline bool range_of_uid(uid_t uid, struct subid_range *ret)
{
	if (!id_ok(uid) || uid - ID_FLOOR >= SUBID_USERS)
		return false;
	*ret = (struct subid_range){
	    SUBID_FLOOR + (unsigned long)(uid - ID_FLOOR) * SUBID_SPAN, SUBID_SPAN};
	return true;
}

/* The inverse: whose an id would be. */
static inline bool uid_of_range(unsigned long id, uid_t *ret)
{
	if (id < SUBID_FLOOR || (id - SUBID_FLOOR) / SUBID_SPAN >= SUBID_USERS)
		return false;
	*ret = ID_FLOOR + (uid_t)((id - SUBID_FLOOR) / SUBID_SPAN);
	return true;
}

#endif
