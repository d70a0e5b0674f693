/* SPDX-License-Identifier: MIT */
/* The log of encvoyd and encvoyd-online: one line per decision, "what key=value ...", never a
 * secret. Lines go to syslog (LOG_AUTHPRIV) without ever waiting for it: a log daemon that is
 * stopped, or that asks us for a user, must not stop us. Lines lost that way are counted, and the
 * count is logged when it works again. Where stderr is systemd's journal, lines go there with their
 * fields and the id of their event instead, the text being the same. Not for modules. */
#ifndef ENCVOY_ENCVOYD_LOG_H
#define ENCVOY_ENCVOYD_LOG_H

#include "common/buf.h"
#include "encvoyd/log_event.h"

#include <stdbool.h>
#include <stdint.h>
#include <syslog.h> /* the priorities: LOG_ERR, LOG_WARNING, LOG_NOTICE, LOG_INFO, LOG_DEBUG */

/* ident must live as long as the process. to_stderr: there as well. Before log_open lines go to
 * stderr only. */
void log_open(const char *ident, bool to_stderr);

/* One line, without newline at its end. Control bytes become '?' whatever the arguments hold, but
 * text from elsewhere belongs through log_kv. Lines are cut at 4 KiB. */
void log_event_line(enum log_event event, int priority, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));
/* log_line(PRIORITY, FORMAT, ...): about no event. */
#define log_line(...) log_event_line(EVENT_NONE, __VA_ARGS__)

/* For building a line in a buffer: appends " key=value" (without the blank at the start of an empty
 * buffer), the value printable (SEC-25), at most 256 bytes of it, and in quotes when it is empty or
 * holds a blank, '"' or '='. NULL is left out. */
void log_kv(struct buf *line, const char *key, const char *value);
void log_kv_number(struct buf *line, const char *key, uint64_t value);
/* Sends what was built; a buffer whose writing failed is sent as "(line lost)". */
void log_buf(int priority, struct buf *line);
void log_event_buf(enum log_event event, int priority, struct buf *line);

/* A buffer large enough for any line; free with buf_free or AUTO_BUF. */
#define LOG_LINE_MAX 4096
static inline void log_begin(struct buf *line, const char *what)
{
	buf_init(line, LOG_LINE_MAX);
	buf_text(line, what);
}

#endif
