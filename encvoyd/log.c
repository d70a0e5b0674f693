/* SPDX-License-Identifier: MIT */
#include "encvoyd/log.h"

#include "common/str.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define VALUE_MAX 256
#define SYSLOG_PATH "/dev/log"

static struct {
	const char *ident;
	bool to_stderr;
	bool opened;
	int fd;        /* /dev/log, -1: not connected */
	unsigned lost; /* lines since the last one that went through */
} state = {.ident = "encvoyd", .fd = -1};

static void reconnect(void)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX, .sun_path = SYSLOG_PATH};

	close_fd(&state.fd);
	state.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (state.fd >= 0 && connect(state.fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0)
		close_fd(&state.fd);
}

void log_open(const char *ident, bool to_stderr)
{
	state.ident = ident;
	state.to_stderr = to_stderr;
	state.opened = true;
	tzset(); /* children need not read it anew */
	reconnect();
}

/* One datagram as syslog(3) writes it, or not at all. */
static bool send_datagram(int priority, const char *text)
{
	char head[128], when[32];
	time_t now = (time_t)clock_unix();
	struct tm tm;
	int n;

	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%b %e %T", &tm);
	n = snprintf(head, sizeof(head), "<%d>%s %s[%d]: ", LOG_AUTHPRIV | priority, when,
	    state.ident, (int)getpid());
	if (n < 0 || (size_t)n >= sizeof(head))
		return false;
	for (int attempt = 0; attempt < 2; attempt++) {
		struct iovec iov[2] = {{head, (size_t)n}, {(void *)(uintptr_t)text, strlen(text)}};
		struct msghdr m = {.msg_iov = iov, .msg_iovlen = 2};

		if (state.fd < 0)
			reconnect();
		if (state.fd < 0)
			return false;
		if (sendmsg(state.fd, &m, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return true;
		if (errno == EAGAIN || errno == ENOBUFS)
			return false;
		close_fd(&state.fd); /* the log daemon was restarted: once more */
	}
	return false;
}

static void to_syslog(int priority, const char *text)
{
	if (state.lost) {
		char note[64];

		snprintf(note, sizeof(note), "log lines lost: %u", state.lost);
		if (!send_datagram(LOG_WARNING, note)) {
			state.lost++;
			return;
		}
		state.lost = 0;
	}
	if (!send_datagram(priority, text))
		state.lost++;
}

static void send_line(int priority, char *text)
{
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (state.to_stderr || !state.opened)
		dprintf(STDERR_FILENO, "%s: %s\n", state.ident, text);
	if (state.opened)
		to_syslog(priority, text);
}

void log_line(int priority, const char *fmt, ...)
{
	char text[LOG_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	send_line(priority, text);
}

static bool needs_quotes(const struct buf *value)
{
	if (!value->len)
		return true;
	for (size_t i = 0; i < value->len; i++)
		if (strchr(" \"=", value->data[i]))
			return true;
	return false;
}

static void put_key(struct buf *line, const char *key)
{
	if (line->len)
		buf_text(line, " ");
	buf_text(line, key);
	buf_text(line, "=");
}

void log_kv(struct buf *line, const char *key, const char *value)
{
	char storage[VALUE_MAX * 4 + 4]; /* each byte may become \xNN */
	struct buf printable;

	if (!value)
		return;
	buf_init_fixed(&printable, storage, sizeof(storage));
	str_printable(&printable, value, strlen(value), VALUE_MAX);
	put_key(line, key);
	if (!needs_quotes(&printable)) {
		buf_put(line, printable.data, printable.len);
		return;
	}
	buf_text(line, "\"");
	for (size_t i = 0; i < printable.len; i++) {
		if (printable.data[i] == '"')
			buf_text(line, "\\x22");
		else
			buf_put(line, &printable.data[i], 1);
	}
	buf_text(line, "\"");
}

void log_kv_number(struct buf *line, const char *key, uint64_t value)
{
	put_key(line, key);
	buf_printf(line, "%llu", (unsigned long long)value);
}

void log_buf(int priority, struct buf *line)
{
	const char *text = buf_cstr(line);

	log_line(priority, "%s", text ? text : "(line lost)");
}
