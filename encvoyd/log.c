/* SPDX-License-Identifier: MIT */
#include "encvoyd/log.h"

#include "common/str.h"
#include "encvoyd/log_journal.h"
#include "sys/clock.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#define VALUE_MAX 256
#define SYSLOG_PATH "/dev/log"

static struct {
	const char *ident;
	bool to_stderr;
	bool opened;
	bool journal;  /* stderr is systemd's journal */
	bool native;   /* fd is the journal's own socket, not /dev/log */
	int fd;        /* -1: not connected */
	unsigned lost; /* lines since the last one that went through */
} state = {.ident = "encvoyd", .fd = -1};

static bool connect_to(const char *path)
{
	struct sockaddr_un sa = {.sun_family = AF_UNIX};

	close_fd(&state.fd);
	if (!str_copy(sa.sun_path, sizeof(sa.sun_path), path))
		return false;
	state.fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (state.fd >= 0 && connect(state.fd, (const struct sockaddr *)&sa, sizeof(sa)) != 0)
		close_fd(&state.fd);
	return state.fd >= 0;
}

static void reconnect(void)
{
	state.native = state.journal && connect_to(LOG_JOURNAL_PATH);
	if (!state.native)
		(void)connect_to(SYSLOG_PATH);
}

void log_open(const char *ident, bool to_stderr)
{
	state.ident = ident;
	state.to_stderr = to_stderr;
	state.opened = true;
	state.journal = log_journal_is(getenv("JOURNAL_STREAM"), STDERR_FILENO);
	tzset(); /* children need not read it anew */
	reconnect();
}

/* As syslog(3) writes it. */
static void put_syslog(struct buf *out, const struct log_entry *e)
{
	time_t now = (time_t)clock_unix();
	char when[32];
	struct tm tm;

	localtime_r(&now, &tm);
	strftime(when, sizeof(when), "%b %e %T", &tm);
	buf_printf(out, "<%d>%s %s[%d]: %s", e->priority, when, e->ident, e->pid, e->text);
}

/* One datagram, or none at all. */
static bool send_datagram(const struct log_entry *e)
{
	static char storage[LOG_JOURNAL_MAX];

	for (int attempt = 0; attempt < 2; attempt++) {
		struct buf out;

		if (state.fd < 0)
			reconnect();
		if (state.fd < 0)
			return false;
		buf_init_fixed(&out, storage, sizeof(storage));
		if (state.native)
			log_journal_put(&out, e);
		else
			put_syslog(&out, e);
		if (out.err != ERR_OK)
			return false;
		if (send(state.fd, out.data, out.len, MSG_NOSIGNAL | MSG_DONTWAIT) >= 0)
			return true;
		if (errno == EAGAIN || errno == ENOBUFS)
			return false;
		close_fd(&state.fd); /* the log daemon was restarted: once more */
	}
	return false;
}

static struct log_entry entry_of(int priority, const char *text)
{
	return (struct log_entry){.ident = state.ident,
	    .pid = (int)getpid(),
	    .priority = LOG_AUTHPRIV | priority,
	    .text = text};
}

static void to_log(const struct log_entry *e)
{
	if (state.lost) {
		struct log_entry note;
		char text[64];

		snprintf(text, sizeof(text), "log lines lost: %u", state.lost);
		note = entry_of(LOG_WARNING, text);
		if (!send_datagram(&note)) {
			state.lost++;
			return;
		}
		state.lost = 0;
	}
	if (!send_datagram(e))
		state.lost++;
}

static void send_line(enum log_event event, int priority, bool pairs, char *text)
{
	struct log_entry e = entry_of(priority, text);

	e.event = event;
	e.pairs = pairs;
	for (char *p = text; *p; p++)
		if ((unsigned char)*p < 0x20 || *p == 0x7f)
			*p = '?';
	if (state.to_stderr || !state.opened)
		dprintf(STDERR_FILENO, "%s: %s\n", state.ident, text);
	if (state.opened)
		to_log(&e);
}

void log_event_line(enum log_event event, int priority, const char *fmt, ...)
{
	char text[LOG_LINE_MAX];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	send_line(event, priority, false, text);
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

void log_event_buf(enum log_event event, int priority, struct buf *line)
{
	const char *built = buf_cstr(line);
	char text[LOG_LINE_MAX];

	snprintf(text, sizeof(text), "%s", built ? built : "(line lost)");
	send_line(event, priority, true, text);
}

void log_buf(int priority, struct buf *line)
{
	log_event_buf(EVENT_NONE, priority, line);
}
