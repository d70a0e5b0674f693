/* SPDX-License-Identifier: MIT */
#include "ctl/enroll.h"

#include "common/str.h"

#include <string.h>

static char **place(struct enrolment *v, struct slice key)
{
	const struct {
		const char *key;
		char **value;
	} all[] = {
	    {"issuer", &v->issuer},
	    {"client_id", &v->client_id},
	    {"client_secret_file", &v->client_secret_file},
	    {"redirect_uri", &v->redirect_uri},
	    {"allow", &v->allow},
	    {"ca_file", &v->ca_file},
	    {"host_name", &v->host_name},
	};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		if (slice_is(key, all[i].key))
			return all[i].value;
	return NULL;
}

/* Several lines of allow add up, of anything else the last one counts (conf.h). */
static enum err take_value(struct enrolment *v, char **to, struct slice value)
{
	AUTO_BUF struct buf text = {0};
	char *taken;

	buf_init(&text, 65536);
	if (to == &v->allow && v->allow)
		buf_printf(&text, "%s ", v->allow);
	buf_put(&text, value.p, value.len);
	taken = buf_take_str(&text);
	if (!taken)
		return ERR_NOMEM;
	free(*to);
	*to = taken;
	return ERR_OK;
}

/* "key = value"; whatever else a line may be is not ours to judge. */
static enum err take_line(struct enrolment *v, struct slice line)
{
	const char *equals = memchr(line.p, '=', line.len);
	struct slice value;
	char **to;

	if (!equals)
		return ERR_OK;
	to = place(v, slice_trim((struct slice){line.p, (size_t)(equals - line.p)}));
	value = slice_trim((struct slice){equals + 1, line.len - (size_t)(equals + 1 - line.p)});
	if (!to || !value.len || !slice_printable(value))
		return ERR_OK;
	return take_value(v, to, value);
}

static enum err compare(
    const struct enrolment *v, const char *text, size_t len, enum enroll_author *ret)
{
	AUTO_BUF struct buf ours = {0};

	buf_init(&ours, len + 65536);
	enroll_text(v, &ours);
	if (ours.err == ERR_NOMEM)
		return ours.err;
	if (ours.err == ERR_OK && ours.len == len && memcmp(ours.data, text, len) == 0)
		*ret = ENROLL_OURS;
	else if (len > strlen(ENROLL_FIRST_LINE) &&
		 memcmp(text, ENROLL_FIRST_LINE, strlen(ENROLL_FIRST_LINE)) == 0)
		*ret = ENROLL_EDITED;
	else
		*ret = ENROLL_FOREIGN;
	return ERR_OK;
}

enum err enroll_read(
    const char *text, size_t len, struct enrolment *ret, enum enroll_author *ret_author)
{
	struct slice rest = {text, len}, line;

	*ret = (struct enrolment){0};
	while (slice_next(&rest, "\r\n", &line)) {
		enum err e;

		if (line.p[0] == '[')
			break;
		e = line.p[0] == '#' ? ERR_OK : take_line(ret, line);
		if (e != ERR_OK)
			return e;
	}
	return compare(ret, text, len, ret_author);
}
