/* SPDX-License-Identifier: MIT */
/* The people of the REST directory as they are known between passes: what the listings say of each,
 * and the details that were fetched for him, packed. */
#ifndef ENCVOY_ONLINE_API_PERSON_H
#define ENCVOY_ONLINE_API_PERSON_H

#include "common/proto_directory.h"
#include "oidc/apidir.h"

/* A renamed login appears after this many passes at the latest. */
#define PERSON_PASSES 12

struct person {
	int64_t id;
	unsigned app; /* the first application that lists him */
	bool blocked;
	bool deleted;
	char *name;    /* for display */
	char *roles;   /* unsorted lines */
	char *details; /* login, locale, shell, home and keys, each with its NUL; NULL: none yet */
	uint32_t fetched; /* in which pass */
};

struct people {
	struct person *v; /* after people_settle sorted by id, each once */
	size_t n, cap;
};

/* Adds what one application's listing says. ERR_TOO_LONG, ERR_NOMEM. */
enum err people_add(
    struct people *p, const struct apidir_row *row, unsigned app, const char *application);
/* Takes away those behind the first n. */
void people_cut(struct people *p, size_t n);
/* Sorts, and makes one of those of the same id. ERR_TOO_LONG (roles), ERR_NOMEM. */
enum err people_settle(struct people *p);
/* Takes over the details of those of whom the listing says the same as before. */
void people_carry(struct people *p, struct people *before);
/* Whether his details are to be fetched in this pass. */
bool person_due(const struct person *p, uint32_t pass);
/* Keeps details; NULL: there are none to be had, and he goes without login. ERR_NOMEM. */
enum err person_keep(struct person *p, const struct apidir_details *d, uint32_t pass);
/* What the listener is told; details must be there. */
void person_tell(const struct person *p, struct msg_person *ret);
void people_free(struct people *p);

#define AUTO_PEOPLE CLEANUP(people_free)

#endif
