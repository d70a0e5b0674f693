/* SPDX-License-Identifier: MIT */
#include "oidc/json.h"

#include "common/str.h"

/* Decodes one code point of valid UTF-8 and returns its length. */
static size_t decode(const uint8_t *p, uint32_t *ret)
{
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
	uint32_t cp = n == 1 ? p[0] : (uint32_t)p[0] & (0x7fU >> n);

	for (size_t i = 1; i < n; i++)
		cp = cp << 6 | (p[i] & 0x3f);
	*ret = cp;
	return n;
}

static void put_ascii(struct buf *out, uint32_t cp)
{
	if (cp == '\t' || cp == '\r') {
		buf_put_u8(out, ' ');
	} else if (cp == '\n' || (cp >= 0x20 && cp < 0x7f)) {
		buf_put_u8(out, (uint8_t)cp);
	} else if (cp < 0x10000) {
		buf_printf(out, "\\u%04x", cp);
	} else {
		buf_printf(out, "\\u%04x\\u%04x", 0xd800 + ((cp - 0x10000) >> 10),
		    0xdc00 + ((cp - 0x10000) & 0x3ff));
	}
}

enum err json_to_ascii(struct buf *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	const uint8_t *end = p + len;

	if (!utf8_valid(bytes, len))
		return ERR_BAD_JSON;
	while (p < end) {
		uint32_t cp = 0;

		p += decode(p, &cp);
		put_ascii(out, cp);
	}
	return out->err;
}
