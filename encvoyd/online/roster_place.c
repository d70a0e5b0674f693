/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/roster_place.h"

#include "common/str.h"
#include "sys/clock.h"
#include "sys/file.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define ADDRESS_MAX 4096
#define CHUNK 65536

static bool is_url(const struct roster_place *p)
{
	return str_starts(p->address, "https://");
}

enum err roster_place_beside(const char *address, const char *name, char *dst, size_t size)
{
	size_t end = str_starts(address, "https://") ? strcspn(address, "?#") : strlen(address);
	int n;

	while (end && address[end - 1] != '/')
		end--;
	n = snprintf(dst, size, "%.*s%s", (int)end, address, name);
	return n >= 0 && (size_t)n < size ? ERR_OK : ERR_TOO_LONG;
}

static enum err keep(void *arg, const void *bytes, size_t len)
{
	struct buf *b = arg;

	buf_put(b, bytes, len);
	return b->err;
}

static enum err ask(const struct roster_place *p, const char *url, const char *etag,
    const struct http_stream *to, char ret_etag[HTTP_ETAG_MAX], bool *ret_same)
{
	struct http_request r = {.url = url,
	    .deadline = clock_mono_ms() + HTTP_STREAM_MS,
	    .stream = to,
	    .etag = *etag ? etag : NULL};
	AUTO_ANSWER struct http_answer a = {0};
	enum err e = http_perform(p->http, &r, &a);

	if (e != ERR_OK)
		return e;
	*ret_same = a.status == 304;
	(void)str_copy(ret_etag, HTTP_ETAG_MAX, a.etag);
	return ERR_OK;
}

enum err roster_place_manifest(const struct roster_place *p, const char *etag, struct buf *ret,
    char ret_etag[HTTP_ETAG_MAX], bool *ret_same)
{
	struct http_stream to = {.put = keep, .arg = ret, .max = ret->max};

	*ret_same = false;
	ret_etag[0] = 0;
	if (is_url(p))
		return ask(p, p->address, etag, &to, ret_etag, ret_same);
	return file_read(p->address, geteuid(), FILE_PUBLIC, ret);
}

static enum err stream_file(const char *path, const struct http_stream *to)
{
	AUTO_FREE char *chunk = malloc(CHUNK);
	AUTO_FD int fd = -1;
	uint64_t left = to->max;
	enum err e = chunk ? file_open(path, geteuid(), FILE_PUBLIC, &fd) : ERR_NOMEM;

	while (e == ERR_OK) {
		ssize_t n = read(fd, chunk, CHUNK);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			return n < 0 ? ERR_IO : ERR_OK;
		if ((uint64_t)n > left)
			return ERR_TOO_LONG;
		left -= (uint64_t)n;
		e = to->put(to->arg, chunk, (size_t)n);
	}
	return e;
}

enum err roster_place_lines(
    const struct roster_place *p, const char *name, const struct http_stream *to)
{
	char address[ADDRESS_MAX], etag[HTTP_ETAG_MAX];
	bool same = false;
	enum err e = roster_place_beside(p->address, name, address, sizeof(address));

	if (e != ERR_OK)
		return e;
	return is_url(p) ? ask(p, address, "", to, etag, &same) : stream_file(address, to);
}
