/* SPDX-License-Identifier: MIT */
#include "ctl/redirect.h"

#include "common/num.h"
#include "common/str.h"

#include <string.h>

static bool port_of(const char *text, size_t len, uint16_t *ret)
{
	uint64_t port = 0;

	if (num_parse(text, len, UINT16_MAX, &port) != ERR_OK || !port)
		return false;
	*ret = (uint16_t)port;
	return true;
}

bool redirect_is_here(const char *uri, struct redirect *ret)
{
	static const char *const hosts[] = {"127.0.0.1", "localhost"};

	if (!str_starts(uri, "http://"))
		return false;
	uri += strlen("http://");
	for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++) {
		struct redirect r = {0};
		const char *rest = uri + strlen(hosts[i]);
		const char *slash;

		if (!str_starts(uri, hosts[i]) || (*rest != ':' && *rest != '/'))
			continue;
		slash = strchr(rest, '/');
		if (!slash || strpbrk(slash, "?#") || !str_copy(r.path, sizeof(r.path), slash))
			return false;
		if (*rest == ':' && !port_of(rest + 1, (size_t)(slash - rest - 1), &r.port))
			return false;
		(void)str_copy(r.host, sizeof(r.host), hosts[i]);
		*ret = r;
		return true;
	}
	return false;
}

void redirect_put(struct buf *out, const struct redirect *r, uint16_t port)
{
	buf_printf(out, "http://%s:%u%s", r->host, (unsigned)port, r->path);
}
