/* SPDX-License-Identifier: MIT */
/* Bounded bytes. A struct buf is written to and never grows beyond its maximum; the first failure
 * sticks, so a writer checks once at the end. A struct reader consumes bytes and fails in the same
 * sticky way. Numbers travel in little-endian order, strings as u32 length and bytes. */
#ifndef ENCVOY_COMMON_BUF_H
#define ENCVOY_COMMON_BUF_H

#include "common/cleanup.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct buf {
	uint8_t *data;
	size_t len;
	size_t cap;
	size_t max;
	enum err err; /* ERR_OK until a write failed */
	bool fixed;   /* the storage is the caller's */
	bool secret;  /* wiped when moved or freed */
};

/* An empty buffer that allocates as needed, up to max bytes. Free with buf_free. */
void buf_init(struct buf *b, size_t max);
/* The same for secrets: old storage is wiped whenever it is left. */
void buf_init_secret(struct buf *b, size_t max);
/* A buffer over the caller's storage; never allocates. buf_free is then harmless. */
void buf_init_fixed(struct buf *b, void *storage, size_t size);
/* Frees the storage and leaves an empty buffer of the same kind; NULL and zeroed buffers are
 * fine. */
void buf_free(struct buf *b);
/* Forgets the content and the error, keeps the storage. */
void buf_reset(struct buf *b);

void buf_put(struct buf *b, const void *bytes, size_t len);
void buf_put_u8(struct buf *b, uint8_t v);
void buf_put_u16(struct buf *b, uint16_t v);
void buf_put_u32(struct buf *b, uint32_t v);
void buf_put_u64(struct buf *b, uint64_t v);
/* A length-prefixed string; NULL is written as the empty one. */
void buf_put_str(struct buf *b, const char *s);
void buf_put_bytes(struct buf *b, const void *bytes, size_t len);
/* Plain text without length, for building strings. */
void buf_text(struct buf *b, const char *s);
void buf_printf(struct buf *b, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
/* The content as a NUL-terminated string owned by the buffer, or NULL after a failed write or
 * when the content holds a NUL byte. Valid until the next write. */
const char *buf_cstr(struct buf *b);
/* Hands over the content as an allocated NUL-terminated string; NULL on a failed write. */
char *buf_take_str(struct buf *b);

#define AUTO_BUF CLEANUP(buf_free)

struct reader {
	const uint8_t *p;
	size_t left;
	bool bad;
};

void reader_init(struct reader *r, const void *bytes, size_t len);
uint8_t get_u8(struct reader *r);
/* A byte that is 0 or 1; fails on any other. */
bool get_bool(struct reader *r);
uint16_t get_u16(struct reader *r);
uint32_t get_u32(struct reader *r);
uint64_t get_u64(struct reader *r);
/* The next string as a borrowed slice of the input, without terminator; NULL on failure. */
const char *get_bytes(struct reader *r, size_t *ret_len);
/* Copies the next string into dst with a terminator; fails when it does not fit or holds NUL. */
void get_str(struct reader *r, char *dst, size_t size);
/* The same into fresh memory, at most max bytes; NULL on failure. The caller frees. */
char *get_str_dup(struct reader *r, size_t max);
/* True when nothing failed and nothing is left over. */
bool reader_done(const struct reader *r);
/* The same as ERR_OK or ERR_PROTOCOL. */
enum err reader_end(const struct reader *r);

#endif
