/* SPDX-License-Identifier: MIT */
#include "common/pace.h"
#include "tests/unit/tap.h"

#define INTERVAL 300000

static void within(int64_t got, int64_t middle, const char *what)
{
	ok(got >= middle * 8 / 10 && got <= middle * 12 / 10, "%s: %lld ms", what, (long long)got);
}

static void spans(void)
{
	static const int64_t missed[] = {
	    INTERVAL, 10000, 20000, 40000, 80000, 160000, INTERVAL, INTERVAL};

	for (unsigned i = 0; i < sizeof(missed) / sizeof(missed[0]); i++) {
		within(pace_pass(INTERVAL, i, 0), missed[i], "the shortest after misses");
		within(pace_pass(INTERVAL, i, UINT16_MAX), missed[i], "after misses");
	}
	within(pace_pass(5000, 3, 7), 5000, "a short interval is no shorter after a miss");
	within(pace_pass(86400000, 5000, 7), 86400000, "after very many misses of a long one");
	within(pace_link(0, 7), 1000, "the first attempt to connect again");
	within(pace_link(5, 7), 32000, "a later one");
	within(pace_link(100000, 7), 60000, "after very many");
}

/* Every tenth of the spread gets its share of random numbers. */
static void spread(void)
{
	unsigned share[10] = {0}, n = 0;

	for (unsigned r = 0; r <= UINT16_MAX; r++, n++) {
		int64_t at = (pace_pass(INTERVAL, 0, (uint16_t)r) - INTERVAL * 8 / 10) * 10;
		int64_t tenth = at / (INTERVAL * 4 / 10);

		share[tenth < 10 ? tenth : 9]++;
	}
	for (unsigned i = 0; i < 10; i++)
		ok(share[i] > n / 11 && share[i] < n / 9, "tenth %u has %u of %u", i, share[i], n);
}

int main(void)
{
	spans();
	spread();
	return tap_done();
}
