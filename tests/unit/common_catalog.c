/* SPDX-License-Identifier: MIT */
/* Catalogues as msgfmt writes them, and damaged ones. */
#include "common/catalog.h"

#include "common/buf.h"
#include "sys/catalogs.h"
#include "tests/unit/tap.h"

#include <stdio.h>
#include <string.h>

static const char *const pairs[] = {
    "", "Language: xx\n", "apple", "pomme", "no text", "", "pear", "poire"};
#define N_PAIRS (sizeof(pairs) / sizeof(pairs[0]) / 2)

/* header, ids, texts; then the bytes of both */
static size_t make(uint8_t *out, size_t size)
{
	struct buf b;
	uint32_t at = 28 + 16 * N_PAIRS;

	buf_init_fixed(&b, out, size);
	buf_put_u32(&b, 0x950412de);
	buf_put_u32(&b, 0);
	buf_put_u32(&b, N_PAIRS);
	buf_put_u32(&b, 28);
	buf_put_u32(&b, 28 + 8 * N_PAIRS);
	buf_put_u32(&b, 0);
	buf_put_u32(&b, 0);
	for (size_t half = 0; half < 2; half++) {
		for (size_t i = 0; i < N_PAIRS; i++) {
			size_t len = strlen(pairs[2 * i + half]);

			buf_put_u32(&b, (uint32_t)len);
			buf_put_u32(&b, at);
			at += (uint32_t)len + 1;
		}
	}
	for (size_t half = 0; half < 2; half++)
		for (size_t i = 0; i < N_PAIRS; i++)
			buf_put(&b, pairs[2 * i + half], strlen(pairs[2 * i + half]) + 1);
	return b.err == ERR_OK ? b.len : 0;
}

static void good(void)
{
	uint8_t bytes[512];
	struct catalog c = {0};
	size_t len = make(bytes, sizeof(bytes));

	is_int(catalog_open(bytes, len, &c), ERR_OK, "a catalogue");
	is_str(catalog_text(&c, "apple"), "pomme", "the first text");
	is_str(catalog_text(&c, "pear"), "poire", "the last one");
	is_str(catalog_text(&c, "fig"), "fig", "what is not there stays English");
	is_str(catalog_text(&c, "zzz"), "zzz", "behind the last one");
	is_str(catalog_text(&c, "no text"), "no text", "an empty translation is none");
	is_str(catalog_text(&c, ""), "", "the description is no text");
	is_str(catalog_text(NULL, "apple"), "apple", "no catalogue is English");
}

/* Whatever byte is changed or missing: refused, or something readable; never beyond the end. */
static void damage(void)
{
	uint8_t bytes[512];
	size_t len = make(bytes, sizeof(bytes)), refused = 0, cut = 0;
	struct catalog c = {0};

	for (size_t n = 0; n < len; n++) {
		uint8_t *copy = malloc(n ? n : 1);

		memcpy(copy, bytes, n);
		cut += catalog_open(copy, n, &c) != ERR_OK;
		free(copy);
	}
	is_int(cut, len, "cut anywhere: refused");
	for (size_t i = 0; i < len; i++) {
		for (unsigned v = 1; v < 256; v <<= 1) {
			uint8_t *copy = malloc(len);

			memcpy(copy, bytes, len);
			copy[i] ^= (uint8_t)v;
			if (catalog_open(copy, len, &c) != ERR_OK)
				refused++;
			else
				(void)strlen(catalog_text(&c, "pear"));
			free(copy);
		}
	}
	ok(refused > 28 * 8, "bits flipped: %zu refused, none harmful", refused);
}

static void locales(void)
{
	struct catalogs c = {0};
	uint8_t bytes[512];
	size_t len = make(bytes, sizeof(bytes));

	ok(locale_says("fr_FR.UTF-8") && locale_says("FR") && locale_says("pt-BR"), "languages");
	ok(!locale_says("") && !locale_says("C") && !locale_says("C.UTF-8") &&
		!locale_says("POSIX") && !locale_says("../x") && !locale_says("f\xc3\xa9"),
	    "and what is none");
	is_int(catalog_open(bytes, len, &c.each[2]), ERR_OK, "a catalogue for French");
	c.bytes[2] = bytes;
	ok(catalogs_find(&c, "fr_CA") == &c.each[2], "found by a locale's name");
	ok(catalogs_find(&c, "FR@euro") == &c.each[2], "in any case");
	ok(!catalogs_find(&c, "fro") && !catalogs_find(&c, "f"), "not by a part of one");
	ok(!catalogs_find(&c, "de"), "not for a language that is not there");
	ok(catalogs_speak(&c, "en_GB") && catalogs_speak(&c, "fr"), "English is always spoken");
	ok(!catalogs_speak(&c, "de") && !catalogs_speak(&c, "ja"), "others are not");
}

static void installed(void)
{
	static const char *const names[] = {"de", "es", "fr", "it", "ru"};
	static const char id[] = "Never enter a code that somebody sent you.";
	const char *top = getenv("top_builddir");
	AUTO_CATALOGS struct catalogs c = {0};
	char dir[4096];

	snprintf(dir, sizeof(dir), "%s/po", top ? top : ".");
	catalogs_load(dir, &c);
	for (size_t i = 0; i < CATALOGS; i++) {
		const struct catalog *one = catalogs_find(&c, names[i]);

		ok(one && strcmp(catalog_text(one, id), id) != 0, "%s: as msgfmt wrote it",
		    names[i]);
	}
	catalogs_free(&c);
	catalogs_load("/nonexistent", &c);
	ok(!catalogs_find(&c, "fr"), "without files there is English");
}

int main(void)
{
	good();
	damage();
	locales();
	installed();
	return tap_done();
}
