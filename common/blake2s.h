/* SPDX-License-Identifier: MIT */
/* BLAKE2s-256 with a key (RFC 7693): a keyed hash for what stays in one process, so that the
 * listener needs no crypto library. */
#ifndef ENCVOY_COMMON_BLAKE2S_H
#define ENCVOY_COMMON_BLAKE2S_H

#include <stddef.h>
#include <stdint.h>

#define BLAKE2S_SIZE 32
#define BLAKE2S_BLOCK 64

struct blake2s {
	uint32_t h[8];
	uint64_t hashed; /* bytes, without those in block */
	size_t used;     /* of block */
	uint8_t block[BLAKE2S_BLOCK];
};

/* key_len 0 to 32 bytes; 0 is the plain hash. */
void blake2s_init(struct blake2s *b, const void *key, size_t key_len);
void blake2s_add(struct blake2s *b, const void *bytes, size_t len);
/* Wipes *b. */
void blake2s_end(struct blake2s *b, uint8_t ret[BLAKE2S_SIZE]);

#endif
