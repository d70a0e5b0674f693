/* SPDX-License-Identifier: MIT */
#include "ctl/checks.h"

#include "common/str.h"
#include "sys/file.h"

#include <dirent.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#define TEXT_MAX_BYTES (1024 * 1024)

/* Where apache2 reads its configuration, on Debian and elsewhere. */
static const char *const dirs[] = {"/etc/apache2", "/etc/apache2/conf-enabled",
    "/etc/apache2/mods-enabled", "/etc/apache2/sites-enabled", "/etc/httpd/conf",
    "/etc/httpd/conf.d"};

static bool is_word(struct slice s, const char *word)
{
	return s.len == strlen(word) && strncasecmp(s.p, word, s.len) == 0;
}

static bool caches_pam(struct slice line)
{
	struct slice word;

	if (!slice_next(&line, " \t", &word) || !is_word(word, "AuthnCacheProvideFor"))
		return false;
	while (slice_next(&line, " \t\"'", &word))
		if (is_word(word, "PAM"))
			return true;
	return false;
}

void check_web_text(struct findings *f, const char *name, const char *text, size_t len)
{
	AUTO_FREE char *joined = strndup(text, len);
	struct slice rest, line;

	if (!joined)
		return;
	/* a backslash at its end continues a line */
	for (char *p = joined; (p = strstr(p, "\\\n")) != NULL;)
		p[0] = p[1] = ' ';
	rest = slice_of(joined);
	while (slice_next(&rest, "\n", &line))
		if (caches_pam(line))
			found(f, FOUND_FAILURE, "apache-cache",
			    "remove PAM from AuthnCacheProvideFor",
			    "%s: AuthnCacheProvideFor PAM compares the first 72 bytes of a token "
			    "only, which are the same for everybody",
			    name);
}

/* What is enabled is a link to what is available. */
static void check_file(struct findings *f, const char *dir, const char *name)
{
	AUTO_BUF struct buf text = {0};
	AUTO_FREE char *real = NULL;
	char path[PATH_MAX];
	int n = snprintf(path, sizeof(path), "%s/%s", dir, name);

	if (n < 0 || (size_t)n >= sizeof(path))
		return;
	real = realpath(path, NULL);
	buf_init(&text, TEXT_MAX_BYTES);
	if (real && file_read(real, 0, FILE_PUBLIC, &text) == ERR_OK && text.len)
		check_web_text(f, path, (const char *)text.data, text.len);
}

static int is_conf(const struct dirent *d)
{
	size_t n = strlen(d->d_name);

	return n > 5 && strcmp(d->d_name + n - 5, ".conf") == 0;
}

void check_web(struct findings *f)
{
	for (size_t i = 0; i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		struct dirent **list = NULL;
		int n = scandir(dirs[i], &list, is_conf, alphasort);

		for (int k = 0; k < n; k++) {
			check_file(f, dirs[i], list[k]->d_name);
			free(list[k]);
		}
		free(list);
	}
}
