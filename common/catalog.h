/* SPDX-License-Identifier: MIT */
/* Translations without locales: gettext's catalogues (.mo) looked into directly, each by itself. So
 * one process speaks several languages at once, no environment decides, and no locale has to exist
 * on the host. Pure on bytes; sys/catalogs.h reads the files. */
#ifndef ENCVOY_COMMON_CATALOG_H
#define ENCVOY_COMMON_CATALOG_H

#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Marks a text for xgettext where it is not translated on the spot. */
#define N_(text) (text)

struct catalog {
	const uint8_t *bytes; /* borrowed */
	size_t len;
	uint32_t n;
	uint32_t ids; /* offsets of the two tables */
	uint32_t texts;
};

/* Checks the whole of a catalogue: tables and texts inside it, texts
 * terminated, ids in ascending order. ERR_SYNTAX. */
enum err catalog_open(const void *bytes, size_t len, struct catalog *ret);
/* The translation, or id itself: there is none, it is empty, or c is NULL (English). */
const char *catalog_text(const struct catalog *c, const char *id);

#endif
