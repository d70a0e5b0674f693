/* SPDX-License-Identifier: MIT */
#include "common/blake2s.h"

#include <string.h>

static const uint32_t iv[8] = {
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19};

static const uint8_t sigma[10][16] = {
    {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
    {14, 10, 4, 8, 9, 15, 13, 6, 1, 12, 0, 2, 11, 7, 5, 3},
    {11, 8, 12, 0, 5, 2, 15, 13, 10, 14, 3, 6, 7, 1, 9, 4},
    {7, 9, 3, 1, 13, 12, 11, 14, 2, 6, 5, 10, 4, 0, 15, 8},
    {9, 0, 5, 7, 2, 4, 10, 15, 14, 1, 11, 12, 6, 8, 3, 13},
    {2, 12, 6, 10, 0, 11, 8, 3, 4, 13, 7, 5, 15, 14, 1, 9},
    {12, 5, 1, 15, 14, 13, 4, 10, 0, 7, 6, 3, 9, 2, 8, 11},
    {13, 11, 7, 14, 12, 1, 3, 9, 5, 0, 15, 4, 8, 6, 2, 10},
    {6, 15, 14, 9, 11, 3, 0, 8, 12, 2, 13, 7, 1, 4, 10, 5},
    {10, 2, 8, 4, 7, 6, 1, 5, 15, 11, 9, 14, 3, 12, 13, 0},
};

/* The words of the state that the eight steps of a round mix. */
static const uint8_t lanes[8][4] = {{0, 4, 8, 12}, {1, 5, 9, 13}, {2, 6, 10, 14}, {3, 7, 11, 15},
    {0, 5, 10, 15}, {1, 6, 11, 12}, {2, 7, 8, 13}, {3, 4, 9, 14}};

static uint32_t rotate(uint32_t x, unsigned n)
{
	return (x >> n) | (x << (32 - n));
}

static uint32_t load(const uint8_t *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static void mix(uint32_t *v, const uint8_t *lane, uint32_t x, uint32_t y)
{
	uint32_t *a = &v[lane[0]], *b = &v[lane[1]], *c = &v[lane[2]], *d = &v[lane[3]];

	*a += *b + x;
	*d = rotate(*d ^ *a, 16);
	*c += *d;
	*b = rotate(*b ^ *c, 12);
	*a += *b + y;
	*d = rotate(*d ^ *a, 8);
	*c += *d;
	*b = rotate(*b ^ *c, 7);
}

static void compress(struct blake2s *b, uint32_t last)
{
	uint32_t v[16], m[16];

	b->hashed += b->used;
	memcpy(v, b->h, sizeof(b->h));
	memcpy(v + 8, iv, sizeof(iv));
	v[12] ^= (uint32_t)b->hashed;
	v[13] ^= (uint32_t)(b->hashed >> 32);
	v[14] ^= last;
	for (size_t i = 0; i < 16; i++)
		m[i] = load(b->block + 4 * i);
	for (size_t round = 0; round < 10; round++)
		for (size_t i = 0; i < 8; i++)
			mix(v, lanes[i], m[sigma[round][2 * i]], m[sigma[round][2 * i + 1]]);
	for (size_t i = 0; i < 8; i++)
		b->h[i] ^= v[i] ^ v[i + 8];
	b->used = 0;
	explicit_bzero(v, sizeof(v));
	explicit_bzero(m, sizeof(m));
}

void blake2s_init(struct blake2s *b, const void *key, size_t key_len)
{
	*b = (struct blake2s){0};
	memcpy(b->h, iv, sizeof(iv));
	b->h[0] ^= 0x01010000U ^ (uint32_t)key_len << 8 ^ BLAKE2S_SIZE;
	if (key_len) {
		memcpy(b->block, key, key_len);
		b->used = sizeof(b->block);
	}
}

/* A full block is kept until there is more: the last one is hashed differently. */
void blake2s_add(struct blake2s *b, const void *bytes, size_t len)
{
	const uint8_t *p = bytes;

	while (len) {
		size_t n = sizeof(b->block) - b->used;

		if (!n) {
			compress(b, 0);
			continue;
		}
		if (n > len)
			n = len;
		memcpy(b->block + b->used, p, n);
		b->used += n;
		p += n;
		len -= n;
	}
}

void blake2s_end(struct blake2s *b, uint8_t ret[BLAKE2S_SIZE])
{
	memset(b->block + b->used, 0, sizeof(b->block) - b->used);
	compress(b, 0xffffffffU);
	for (size_t i = 0; i < BLAKE2S_SIZE; i++)
		ret[i] = (uint8_t)(b->h[i / 4] >> (8 * (i % 4)));
	explicit_bzero(b, sizeof(*b));
}
