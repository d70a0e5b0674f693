/* SPDX-License-Identifier: MIT */
#include "oidc/device.h"

#define SLOW_DOWN_STEP 5
#define WAIT_MAX 60

void device_poll_start(struct device_poll *p, const struct device_grant *g, uint64_t now)
{
	*p = (struct device_poll){
	    .next = now + (g->interval < g->expires_in ? g->interval : g->expires_in),
	    .deadline = now + g->expires_in,
	    .interval = g->interval,
	};
}

/* A question that could only be asked behind the deadline is not waited for. */
static enum err wait(struct device_poll *p, uint64_t seconds, uint64_t now)
{
	if (now >= p->deadline || seconds >= p->deadline - now)
		return ERR_CODE_EXPIRED;
	p->next = now + seconds;
	return ERR_OK;
}

enum err device_poll_error(struct device_poll *p, enum oauth_error e, uint64_t now)
{
	if (e != OAUTH_AUTHORIZATION_PENDING && e != OAUTH_SLOW_DOWN)
		return oauth_error_err(e);
	p->failures = 0;
	if (e == OAUTH_SLOW_DOWN)
		p->interval += SLOW_DOWN_STEP;
	return wait(p, p->interval, now);
}

enum err device_poll_failure(struct device_poll *p, uint64_t now)
{
	uint64_t seconds = p->interval;

	p->failures++;
	for (unsigned i = 0; i < p->failures && seconds < WAIT_MAX; i++)
		seconds = seconds * 2 < WAIT_MAX ? seconds * 2 : WAIT_MAX;
	return wait(p, seconds, now);
}
