/* SPDX-License-Identifier: MIT */
#include "common/str.h"

#include <stdint.h>
#include <string.h>

bool slice_is(struct slice s, const char *text)
{
	return slice_same(s, slice_of(text));
}

bool slice_same(struct slice a, struct slice b)
{
	return a.len == b.len && (a.len == 0 || memcmp(a.p, b.p, a.len) == 0);
}

struct slice slice_of(const char *text)
{
	return (struct slice){text, strlen(text)};
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t';
}

struct slice slice_trim(struct slice s)
{
	while (s.len && is_blank(s.p[0])) {
		s.p++;
		s.len--;
	}
	while (s.len && is_blank(s.p[s.len - 1]))
		s.len--;
	return s;
}

static bool is_separator(char c, const char *separators)
{
	return c != 0 && strchr(separators, c) != NULL;
}

bool slice_next(struct slice *rest, const char *separators, struct slice *ret)
{
	while (rest->len) {
		size_t n = 0;
		struct slice piece;

		while (n < rest->len && !is_separator(rest->p[n], separators))
			n++;
		piece = slice_trim((struct slice){rest->p, n});
		if (n < rest->len)
			n++;
		rest->p += n;
		rest->len -= n;
		if (piece.len) {
			*ret = piece;
			return true;
		}
	}
	return false;
}

bool str_starts(const char *s, const char *prefix)
{
	return strncmp(s, prefix, strlen(prefix)) == 0;
}

bool str_copy(char *dst, size_t size, const char *src)
{
	size_t len = strlen(src);

	if (len >= size) {
		if (size)
			dst[0] = 0;
		return false;
	}
	memcpy(dst, src, len + 1);
	return true;
}

/* Decodes one code point; returns its length, or 0 when the bytes are no UTF-8. */
static size_t utf8_next(const uint8_t *p, size_t left, uint32_t *ret)
{
	static const uint32_t least[5] = {0, 0, 0x80, 0x800, 0x10000};
	size_t n = p[0] < 0x80 ? 1 : p[0] >= 0xf0 ? 4 : p[0] >= 0xe0 ? 3 : 2;
	uint32_t cp;

	if (n > left || (n > 1 && (p[0] < 0xc2 || p[0] > 0xf4)))
		return 0;
	cp = n == 1 ? p[0] : (uint32_t)p[0] & (0x7fU >> n);
	for (size_t i = 1; i < n; i++) {
		if ((p[i] & 0xc0) != 0x80)
			return 0;
		cp = cp << 6 | (p[i] & 0x3f);
	}
	if (cp < least[n] || cp > 0x10ffff || (cp >= 0xd800 && cp <= 0xdfff))
		return 0;
	*ret = cp;
	return n;
}

bool utf8_valid(const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len) {
		uint32_t cp;
		size_t n = utf8_next(p, len, &cp);

		if (!n)
			return false;
		p += n;
		len -= n;
	}
	return true;
}

static bool is_control(uint32_t cp)
{
	return cp < 0x20 || (cp >= 0x7f && cp < 0xa0) || cp == '\\' || cp == 0xad || cp == 0x61c ||
	       cp == 0x180e || (cp >= 0x200b && cp <= 0x200f) || (cp >= 0x2028 && cp <= 0x202e) ||
	       (cp >= 0x2060 && cp <= 0x206f) || cp == 0xfeff || (cp >= 0xfff9 && cp <= 0xfffb) ||
	       (cp >= 0xe0000 && cp <= 0xe0fff);
}

static void put_escaped(struct buf *out, const uint8_t *p, size_t n)
{
	static const char hex[] = "0123456789abcdef";

	for (size_t i = 0; i < n; i++) {
		char esc[4] = {'\\', 'x', hex[p[i] >> 4], hex[p[i] & 15]};

		buf_put(out, esc, sizeof(esc));
	}
}

void str_printable(struct buf *out, const void *bytes, size_t len, size_t max)
{
	const uint8_t *p = bytes;
	size_t left = len < max ? len : max;

	while (left) {
		uint32_t cp = 0;
		size_t n = utf8_next(p, left, &cp);

		if (n && !is_control(cp))
			buf_put(out, p, n);
		else
			put_escaped(out, p, n ? n : 1);
		p += n ? n : 1;
		left -= n ? n : 1;
	}
	if (len > max)
		buf_text(out, "...");
}

static bool all_printable(struct slice s, const char *besides)
{
	const uint8_t *p = (const uint8_t *)s.p;

	while (s.len) {
		uint32_t cp = 0;
		size_t n = utf8_next(p, s.len, &cp);

		if (!n || (is_control(cp) && (cp >= 0x80 || !is_separator((char)cp, besides))))
			return false;
		p += n;
		s.len -= n;
	}
	return true;
}

bool text_printable(const char *text)
{
	return all_printable(slice_of(text), "\n\\");
}

bool slice_printable(struct slice s)
{
	return all_printable(s, "\\");
}

bool str_like_token(const char *s)
{
	static const char alphabet[] =
	    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.";
	size_t n = strlen(s);

	return n >= 43 && strspn(s, alphabet) == n;
}
