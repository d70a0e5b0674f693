/* SPDX-License-Identifier: MIT */
#include "common/num.h"

#include <stdlib.h>

enum err num_parse(const char *s, size_t len, uint64_t max, uint64_t *ret)
{
	uint64_t v = 0;

	if (len == 0 || (len > 1 && s[0] == '0'))
		return ERR_SYNTAX;
	for (size_t i = 0; i < len; i++) {
		uint64_t digit = (uint64_t)(s[i] - '0');

		if (s[i] < '0' || s[i] > '9')
			return ERR_SYNTAX;
		if (v > (UINT64_MAX - digit) / 10)
			return ERR_RANGE;
		v = v * 10 + digit;
	}
	if (v > max)
		return ERR_RANGE;
	*ret = v;
	return ERR_OK;
}

static uint64_t unit_seconds(char c)
{
	switch (c) {
	case 's':
		return 1;
	case 'm':
		return 60;
	case 'h':
		return 3600;
	case 'd':
		return 86400;
	default:
		return 0;
	}
}

enum err num_parse_duration(const char *s, size_t len, uint64_t max, uint64_t *ret)
{
	uint64_t unit = len ? unit_seconds(s[len - 1]) : 0;
	uint64_t v = 0;
	enum err e;

	e = num_parse(s, unit ? len - 1 : len, UINT64_MAX, &v);
	if (e != ERR_OK)
		return e;
	if (unit > 1 && v > UINT64_MAX / unit)
		return ERR_RANGE;
	v *= unit ? unit : 1;
	if (v > max)
		return ERR_RANGE;
	*ret = v;
	return ERR_OK;
}

int num_compare_u32(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

size_t num_sort_u32(uint32_t *v, size_t n)
{
	size_t kept = 0;

	if (n)
		qsort(v, n, sizeof(*v), num_compare_u32);
	for (size_t i = 0; i < n; i++)
		if (!kept || v[i] != v[kept - 1])
			v[kept++] = v[i];
	return kept;
}
