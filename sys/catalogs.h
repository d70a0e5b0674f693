/* SPDX-License-Identifier: MIT */
/* The translations that are installed, one catalogue for each language. */
#ifndef ENCVOY_SYS_CATALOGS_H
#define ENCVOY_SYS_CATALOGS_H

#include "common/catalog.h"
#include "common/cleanup.h"

#define CATALOG_NAME "nss-pam-encvoy"
#define CATALOGS 5 /* besides English, in which the texts are written */

struct catalogs {
	struct catalog each[CATALOGS];
	void *bytes[CATALOGS]; /* NULL: not there */
};

/* Reads DIR/LANGUAGE/LC_MESSAGES/nss-pam-encvoy.mo of every language. One that is missing, damaged
 * or somebody else's is left out: its speakers read English. */
void catalogs_load(const char *dir, struct catalogs *ret);
/* The same of the one language that a locale's name names; nothing where that is English. */
void catalogs_load_one(const char *dir, const char *locale, struct catalogs *ret);
void catalogs_free(struct catalogs *c);
#define AUTO_CATALOGS CLEANUP(catalogs_free)

/* Whether a locale's name ("fr", "fr_FR.UTF-8", "pt-BR") says something about the language: false
 * for "", "C", "POSIX" and their kind, and for anything malformed. */
bool locale_says(const char *locale);
/* The catalogue for a locale's name; NULL for English, and where there is none. */
const struct catalog *catalogs_find(const struct catalogs *c, const char *locale);
/* Whether people of this locale can be spoken to in their language. */
bool catalogs_speak(const struct catalogs *c, const char *locale);

#endif
