/* SPDX-License-Identifier: MIT */
/* The file of `user import`: "SUB NAME [GECOS...]" per line, '#' comments on lines of their own.
 * Pure on bytes. */
#ifndef ENCVOY_CTL_PEOPLE_H
#define ENCVOY_CTL_PEOPLE_H

#include "common/cleanup.h"
#include "common/err.h"

#include <stddef.h>

struct person {
	char *sub;
	char *name;
	char *gecos; /* "" when the line has none */
	unsigned line;
};

struct people {
	struct person *v;
	size_t n;
	unsigned faults; /* lines that were refused */
};
void people_free(struct people *p);

/* Called for each line that is refused; why is a whole sentence's end ("is not ..."). */
typedef void (*people_fault)(void *arg, unsigned line, const char *why);

/* Reads the whole text, reporting every bad line: ERR_OK, ERR_CONFIG when there was one, or
 * ERR_NOMEM. Free in all cases. */
enum err people_parse(
    const char *text, size_t len, people_fault fault, void *arg, struct people *ret);

#define AUTO_PEOPLE CLEANUP(people_free)

#endif
