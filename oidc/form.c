/* SPDX-License-Identifier: MIT */
#include "oidc/form.h"

#include <string.h>

static bool is_unreserved(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
	       c == '-' || c == '.' || c == '_' || c == '~';
}

void form_escape(struct buf *out, struct slice text)
{
	static const char hex[] = "0123456789ABCDEF";

	for (size_t i = 0; i < text.len; i++) {
		uint8_t c = (uint8_t)text.p[i];

		if (is_unreserved((char)c)) {
			buf_put_u8(out, c);
		} else {
			buf_put_u8(out, '%');
			buf_put_u8(out, (uint8_t)hex[c >> 4]);
			buf_put_u8(out, (uint8_t)hex[c & 15]);
		}
	}
}

void form_put(struct buf *out, const char *key, const char *value)
{
	if (out->len && out->data[out->len - 1] != '?' && out->data[out->len - 1] != '&')
		buf_put_u8(out, '&');
	form_escape(out, slice_of(key));
	buf_put_u8(out, '=');
	form_escape(out, slice_of(value));
}

void form_put_number(struct buf *out, const char *key, uint64_t value)
{
	form_put(out, key, "");
	buf_printf(out, "%llu", (unsigned long long)value);
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return c >= 'A' && c <= 'F' ? c - 'A' + 10 : -1;
}

/* One character, unescaped, off the front; -1 when it is malformed or a control character. */
static int take_char(struct slice *s)
{
	int c = (uint8_t)s->p[0];
	size_t n = 1;

	if (c == '+') {
		c = ' ';
	} else if (c == '%') {
		if (s->len < 3 || hex_value(s->p[1]) < 0 || hex_value(s->p[2]) < 0)
			return -1;
		c = hex_value(s->p[1]) << 4 | hex_value(s->p[2]);
		n = 3;
	}
	s->p += n;
	s->len -= n;
	return c < 0x20 || c == 0x7f ? -1 : c;
}

static enum err unescape(struct slice s, struct buf *out)
{
	while (s.len) {
		int c = take_char(&s);

		if (c < 0)
			return ERR_SYNTAX;
		buf_put_u8(out, (uint8_t)c);
	}
	return out->err;
}

/* Whether an escaped name is key; a malformed name is none. */
static bool names(struct slice s, const char *key)
{
	while (s.len && *key)
		if (take_char(&s) != (uint8_t)*key++)
			return false;
	return s.len == 0 && *key == 0;
}

enum err form_get(struct slice query, const char *key, struct buf *ret)
{
	struct slice found = {NULL, 0};
	struct slice one;

	while (slice_next(&query, "&", &one)) {
		const char *equals = memchr(one.p, '=', one.len);
		size_t n = equals ? (size_t)(equals - one.p) : one.len;

		if (!names((struct slice){one.p, n}, key))
			continue;
		if (found.p)
			return ERR_SYNTAX;
		n += equals ? 1 : 0;
		found = (struct slice){one.p + n, one.len - n};
	}
	if (!found.p)
		return ERR_NOT_FOUND;
	return unescape(found, ret);
}
