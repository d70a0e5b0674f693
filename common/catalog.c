/* SPDX-License-Identifier: MIT */
#include "common/catalog.h"

#include <string.h>

#define MAGIC 0x950412deU
#define HEAD_LEN 20
#define ENTRY_LEN 8

/* In little-endian order, as msgfmt writes it everywhere. */
static uint32_t number(const struct catalog *c, size_t at)
{
	const uint8_t *p = c->bytes + at;

	return p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

/* The i-th text of a table; NULL when it is not inside, terminated and of the length it names. */
static const char *text_at(const struct catalog *c, uint32_t table, uint32_t i)
{
	uint32_t len = number(c, table + (size_t)i * ENTRY_LEN);
	uint32_t at = number(c, table + (size_t)i * ENTRY_LEN + sizeof(uint32_t));

	if (at >= c->len || len >= c->len - at || memchr(c->bytes + at, 0, len) ||
	    c->bytes[at + len] != 0)
		return NULL;
	return (const char *)c->bytes + at;
}

static bool table_fits(const struct catalog *c, uint32_t table)
{
	return table <= c->len && c->n <= (c->len - table) / ENTRY_LEN;
}

static enum err check_texts(const struct catalog *c)
{
	const char *last = NULL;

	for (uint32_t i = 0; i < c->n; i++) {
		const char *id = text_at(c, c->ids, i);

		if (!id || !text_at(c, c->texts, i) || (last && strcmp(last, id) >= 0))
			return ERR_SYNTAX;
		last = id;
	}
	return ERR_OK;
}

enum err catalog_open(const void *bytes, size_t len, struct catalog *ret)
{
	struct catalog c = {.bytes = bytes, .len = len};
	enum err e;

	if (len < HEAD_LEN || len > UINT32_MAX || number(&c, 0) != MAGIC)
		return ERR_SYNTAX;
	/* behind the magic: revision (its higher half would be an incompatible one), count, tables
	 */
	if (number(&c, 4) >> 16 != 0)
		return ERR_SYNTAX;
	c.n = number(&c, 8);
	c.ids = number(&c, 12);
	c.texts = number(&c, 16);
	if (!table_fits(&c, c.ids) || !table_fits(&c, c.texts))
		return ERR_SYNTAX;
	e = check_texts(&c);
	if (e == ERR_OK)
		*ret = c;
	return e;
}

const char *catalog_text(const struct catalog *c, const char *id)
{
	uint32_t low = 0, high = c ? c->n : 0;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;
		int order = strcmp(id, text_at(c, c->ids, middle));

		if (order == 0) {
			const char *text = text_at(c, c->texts, middle);

			/* the empty id is the catalogue's own description */
			return *id && *text ? text : id;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return id;
}
