/* SPDX-License-Identifier: MIT */
/* The reader's half of blocked.h: it runs as root and believes nothing. */
#include "encvoyd/blocked.h"

#include "common/num.h"
#include "common/record.h"
#include "common/str.h"

#include <stdlib.h>
#include <string.h>

/* Takes a line with its end off the text. */
static bool next_line(struct slice *rest, struct slice *ret)
{
	const char *end = rest->len ? memchr(rest->p, '\n', rest->len) : NULL;

	if (!end)
		return false;
	*ret = (struct slice){rest->p, (size_t)(end - rest->p)};
	rest->len -= ret->len + 1;
	rest->p = end + 1;
	return true;
}

static size_t count_lines(const char *text, size_t len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++)
		n += text[i] == '\n';
	return n;
}

static enum err take(struct blocked *b, struct slice line)
{
	uint64_t uid = 0;

	if (num_parse(line.p, line.len, UINT32_MAX, &uid) != ERR_OK || !id_ok((uint32_t)uid) ||
	    (b->n && uid <= b->uids[b->n - 1]))
		return ERR_SYNTAX;
	b->uids[b->n++] = (uint32_t)uid;
	return ERR_OK;
}

enum err blocked_parse(const char *text, size_t len, struct blocked *ret)
{
	AUTO_BLOCKED struct blocked b = {0};
	struct slice rest = {text, len}, line = {0};

	if (!next_line(&rest, &line) || !slice_is(line, BLOCKED_HEAD))
		return ERR_SYNTAX;
	b.uids = calloc(count_lines(text, len), sizeof(*b.uids));
	if (!b.uids)
		return ERR_NOMEM;
	while (next_line(&rest, &line) && !slice_is(line, BLOCKED_END))
		if (take(&b, line) != ERR_OK)
			return ERR_SYNTAX;
	if (!slice_is(line, BLOCKED_END) || rest.len)
		return ERR_SYNTAX;
	*ret = b;
	b = (struct blocked){0};
	return ERR_OK;
}

void blocked_free(struct blocked *b)
{
	free(b->uids);
	*b = (struct blocked){0};
}

bool blocked_has(const struct blocked *b, uint32_t uid)
{
	return b->n && bsearch(&uid, b->uids, b->n, sizeof(*b->uids), num_compare_u32);
}
