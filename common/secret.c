/* SPDX-License-Identifier: MIT */
#include "common/secret.h"

#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* One mapping per secret: mlock and madvise work on pages. */
struct secret {
	size_t map_len;
	size_t len;
	pid_t owner; /* whose lock it is: a child does not inherit that */
	char data[];
};

/* Wiped mappings of one page that are kept for the next secret: making one takes four system calls
 * and a fault, and a login has several secrets. */
#define SPARES 2
#define SPARE_LEN 4096
static struct secret *spares[SPARES];
#ifdef ENCVOY_SANITIZED
static const bool keeps_spares = false; /* what is used after its end shows */
#else
static const bool keeps_spares = true;
#endif

static struct secret *exchange(struct secret **slot, struct secret *s)
{
	return __atomic_exchange_n(slot, s, __ATOMIC_ACQ_REL);
}

static struct secret *take_spare(void)
{
	for (size_t i = 0; i < SPARES; i++) {
		struct secret *s = exchange(&spares[i], NULL);

		if (s && s->owner == getpid())
			return s;
		if (s)
			munmap(s, SPARE_LEN);
	}
	return NULL;
}

/* Hands s back when there is no room for it. */
static struct secret *keep_spare(struct secret *s)
{
	for (size_t i = 0; i < SPARES && s; i++)
		s = exchange(&spares[i], s);
	return s;
}

/* A module is loaded and unloaded with each login of some programs. */
__attribute__((destructor)) static void drop_spares(void)
{
	for (size_t i = 0; i < SPARES; i++) {
		struct secret *s = exchange(&spares[i], NULL);

		if (s)
			munmap(s, SPARE_LEN);
	}
}

static struct secret *map_secret(size_t map_len)
{
	struct secret *s =
	    mmap(NULL, map_len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	if (s == MAP_FAILED)
		return NULL;
	/* best effort: RLIMIT_MEMLOCK may be small, and then only the other two protect */
	(void)mlock(s, map_len);
	(void)madvise(s, map_len, MADV_DONTDUMP);
	s->map_len = map_len;
	s->owner = getpid();
	return s;
}

struct secret *secret_alloc(size_t len)
{
	struct secret *s = NULL;
	size_t need = sizeof(*s) + len + 1;

	if (need < len)
		return NULL;
	if (need <= SPARE_LEN)
		s = take_spare();
	if (!s)
		s = map_secret(need < SPARE_LEN ? SPARE_LEN : need);
	if (s)
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
	if (!s)
		return;
	explicit_bzero(s->data, s->len + 1);
	s->len = 0;
	if (keeps_spares && s->map_len == SPARE_LEN)
		s = keep_spare(s);
	if (s)
		munmap(s, s->map_len);
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
