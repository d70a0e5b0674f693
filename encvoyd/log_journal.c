/* SPDX-License-Identifier: MIT */
#include "encvoyd/log_journal.h"

#include "common/num.h"
#include "common/str.h"

#include <string.h>
#include <sys/stat.h>
#include <syslog.h>

static const struct {
	const char *key;
	const char *field;
	const char *begin; /* NULL, or how the line begins in which the key means that */
} fields[] = {
    {"id", "ENCVOY_LOGIN_ID", NULL},
    {"login", "ENCVOY_LOGIN_ID", "sign-in "}, /* elsewhere somebody's name at the provider */
    {"user", "ENCVOY_USER", NULL},
    {"sub", "ENCVOY_SUB", NULL},
    {"service", "ENCVOY_SERVICE", NULL},
    {"rhost", "ENCVOY_RHOST", NULL},
    {"tty", "ENCVOY_TTY", NULL},
    {"access", "ENCVOY_ACCESS", NULL},
    {"method", "ENCVOY_METHOD", NULL},
    {"result", "ENCVOY_RESULT", NULL},
    {"reason", "ENCVOY_REASON", NULL},
    {"rule", "ENCVOY_RULE", NULL},
    {"at", "ENCVOY_AT", NULL},
    {"verb", "ENCVOY_VERB", NULL},
};

static bool take_number(struct slice *rest, uint64_t *ret)
{
	struct slice one;

	return slice_next(rest, ":", &one) && num_parse(one.p, one.len, UINT64_MAX, ret) == ERR_OK;
}

bool log_journal_is(const char *stream, int fd)
{
	struct slice rest = slice_of(stream ? stream : "");
	uint64_t device = 0, inode = 0;
	struct stat st;

	return take_number(&rest, &device) && take_number(&rest, &inode) && !rest.len &&
	       fstat(fd, &st) == 0 && st.st_dev == device && st.st_ino == inode;
}

/* No value has a line break: the short form of the protocol always does. */
static void put(struct buf *out, const char *field, struct slice value)
{
	buf_text(out, field);
	buf_text(out, "=");
	buf_put(out, value.p, value.len);
	buf_text(out, "\n");
}

static void put_pair(struct buf *out, const char *text, struct slice key, struct slice value)
{
	for (size_t i = 0; value.len && i < sizeof(fields) / sizeof(fields[0]); i++)
		if (slice_is(key, fields[i].key) &&
		    (!fields[i].begin || str_starts(text, fields[i].begin)))
			put(out, fields[i].field, value);
}

/* Takes the next word off the line; of one that is a pair, its two sides without quotes. False at
 * the end, also of a quote that the line's end cut off. */
static bool next_pair(const char **p, struct slice *ret_key, struct slice *ret_value)
{
	const char *word = *p + strspn(*p, " ");
	size_t len = strcspn(word, " =");
	const char *value = word + len + 1, *end;
	bool quoted;

	*ret_key = (struct slice){word, len};
	*ret_value = (struct slice){word, 0};
	*p = word + len;
	if (word[len] != '=')
		return len > 0;
	quoted = *value == '"';
	end = quoted ? strchr(++value, '"') : value + strcspn(value, " ");
	if (!end)
		return false;
	*ret_value = (struct slice){value, (size_t)(end - value)};
	*p = end + quoted;
	return true;
}

static void put_pairs(struct buf *out, const char *text)
{
	struct slice key, value;
	const char *p = text;

	while (next_pair(&p, &key, &value))
		put_pair(out, text, key, value);
}

void log_journal_put(struct buf *out, const struct log_entry *e)
{
	const char *id = log_event_id(e->event);

	put(out, "MESSAGE", slice_of(e->text));
	buf_printf(out, "PRIORITY=%d\n", LOG_PRI(e->priority));
	buf_printf(out, "SYSLOG_FACILITY=%d\n", LOG_FAC(e->priority));
	buf_printf(out, "SYSLOG_PID=%d\n", e->pid);
	put(out, "SYSLOG_IDENTIFIER", slice_of(e->ident));
	if (id)
		put(out, "MESSAGE_ID", slice_of(id));
	if (e->pairs)
		put_pairs(out, e->text);
}
