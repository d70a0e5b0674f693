/* SPDX-License-Identifier: MIT */
#include "common/num.h"
#include "tests/unit/tap.h"

#define UNTOUCHED 4711

static void number(const char *s, uint64_t max, enum err want, uint64_t value)
{
	uint64_t v = UNTOUCHED;
	enum err e = num_parse(s, strlen(s), max, &v);

	is_int(e, want, "\"%s\" up to %llu", s, (unsigned long long)max);
	if (v != (want == ERR_OK ? value : UNTOUCHED))
		ok(false, "\"%s\" gave %llu", s, (unsigned long long)v);
}

static void duration(const char *s, uint64_t max, enum err want, uint64_t value)
{
	uint64_t v = UNTOUCHED;
	enum err e = num_parse_duration(s, strlen(s), max, &v);

	is_int(e, want, "duration \"%s\" up to %llu", s, (unsigned long long)max);
	if (v != (want == ERR_OK ? value : UNTOUCHED))
		ok(false, "\"%s\" gave %llu", s, (unsigned long long)v);
}

int main(void)
{
	static const char *const no_numbers[] = {"", "-1", "+1", " 1", "1 ", "01", "00", "0x10",
	    "1e3", "1.0", "a", "1a", "\xd9\xa1", "1,000", "--1"};

	number("0", 10, ERR_OK, 0);
	number("10", 10, ERR_OK, 10);
	number("11", 10, ERR_RANGE, 0);
	number("18446744073709551615", UINT64_MAX, ERR_OK, UINT64_MAX);
	number("18446744073709551616", UINT64_MAX, ERR_RANGE, 0);
	number("18446744073709551620", UINT64_MAX, ERR_RANGE, 0);
	number("99999999999999999999999999", UINT64_MAX, ERR_RANGE, 0);
	for (size_t i = 0; i < sizeof(no_numbers) / sizeof(no_numbers[0]); i++)
		number(no_numbers[i], UINT64_MAX, ERR_SYNTAX, 0);
	is_int(num_parse("1\0", 2, 10, &(uint64_t){0}), ERR_SYNTAX, "a NUL is no digit");
	is_int(num_parse("12", 1, 10, &(uint64_t){0}), ERR_OK, "only len bytes are read");

	duration("0", 10, ERR_OK, 0);
	duration("90", 100, ERR_OK, 90);
	duration("90s", 100, ERR_OK, 90);
	duration("2m", 1000, ERR_OK, 120);
	duration("3h", 100000, ERR_OK, 10800);
	duration("7d", 1000000, ERR_OK, 604800);
	duration("7d", 604799, ERR_RANGE, 0);
	duration("s", 10, ERR_SYNTAX, 0);
	duration("", 10, ERR_SYNTAX, 0);
	duration("1w", 10, ERR_SYNTAX, 0);
	duration("1 m", 1000, ERR_SYNTAX, 0);
	duration("1ms", 1000, ERR_SYNTAX, 0);
	duration("-1d", UINT64_MAX, ERR_SYNTAX, 0);
	duration("307445734561825861m", UINT64_MAX, ERR_RANGE, 0);
	duration("213503982334602d", UINT64_MAX, ERR_RANGE, 0);
	return tap_done();
}
