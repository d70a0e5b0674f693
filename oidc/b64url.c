/* SPDX-License-Identifier: MIT */
#include "oidc/b64url.h"

#include <stdint.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '-')
		return 62;
	return c == '_' ? 63 : -1;
}

/* The one encoding of a byte string: right characters, a possible length, spare bits zero. */
static bool canonical(const char *text, size_t len)
{
	static const unsigned spare[4] = {0, 0xff, 0x0f, 0x03};
	unsigned tail = (unsigned)(len % 4);

	for (size_t i = 0; i < len; i++)
		if (value_of(text[i]) < 0)
			return false;
	if (tail == 0)
		return true;
	return tail != 1 && ((unsigned)value_of(text[len - 1]) & spare[tail]) == 0;
}

enum err b64url_decode(struct buf *out, const char *text, size_t len)
{
	uint32_t bits = 0;
	unsigned have = 0;

	if (!canonical(text, len))
		return ERR_BAD_BASE64;
	for (size_t i = 0; i < len; i++) {
		bits = bits << 6 | (uint32_t)value_of(text[i]);
		have += 6;
		if (have < 8)
			continue;
		have -= 8;
		buf_put_u8(out, (uint8_t)(bits >> have & 0xff));
	}
	return out->err;
}

void b64url_encode(struct buf *out, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;
	uint32_t bits = 0;
	unsigned have = 0;

	for (size_t i = 0; i < len; i++) {
		bits = bits << 8 | p[i];
		for (have += 8; have >= 6; have -= 6)
			buf_put_u8(out, (uint8_t)alphabet[bits >> (have - 6) & 0x3f]);
	}
	if (have)
		buf_put_u8(out, (uint8_t)alphabet[bits << (6 - have) & 0x3f]);
}
