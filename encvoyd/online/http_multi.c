/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/http.h"
#include "encvoyd/online/http_internal.h"

#include <sys/select.h>

/* curl asks to be called again soon when it has no descriptor to wait for yet. */
#define NO_FD_MS 100

enum err http_like(const struct http *h, struct http **ret)
{
	return http_new(h->trust, h->proxy, h->watch_fd, ret);
}

size_t http_poll_set(struct http *h, struct pollfd *ret, size_t max, int *timeout_ms)
{
	fd_set in, out, trouble;
	long wait = NO_FD_MS;
	int top = -1;
	size_t n = 0;

	if (!h->easy)
		return 0;
	FD_ZERO(&in);
	FD_ZERO(&out);
	FD_ZERO(&trouble);
	if (curl_multi_fdset(h->multi, &in, &out, &trouble, &top) == CURLM_OK)
		(void)curl_multi_timeout(h->multi, &wait);
	for (int fd = 0; fd <= top && n < max; fd++) {
		short events = 0;

		if (FD_ISSET(fd, &in))
			events |= POLLIN;
		if (FD_ISSET(fd, &out))
			events |= POLLOUT;
		if (events)
			ret[n++] = (struct pollfd){.fd = fd, .events = events};
	}
	if (n == 0 && (wait < 0 || wait > NO_FD_MS))
		wait = NO_FD_MS;
	if (wait >= 0 && wait < *timeout_ms)
		*timeout_ms = (int)wait;
	return n;
}

bool http_left(const struct http *h)
{
	struct pollfd p = {.fd = h->watch_fd, .events = POLLRDHUP};

	return h->watch_fd >= 0 && poll(&p, 1, 0) > 0 && p.revents;
}
