/* SPDX-License-Identifier: MIT */
#include "ctl/input.h"

#include "ctl/ctl.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>

enum err input_rest(int fd, struct buf *ret)
{
	for (;;) {
		char chunk[4096];
		ssize_t n = read(fd, chunk, sizeof(chunk));

		if (n < 0 && errno == EINTR)
			continue;
		if (n > 0)
			buf_put(ret, chunk, (size_t)n);
		explicit_bzero(chunk, sizeof(chunk));
		if (n <= 0)
			return n < 0 ? ERR_IO : ERR_OK;
		if (ret->err != ERR_OK)
			return ret->err;
	}
}

enum err input_read(const char *path, struct buf *ret)
{
	bool standard = strcmp(path, "-") == 0;
	AUTO_FD int fd = standard ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	AUTO_BUF struct buf text = {0};
	enum err e;

	buf_init(&text, 1024);
	if (!standard && fd < 0) {
		complain("%s: %s", shown(&text, path, 200), strerror(errno));
		return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
	}
	e = input_rest(standard ? STDIN_FILENO : fd, ret);
	if (e != ERR_OK)
		complain("%s: %s", standard ? "standard input" : shown(&text, path, 200),
		    e == ERR_IO ? strerror(errno) : err_text(e));
	return e;
}

enum err input_line(int fd, struct buf *ret)
{
	for (;;) {
		char c;
		ssize_t n = read(fd, &c, 1);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return ERR_IO;
		if (n == 0)
			return ret->len ? ERR_OK : ERR_CLOSED;
		if (c == '\n')
			return ret->err;
		buf_put(ret, &c, 1);
		if (ret->err != ERR_OK)
			return ret->err;
	}
}

struct slice input_trim(const struct buf *b)
{
	struct slice s = {b->data ? (const char *)b->data : "", b->len};

	while (s.len && strchr(" \t\r\n", s.p[s.len - 1]) && s.p[s.len - 1])
		s.len--;
	while (s.len && strchr(" \t\r\n", s.p[0]) && s.p[0]) {
		s.p++;
		s.len--;
	}
	return s;
}
