/* SPDX-License-Identifier: MIT */
/* /etc/subuid and /etc/subgid, which nsswitch.conf cannot name beside us: lines OWNER:START:COUNT,
 * where the owner is a name or a uid, in both files. A line that is not of this form, or holds ids
 * beyond 32 bits, counts for nothing. */
#ifndef ENCVOY_SUBID_FILE_H
#define ENCVOY_SUBID_FILE_H

#include "common/err.h"
#include "subid/abi.h"

#include <stdio.h>

#define OWNER_MAX 256

struct subid_line {
	char owner[OWNER_MAX];
	struct subid_range range; /* at least one id, none above 2^32 - 2 */
};

/* NULL when there is no such file (then there are no lines: ERR_OK). */
enum err subid_file_open(enum subid_type type, FILE **ret);
/* The next line that counts. ERR_NOT_FOUND behind the last. */
enum err subid_file_next(FILE *f, struct subid_line *ret);
void subid_file_close(FILE **f);

#define AUTO_SUBID_FILE CLEANUP(subid_file_close)

#endif
