/* SPDX-License-Identifier: MIT */
#include "common/pace.h"

#define MISSED_MIN 10000
#define LINK_MIN 1000
#define LINK_MAX 60000
#define DOUBLINGS 16 /* more change nothing: the longest interval is a day */

static int64_t grown(int64_t first, unsigned times, int64_t max)
{
	int64_t ms = first << (times < DOUBLINGS ? times : DOUBLINGS);

	return ms < max ? ms : max;
}

static int64_t about(int64_t ms, uint16_t random)
{
	return ms * (800 + random % 401) / 1000;
}

bool pace_is_missed(enum err e)
{
	return e == ERR_PROVIDER_UNREACHABLE || e == ERR_TIMEOUT || e == ERR_TLS;
}

int64_t pace_pass(int64_t interval, unsigned missed, uint16_t random)
{
	return about(missed ? grown(MISSED_MIN, missed - 1, interval) : interval, random);
}

int64_t pace_link(unsigned failures, uint16_t random)
{
	return about(grown(LINK_MIN, failures, LINK_MAX), random);
}
