/* SPDX-License-Identifier: MIT */
/* A line of the log as systemd's journal takes it, with fields (systemd's "Native Journal
 * Protocol"). Not by libsystemd: sd_journal_send waits for a journal that is stopped, and we must
 * not. */
#ifndef ENCVOY_ENCVOYD_LOG_JOURNAL_H
#define ENCVOY_ENCVOYD_LOG_JOURNAL_H

#include "common/buf.h"
#include "encvoyd/log_event.h"

#include <stdbool.h>

#define LOG_JOURNAL_PATH "/run/systemd/journal/socket"
#define LOG_JOURNAL_MAX 16384

/* Whether fd is the stream that $JOURNAL_STREAM ("DEVICE:INODE", may be NULL) speaks of. */
bool log_journal_is(const char *stream, int fd);

struct log_entry {
	const char *ident;
	int pid;
	int priority; /* with its facility */
	enum log_event event;
	const char *text; /* without control bytes */
	bool pairs;       /* the text is of log_kv: what it says becomes fields */
};
/* The whole datagram: MESSAGE is the text as it is, and of its pairs those that have a name in the
 * journal are also ENCVOY_ fields. */
void log_journal_put(struct buf *out, const struct log_entry *e);

#endif
