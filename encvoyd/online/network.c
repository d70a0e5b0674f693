/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/network.h"

static enum err perform(void *arg, const struct http_request *r, struct http_answer *ret)
{
	return http_perform(arg, r, ret);
}

static void rest(void *arg)
{
	http_rest(arg);
}

static const char *detail(void *arg)
{
	return http_detail(arg);
}

struct network network_over_http(struct http *h)
{
	return (struct network){perform, rest, detail, h};
}
