/* SPDX-License-Identifier: MIT */
#include "oidc/b64url.h"

#include <stdint.h>
#include <string.h>

static const char alphabet[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

/* Per byte one more than its value, so that 0 is what no encoding contains. */
/* clang-format off */
static const uint8_t values[256] = {
	['A'] = 1, ['B'] = 2, ['C'] = 3, ['D'] = 4, ['E'] = 5, ['F'] = 6, ['G'] = 7, ['H'] = 8,
	['I'] = 9, ['J'] = 10, ['K'] = 11, ['L'] = 12, ['M'] = 13, ['N'] = 14, ['O'] = 15, ['P'] = 16,
	['Q'] = 17, ['R'] = 18, ['S'] = 19, ['T'] = 20, ['U'] = 21, ['V'] = 22, ['W'] = 23, ['X'] = 24,
	['Y'] = 25, ['Z'] = 26, ['a'] = 27, ['b'] = 28, ['c'] = 29, ['d'] = 30, ['e'] = 31, ['f'] = 32,
	['g'] = 33, ['h'] = 34, ['i'] = 35, ['j'] = 36, ['k'] = 37, ['l'] = 38, ['m'] = 39, ['n'] = 40,
	['o'] = 41, ['p'] = 42, ['q'] = 43, ['r'] = 44, ['s'] = 45, ['t'] = 46, ['u'] = 47, ['v'] = 48,
	['w'] = 49, ['x'] = 50, ['y'] = 51, ['z'] = 52, ['0'] = 53, ['1'] = 54, ['2'] = 55, ['3'] = 56,
	['4'] = 57, ['5'] = 58, ['6'] = 59, ['7'] = 60, ['8'] = 61, ['9'] = 62, ['-'] = 63, ['_'] = 64,
};
/* clang-format on */

static uint32_t value_of(char c)
{
	return (uint32_t)values[(uint8_t)c] - 1;
}

/* The one encoding of a byte string: right characters, a possible length, spare bits zero. */
static bool canonical(const char *text, size_t len)
{
	static const uint32_t spare[4] = {0, 0xff, 0x0f, 0x03};
	size_t tail = len % 4;

	for (size_t i = 0; i < len; i++)
		if (values[(uint8_t)text[i]] == 0)
			return false;
	if (tail == 0)
		return true;
	return tail != 1 && (value_of(text[len - 1]) & spare[tail]) == 0;
}

/* Up to four characters are up to three bytes. */
static size_t decode_group(const char *text, size_t n, uint8_t bytes[3])
{
	uint32_t bits = 0;

	for (size_t i = 0; i < n; i++)
		bits |= value_of(text[i]) << (18 - 6 * i);
	bytes[0] = (uint8_t)(bits >> 16);
	bytes[1] = (uint8_t)(bits >> 8);
	bytes[2] = (uint8_t)bits;
	return n * 6 / 8;
}

enum err b64url_decode(struct buf *out, const char *text, size_t len)
{
	uint8_t bytes[96 + 3]; /* written out at 96 */
	size_t n = 0;

	if (!canonical(text, len))
		return ERR_BAD_BASE64;
	for (size_t i = 0; i < len; i += 4) {
		n += decode_group(text + i, len - i < 4 ? len - i : 4, bytes + n);
		if (n < 96 && len - i > 4)
			continue;
		buf_put(out, bytes, n);
		n = 0;
	}
	explicit_bzero(bytes, sizeof(bytes)); /* a private key may have been among them */
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
