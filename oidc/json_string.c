/* SPDX-License-Identifier: MIT */
/* The parser's lowest part: characters and strings. */
#include "oidc/json_internal.h"

#include <string.h>

bool json_fail(struct json_parser *ps, enum err e)
{
	if (ps->err == ERR_OK)
		ps->err = e;
	return false;
}

bool json_bad(struct json_parser *ps)
{
	return json_fail(ps, ERR_BAD_JSON);
}

bool json_take(struct json_parser *ps, char c)
{
	if (ps->p == ps->end || *ps->p != c)
		return false;
	ps->p++;
	return true;
}

static bool take_hex4(struct json_parser *ps, uint32_t *ret)
{
	uint32_t v = 0;

	if (ps->end - ps->p < 4)
		return json_bad(ps);
	for (int i = 0; i < 4; i++) {
		char c = *ps->p++;

		if (c >= '0' && c <= '9')
			v = v << 4 | (uint32_t)(c - '0');
		else if (c >= 'a' && c <= 'f')
			v = v << 4 | (uint32_t)(c - 'a' + 10);
		else if (c >= 'A' && c <= 'F')
			v = v << 4 | (uint32_t)(c - 'A' + 10);
		else
			return json_bad(ps);
	}
	*ret = v;
	return true;
}

static void put_utf8(struct buf *out, uint32_t cp)
{
	static const uint8_t lead[5] = {0, 0, 0xc0, 0xe0, 0xf0};
	unsigned n = cp < 0x80 ? 1 : cp < 0x800 ? 2 : cp < 0x10000 ? 3 : 4;

	buf_put_u8(out, (uint8_t)(lead[n] | cp >> (6 * (n - 1))));
	while (--n)
		buf_put_u8(out, (uint8_t)(0x80 | (cp >> (6 * (n - 1)) & 0x3f)));
}

/* Behind "\u". A surrogate counts only as half of a pair. */
static bool take_unicode(struct json_parser *ps, struct buf *out)
{
	uint32_t cp = 0;
	uint32_t low = 0;

	if (!take_hex4(ps, &cp))
		return false;
	if (cp >= 0xd800 && cp <= 0xdfff) {
		if (cp > 0xdbff || !json_take(ps, '\\') || !json_take(ps, 'u') ||
		    !take_hex4(ps, &low) || low < 0xdc00 || low > 0xdfff)
			return json_bad(ps);
		cp = 0x10000 + ((cp - 0xd800) << 10) + (low - 0xdc00);
	}
	if (cp == 0 && !ps->grammar_only)
		return json_bad(ps);
	put_utf8(out, cp);
	return true;
}

static bool take_escape(struct json_parser *ps, struct buf *out)
{
	static const char names[] = "\"\\/bfnrt";
	static const char values[] = "\"\\/\b\f\n\r\t";
	const char *which;

	if (ps->p == ps->end || *ps->p == 0)
		return json_bad(ps);
	if (json_take(ps, 'u'))
		return take_unicode(ps, out);
	which = strchr(names, *ps->p++);
	if (!which)
		return json_bad(ps);
	buf_put_u8(out, (uint8_t)values[which - names]);
	return true;
}

/* The document as a whole is known to be UTF-8. */
bool json_take_string(struct json_parser *ps, struct buf *out)
{
	if (!json_take(ps, '"'))
		return json_bad(ps);
	while (ps->p < ps->end) {
		const char *from = ps->p;

		while (
		    ps->p < ps->end && (uint8_t)*ps->p >= 0x20 && *ps->p != '"' && *ps->p != '\\')
			ps->p++;
		buf_put(out, from, (size_t)(ps->p - from));
		if (json_take(ps, '"'))
			return out->err == ERR_OK || json_fail(ps, out->err);
		if (!json_take(ps, '\\'))
			return json_bad(ps);
		if (!take_escape(ps, out))
			return false;
	}
	return json_bad(ps);
}
