/* SPDX-License-Identifier: MIT */
#include "sys/catalogs.h"

#include "common/buf.h"
#include "common/str.h"
#include "sys/file.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>

#define FILE_MAX (1024 * 1024)

static const char *const languages[CATALOGS] = {"de", "es", "fr", "it", "ru"};

static enum err load(const char *path, struct catalog *ret, void **ret_bytes)
{
	AUTO_BUF struct buf b = {0};
	enum err e;

	buf_init(&b, FILE_MAX);
	e = file_read(path, geteuid(), FILE_PUBLIC, &b);
	if (e == ERR_OK)
		e = catalog_open(b.data, b.len, ret);
	if (e == ERR_OK)
		*ret_bytes = TAKE_PTR(b.data);
	return e;
}

static void load_language(const char *dir, size_t i, struct catalogs *ret)
{
	char path[PATH_MAX];

	if (snprintf(path, sizeof(path), "%s/%s/LC_MESSAGES/" CATALOG_NAME ".mo", dir,
		languages[i]) < (int)sizeof(path))
		(void)load(path, &ret->each[i], &ret->bytes[i]);
}

void catalogs_load(const char *dir, struct catalogs *ret)
{
	*ret = (struct catalogs){0};
	for (size_t i = 0; i < CATALOGS; i++)
		load_language(dir, i, ret);
}

void catalogs_free(struct catalogs *c)
{
	for (size_t i = 0; i < CATALOGS; i++)
		free(c->bytes[i]);
	*c = (struct catalogs){0};
}

/* The part of a locale's name that names the language, in lower case. */
static bool language_of(const char *locale, char ret[4])
{
	size_t n = strcspn(locale, "_-.@");

	if (n < 2 || n > 3)
		return false;
	for (size_t i = 0; i < n; i++) {
		char c = locale[i];

		if (c >= 'A' && c <= 'Z')
			c = (char)(c - 'A' + 'a');
		if (c < 'a' || c > 'z')
			return false;
		ret[i] = c;
	}
	ret[n] = 0;
	return true;
}

void catalogs_load_one(const char *dir, const char *locale, struct catalogs *ret)
{
	char language[4];

	*ret = (struct catalogs){0};
	if (!language_of(locale, language))
		return;
	for (size_t i = 0; i < CATALOGS; i++)
		if (strcmp(languages[i], language) == 0)
			load_language(dir, i, ret);
}

bool locale_says(const char *locale)
{
	char language[4];

	return language_of(locale, language);
}

const struct catalog *catalogs_find(const struct catalogs *c, const char *locale)
{
	char language[4];

	if (!language_of(locale, language))
		return NULL;
	for (size_t i = 0; i < CATALOGS; i++)
		if (c->bytes[i] && strcmp(languages[i], language) == 0)
			return &c->each[i];
	return NULL;
}

bool catalogs_speak(const struct catalogs *c, const char *locale)
{
	char language[4];

	return catalogs_find(c, locale) ||
	       (language_of(locale, language) && strcmp(language, "en") == 0);
}
