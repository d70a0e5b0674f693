/* SPDX-License-Identifier: MIT */
#include "ctl/fields.h"

#include <string.h>

bool field_at(struct slice line, unsigned at, struct slice *ret)
{
	for (;;) {
		const char *colon = memchr(line.p, ':', line.len);
		size_t n = colon ? (size_t)(colon - line.p) : line.len;

		*ret = (struct slice){line.p, at ? 0 : n};
		if (!at--)
			return true;
		if (!colon)
			return false;
		line = (struct slice){colon + 1, line.len - n - 1};
	}
}

static bool ends_word(char c, const char *ends)
{
	return c == ' ' || c == '\t' || memchr(ends, c, strlen(ends));
}

struct slice next_word(struct slice *rest, const char *ends)
{
	struct slice s = slice_trim(*rest);
	const char *close = s.len && s.p[0] == '[' ? memchr(s.p, ']', s.len) : NULL;
	size_t n = s.len ? 1 : 0;

	if (close)
		n = (size_t)(close + 1 - s.p);
	else
		while (n < s.len && !ends_word(s.p[n], ends))
			n++;
	*rest = (struct slice){s.p + n, s.len - n};
	return (struct slice){s.p, n};
}
