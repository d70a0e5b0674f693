/* SPDX-License-Identifier: MIT */
#include "encvoyd/times.h"

#define TOTAL_MAX (UINT64_C(1) << 62)

/* How far it has grown; a lower one is older. */
static uint64_t take(uint64_t *heard, uint64_t now, uint64_t *total)
{
	uint64_t more = now > *heard ? now - *heard : 0;

	*heard += more;
	*total = *total + more < TOTAL_MAX ? *total + more : TOTAL_MAX;
	return more;
}

void provider_times_take(struct provider_times *t, const struct msg_times *m)
{
	/* a child of the run before may outlive it */
	if (m->run < t->heard.run)
		return;
	if (m->run > t->heard.run)
		t->heard = (struct msg_times){.run = m->run};
	for (size_t i = 0; i < TIMES_KINDS; i++) {
		struct times *heard = &t->heard.of[i], *total = &t->total[i];
		const struct times *now = &m->of[i];

		(void)take(&heard->ms, now->ms, &total->ms);
		(void)take(&heard->failed, now->failed, &total->failed);
		if (take(&heard->requests, now->requests, &total->requests))
			total->last_ms = now->last_ms;
		if (now->max_ms > total->max_ms)
			total->max_ms = now->max_ms;
	}
}
