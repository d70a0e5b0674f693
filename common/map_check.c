/* SPDX-License-Identifier: MIT */
#include "common/map_check.h"

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

/* Where v is none of a-z 0-9 _ - NUL. */
static inline bytes not_name(bytes v)
{
	return ~(((bytes)(v >= 'a') & (bytes)(v <= 'z')) | ((bytes)(v >= '0') & (bytes)(v <= '9')) |
		 (bytes)(v == '_') | (bytes)(v == '-') | (bytes)(v == 0));
}

bool map_name_plain(const char text[NAME_MAX_LEN])
{
	if (!(text[0] >= 'a' && text[0] <= 'z') && text[0] != '_')
		return false;
	return !any(not_name(load(text)) | not_name(load(text + LANES)));
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

/* What must not stand at p: a control character, DEL, anything beyond ASCII, ':', or a '/' with
 * '/', '.' or NUL behind it. */
static inline bytes bad_text(bytes v, bytes next)
{
	bytes control = (bytes)(v < ' ') & (bytes)(v != 0);
	bytes slash =
	    (bytes)(v == '/') & ((bytes)(next == '/') | (bytes)(next == '.') | (bytes)(next == 0));

	return control | (bytes)(v > '~') | (bytes)(v == ':') | slash;
}

bool map_strings_plain(const char *strings, size_t len)
{
	static const bytes index = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	bytes bad = {0}, nuls = {0};
	size_t last = len - LANES - 1, i;
	bytes v;

	/* one byte more than a vector, because each byte is looked at with the next */
	if (len <= LANES || len > UINT8_MAX)
		return false;
	for (i = 0; i < last; i += LANES) {
		v = load(strings + i);
		bad |= bad_text(v, load(strings + i + 1));
		nuls -= (bytes)(v == 0);
	}
	/* the rest, without counting twice what was counted */
	v = load(strings + last);
	bad |= bad_text(v, load(strings + last + 1));
	nuls -= (bytes)(v == 0) & (bytes)(index >= (uint8_t)(i - last));
	return !any(bad) && total(nuls) == 3 && strings[len - 1] == 0;
}
