/* SPDX-License-Identifier: MIT */
#include "common/map_check.h"

#include <assert.h>
#include <stdint.h>
#include <string.h>

/* Vectors as GCC and clang have them on every machine; a comparison gives 0xff where it holds. */
#define LANES 16
typedef uint8_t bytes __attribute__((vector_size(LANES)));

static inline bytes load(const char *p)
{
	bytes v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static inline bool any(bytes v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof(half));
	return (half[0] | half[1]) != 0;
}

/* The sum of all lanes, for one that fits a byte. */
static inline unsigned total(bytes v)
{
	uint64_t half[2];

	memcpy(half, &v, sizeof(half));
	return (unsigned)((half[0] + half[1]) * 0x0101010101010101U >> 56);
}

/* Where first <= v <= last: one comparison, because the difference wraps around below first. */
static inline bytes between(bytes v, uint8_t first, uint8_t last)
{
	return (bytes)(v - first <= (uint8_t)(last - first));
}

/* Where v is none of a-z 0-9 _ - NUL. */
static inline bytes not_name(bytes v)
{
	return ~(between(v, 'a', 'z') | between(v, '0', '9') | (bytes)(v == '_') |
		 (bytes)(v == '-') | (bytes)(v == 0));
}

static inline bytes from_words(uint64_t a, uint64_t b)
{
	typedef uint64_t pair __attribute__((vector_size(LANES)));

	return (bytes)(pair){a, b};
}

bool map_name_plain(char first, uint64_t w0, uint64_t w1, uint64_t w2, uint64_t w3)
{
	if (!(first >= 'a' && first <= 'z') && first != '_')
		return false;
	/* most names are short */
	return !any(not_name(from_words(w0, w1))) &&
	       (!(w2 | w3) || !any(not_name(from_words(w2, w3))));
}

bool map_list_plain(const char *list, size_t len)
{
	bytes bad = {0};
	size_t i;

	if (len < LANES)
		return false;
	for (i = 0; i + LANES <= len; i += LANES)
		bad |= not_name(load(list + i));
	return !any(bad | not_name(load(list + len - LANES)));
}

/* The word that begins one byte earlier. */
static inline uint64_t shifted(uint64_t before, uint64_t word)
{
#if __BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__
	return word << 8 | before >> 56;
#else
	return word >> 8 | before << 56;
#endif
}

/* From memory that others may write to. */
static inline uint64_t read_once(const unsigned char *p)
{
	return __atomic_load_n((const uint64_t *)(const void *)p, __ATOMIC_RELAXED);
}

/* Strings on their way through: the last word, what was found, and the sum. */
struct strings {
	uint64_t even;
	uint64_t odd;
	bytes is_nul;
	bytes nuls;
	bytes bad;
	struct map_user_sum sum;
};

/* Bad are a control character, DEL, anything beyond ASCII, ':', and '/', '.' or NUL behind a '/'.
 */
static inline void take(struct strings *s, const unsigned char *src)
{
	uint64_t even = read_once(src), odd = read_once(src + 8);
	bytes v = from_words(even, odd);
	bytes before = from_words(shifted(s->odd, even), shifted(even, odd));
	bytes is_nul = (bytes)(v == 0);

	static_assert(('.' | 1) == '/', "one comparison for both");
	s->bad |= ~(between(v, ' ', '~') | is_nul) | (bytes)(v == ':') |
		  ((bytes)(before == '/') & ((bytes)((v | 1) == '/') | is_nul));
	s->nuls -= is_nul;
	s->is_nul = is_nul;
	s->even = even;
	s->odd = odd;
	map_user_sum_add(&s->sum, even, odd);
}

static inline void put(char *dst, const struct strings *s)
{
	memcpy(dst, &s->even, sizeof(s->even));
	memcpy(dst + sizeof(s->even), &s->odd, sizeof(s->odd));
}

bool map_copy_strings(
    char *dst, size_t room, const unsigned char *src, size_t len, struct map_user_sum *sum)
{
	static const bytes index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	size_t padded = map_pad16(len), last = padded - LANES;
	struct strings s = {.sum = *sum};

	for (size_t i = 0; i < last; i += LANES) {
		take(&s, src + i);
		put(dst + i, &s);
	}
	take(&s, src + last);
	if (padded <= room)
		put(dst + last, &s);
	else
		memcpy(dst + last, (const uint64_t[]){s.even, s.odd}, len - last);
	*sum = s.sum;
	/* the padding is NULs, too; and a count fits a byte */
	s.bad |= (bytes)(index >= (uint8_t)(len - last)) & ~s.is_nul;
	return len <= UINT8_MAX - LANES && total(s.nuls) == 4 + padded - len && !any(s.bad);
}
