/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/wipemem.h"

#include <openssl/crypto.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* Stands before each block; as wide as the strictest alignment, so that the block keeps it. */
union head {
	size_t len;
	max_align_t align;
};

void *wipe_malloc(size_t len)
{
	union head *h;

	if (len > SIZE_MAX - sizeof(*h))
		return NULL;
	h = malloc(sizeof(*h) + len);
	if (!h)
		return NULL;
	h->len = len;
	return h + 1;
}

void *wipe_calloc(size_t n, size_t len)
{
	void *p;

	if (len && n > SIZE_MAX / len)
		return NULL;
	p = wipe_malloc(n * len);
	return p ? memset(p, 0, n * len) : NULL;
}

void wipe_free(void *p)
{
	union head *h = p;

	if (!h)
		return;
	h--;
	explicit_bzero(h, sizeof(*h) + h->len);
	free(h);
}

void *wipe_realloc(void *p, size_t len)
{
	void *to = wipe_malloc(len);

	if (to && p) {
		const union head *h = (const union head *)p - 1;

		memcpy(to, p, h->len < len ? h->len : len);
		wipe_free(p);
	}
	return to;
}

char *wipe_strdup(const char *s)
{
	size_t len = strlen(s) + 1;
	char *to = wipe_malloc(len);

	return to ? memcpy(to, s, len) : NULL;
}

static void *ossl_malloc(size_t len, const char *file, int line)
{
	(void)file, (void)line;
	return len ? wipe_malloc(len) : NULL;
}

static void *ossl_realloc(void *p, size_t len, const char *file, int line)
{
	(void)file, (void)line;
	if (!len) {
		wipe_free(p);
		return NULL;
	}
	return wipe_realloc(p, len);
}

static void ossl_free(void *p, const char *file, int line)
{
	(void)file, (void)line;
	wipe_free(p);
}

enum err wipemem_install(void)
{
	return CRYPTO_set_mem_functions(ossl_malloc, ossl_realloc, ossl_free) == 1 ? ERR_OK
										   : ERR_INTERNAL;
}
