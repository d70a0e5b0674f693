/* SPDX-License-Identifier: MIT */
#include "common/buf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

void close_fd(int *fd)
{
	int saved = errno;

	if (*fd >= 0)
		close(*fd);
	*fd = -1;
	errno = saved;
}

void buf_init(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max};
}

void buf_init_secret(struct buf *b, size_t max)
{
	*b = (struct buf){.max = max, .secret = true};
}

void buf_init_fixed(struct buf *b, void *storage, size_t size)
{
	*b = (struct buf){.data = storage, .cap = size, .max = size, .fixed = true};
}

static void release(const struct buf *b, uint8_t *storage)
{
	if (b->secret && storage)
		explicit_bzero(storage, b->cap);
	if (!b->fixed)
		free(storage);
}

void buf_free(struct buf *b)
{
	if (!b)
		return;
	release(b, b->data);
	*b = (struct buf){.max = b->max, .secret = b->secret};
}

void buf_reset(struct buf *b)
{
	if (b->secret && b->data)
		explicit_bzero(b->data, b->cap);
	b->len = 0;
	b->err = ERR_OK;
}

/* Never realloc: that could leave a copy of a secret behind. */
static bool grow(struct buf *b, size_t need)
{
	size_t cap = b->cap ? b->cap : 256;
	uint8_t *data;

	if (b->fixed || need > SIZE_MAX / 2)
		return false;
	while (cap < need)
		cap *= 2;
	data = malloc(cap);
	if (!data) {
		b->err = ERR_NOMEM;
		return false;
	}
	if (b->len)
		memcpy(data, b->data, b->len);
	release(b, b->data);
	b->data = data;
	b->cap = cap;
	return true;
}

static bool reserve(struct buf *b, size_t len)
{
	if (b->err != ERR_OK)
		return false;
	if (len > b->max - b->len) {
		b->err = ERR_TOO_LONG;
		return false;
	}
	if (b->len + len <= b->cap)
		return true;
	if (grow(b, b->len + len))
		return true;
	if (b->err == ERR_OK)
		b->err = ERR_TOO_LONG;
	return false;
}

void buf_put(struct buf *b, const void *bytes, size_t len)
{
	if (!len || !reserve(b, len))
		return;
	memcpy(b->data + b->len, bytes, len);
	b->len += len;
}

static void put_le(struct buf *b, uint64_t v, unsigned bytes)
{
	uint8_t le[8];

	for (unsigned i = 0; i < bytes; i++)
		le[i] = (uint8_t)(v >> (8 * i));
	buf_put(b, le, bytes);
}

void buf_put_u8(struct buf *b, uint8_t v)
{
	put_le(b, v, 1);
}

void buf_put_u16(struct buf *b, uint16_t v)
{
	put_le(b, v, 2);
}

void buf_put_u32(struct buf *b, uint32_t v)
{
	put_le(b, v, 4);
}

void buf_put_u64(struct buf *b, uint64_t v)
{
	put_le(b, v, 8);
}

void buf_put_bytes(struct buf *b, const void *bytes, size_t len)
{
	if (len > UINT32_MAX) {
		b->err = ERR_TOO_LONG;
		return;
	}
	buf_put_u32(b, (uint32_t)len);
	buf_put(b, bytes, len);
}

void buf_put_str(struct buf *b, const char *s)
{
	buf_put_bytes(b, s, s ? strlen(s) : 0);
}

void buf_text(struct buf *b, const char *s)
{
	buf_put(b, s, strlen(s));
}

void buf_printf(struct buf *b, const char *fmt, ...)
{
	va_list ap;
	int need;

	va_start(ap, fmt);
	need = vsnprintf(NULL, 0, fmt, ap);
	va_end(ap);
	/* vsnprintf writes a terminator: room for it is reserved, its byte is not counted */
	if (need < 0 || !reserve(b, (size_t)need + 1)) {
		if (b->err == ERR_OK)
			b->err = ERR_INTERNAL;
		return;
	}
	va_start(ap, fmt);
	vsnprintf((char *)b->data + b->len, (size_t)need + 1, fmt, ap);
	va_end(ap);
	b->len += (size_t)need;
}

const char *buf_cstr(struct buf *b)
{
	if (!reserve(b, 1) || (b->len && memchr(b->data, 0, b->len)))
		return NULL;
	b->data[b->len] = 0;
	return (const char *)b->data;
}

char *buf_take_str(struct buf *b)
{
	const char *s = buf_cstr(b);
	char *copy = s ? strdup(s) : NULL;

	buf_reset(b);
	return copy;
}

void reader_init(struct reader *r, const void *bytes, size_t len)
{
	*r = (struct reader){.p = bytes, .left = len};
}

static uint64_t get_le(struct reader *r, unsigned bytes)
{
	uint64_t v = 0;

	if (r->bad || r->left < bytes) {
		r->bad = true;
		return 0;
	}
	for (unsigned i = 0; i < bytes; i++)
		v |= (uint64_t)r->p[i] << (8 * i);
	r->p += bytes;
	r->left -= bytes;
	return v;
}

uint8_t get_u8(struct reader *r)
{
	return (uint8_t)get_le(r, 1);
}

bool get_bool(struct reader *r)
{
	uint8_t v = get_u8(r);

	if (v > 1)
		r->bad = true;
	return v == 1;
}

uint16_t get_u16(struct reader *r)
{
	return (uint16_t)get_le(r, 2);
}

uint32_t get_u32(struct reader *r)
{
	return (uint32_t)get_le(r, 4);
}

uint64_t get_u64(struct reader *r)
{
	return get_le(r, 8);
}

const char *get_bytes(struct reader *r, size_t *ret_len)
{
	size_t len = get_u32(r);
	const char *p = (const char *)r->p;

	if (r->bad || len > r->left) {
		r->bad = true;
		return NULL;
	}
	r->p += len;
	r->left -= len;
	*ret_len = len;
	return p;
}

void get_str(struct reader *r, char *dst, size_t size)
{
	size_t len = 0;
	const char *p = get_bytes(r, &len);

	dst[0] = 0;
	if (!p)
		return;
	if (len >= size || memchr(p, 0, len)) {
		r->bad = true;
		return;
	}
	memcpy(dst, p, len);
	dst[len] = 0;
}

char *get_str_dup(struct reader *r, size_t max)
{
	size_t len = 0;
	const char *p = get_bytes(r, &len);
	char *copy;

	if (!p)
		return NULL;
	if (len > max || memchr(p, 0, len)) {
		r->bad = true;
		return NULL;
	}
	copy = strndup(p, len);
	if (!copy)
		r->bad = true;
	return copy;
}

bool reader_done(const struct reader *r)
{
	return !r->bad && r->left == 0;
}

enum err reader_end(const struct reader *r)
{
	return reader_done(r) ? ERR_OK : ERR_PROTOCOL;
}
