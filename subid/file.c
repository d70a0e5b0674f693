/* SPDX-License-Identifier: MIT */
#include "subid/file.h"

#include "common/num.h"

#include <errno.h>
#include <string.h>

#define LINE_SIZE 1024 /* as shadow has it: a longer line is none */
#define LAST_ID 0xfffffffeU

enum err subid_file_open(enum subid_type type, FILE **ret)
{
	FILE *f = fopen(type == ID_TYPE_UID ? "/etc/subuid" : "/etc/subgid", "re");

	if (!f && errno != ENOENT)
		return ERR_IO;
	*ret = f;
	return ERR_OK;
}

void subid_file_close(FILE **f)
{
	if (*f)
		fclose(*f);
}

/* False at the end. A line that is too long, or holds NUL, is read as an empty one. */
static bool next_line(FILE *f, char *line)
{
	bool whole = true;

	while (fgets(line, LINE_SIZE, f)) {
		size_t len = strlen(line);
		bool ends = len && line[len - 1] == '\n';

		if (!ends && !feof(f)) {
			whole = false;
			continue;
		}
		line[whole ? len - ends : 0] = 0;
		return true;
	}
	return false;
}

static bool number(const char *s, size_t len, uint64_t max, unsigned long *ret)
{
	uint64_t v = 0;

	if (num_parse(s, len, max, &v) != ERR_OK)
		return false;
	*ret = (unsigned long)v;
	return true;
}

static bool parse(const char *line, struct subid_line *ret)
{
	const char *first = strchr(line, ':');
	const char *second = first ? strchr(first + 1, ':') : NULL;
	size_t owner_len = first ? (size_t)(first - line) : 0;
	struct subid_range r;

	if (!second || owner_len == 0 || owner_len >= OWNER_MAX)
		return false;
	if (!number(first + 1, (size_t)(second - first - 1), LAST_ID, &r.start) ||
	    !number(second + 1, strlen(second + 1), LAST_ID + 1U, &r.count))
		return false;
	if (r.count == 0 || r.count - 1 > LAST_ID - r.start)
		return false;
	memcpy(ret->owner, line, owner_len);
	ret->owner[owner_len] = 0;
	ret->range = r;
	return true;
}

enum err subid_file_next(FILE *f, struct subid_line *ret)
{
	char line[LINE_SIZE];

	if (!f)
		return ERR_NOT_FOUND;
	while (next_line(f, line))
		if (parse(line, ret))
			return ERR_OK;
	return ferror(f) ? ERR_IO : ERR_NOT_FOUND;
}
