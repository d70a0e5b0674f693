/* SPDX-License-Identifier: MIT */
#include "common/secret.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>

/* One mapping per secret: mlock and madvise work on pages, and unmapping leaves nothing. */
struct secret {
	size_t map_len;
	size_t len;
	char data[];
};

struct secret *secret_alloc(size_t len)
{
	struct secret *s;
	size_t need = sizeof(*s) + len + 1;

	if (need < len)
		return NULL;
	s = mmap(NULL, need, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (s == MAP_FAILED)
		return NULL;
	/* best effort: RLIMIT_MEMLOCK may be small, and then only the other two protect */
	(void)mlock(s, need);
	(void)madvise(s, need, MADV_DONTDUMP);
	s->map_len = need;
	s->len = len;
	return s;
}

struct secret *secret_new(const void *bytes, size_t len)
{
	struct secret *s = secret_alloc(len);

	if (s && len)
		memcpy(s->data, bytes, len);
	return s;
}

void secret_free(struct secret *s)
{
	size_t map_len;

	if (!s)
		return;
	map_len = s->map_len;
	explicit_bzero(s, map_len);
	munmap(s, map_len);
}

char *secret_data(struct secret *s)
{
	return s->data;
}

const char *secret_str(const struct secret *s)
{
	return s ? s->data : "";
}

size_t secret_len(const struct secret *s)
{
	return s ? s->len : 0;
}

bool secret_equal(const void *a, size_t a_len, const void *b, size_t b_len)
{
	const volatile uint8_t *x = a;
	const volatile uint8_t *y = b;
	uint8_t diff = 0;

	if (a_len != b_len)
		return false;
	for (size_t i = 0; i < a_len; i++)
		diff = (uint8_t)(diff | (x[i] ^ y[i]));
	return diff == 0;
}

void secret_free_str(char *s)
{
	if (!s)
		return;
	explicit_bzero(s, strlen(s));
	free(s);
}
