/* SPDX-License-Identifier: MIT */
#include "oidc/roster_lines.h"

#include "oidc/roster_person.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

struct roster_lines {
	struct roster_manifest manifest;
	roster_person_fn person;
	void *arg;
	struct sha256 *hash;
	uint64_t size;
	uint64_t count;
	struct buf line; /* what has come of the current one */
	char last_sub[SUB_MAX_LEN + 1];
	struct msg_person person_read;
	enum err err;
	char detail[160];
};

enum err roster_lines_new(const struct roster_manifest *manifest, roster_person_fn person,
    void *arg, struct roster_lines **ret)
{
	AUTO_ROSTER_LINES struct roster_lines *r = calloc(1, sizeof(*r));
	enum err e;

	if (!r)
		return ERR_NOMEM;
	e = sha256_new(&r->hash);
	if (e != ERR_OK)
		return e;
	r->manifest = *manifest;
	r->person = person;
	r->arg = arg;
	buf_init(&r->line, ROSTER_LINE_MAX);
	*ret = TAKE_PTR(r);
	return ERR_OK;
}

static enum err refuse_line(struct roster_lines *r, enum err e, const char *why)
{
	snprintf(r->detail, sizeof(r->detail), "line %" PRIu64 " %s", r->count, why);
	return e;
}

static enum err refuse_whole(struct roster_lines *r, const char *why)
{
	(void)str_copy(r->detail, sizeof(r->detail), why);
	return ERR_BAD_DIGEST;
}

static enum err take_line(struct roster_lines *r)
{
	const char *why = "";
	enum err e;
	int order;

	r->count++;
	if (r->line.err != ERR_OK)
		return refuse_line(r, r->line.err, "is too long");
	e = roster_person_parse(
	    r->line.len ? (const char *)r->line.data : "", r->line.len, &r->person_read, &why);
	if (e != ERR_OK)
		return refuse_line(r, e, why);
	order = r->count > 1 ? roster_sub_order(r->last_sub, r->person_read.sub) : -1;
	if (order == 0)
		return refuse_line(r, ERR_EXISTS, "has the sub of the line before");
	if (order > 0)
		return refuse_line(r, ERR_SYNTAX, "is not in the order of the subs");
	e = r->person(r->arg, &r->person_read);
	if (e != ERR_OK)
		return refuse_line(r, e, "was not taken");
	(void)str_copy(r->last_sub, sizeof(r->last_sub), r->person_read.sub);
	buf_reset(&r->line);
	return ERR_OK;
}

static enum err put(struct roster_lines *r, const char *p, size_t len)
{
	if (len > r->manifest.size - r->size)
		return refuse_whole(r, "there is more than was signed");
	r->size += len;
	sha256_put(r->hash, p, len);
	while (len) {
		const char *nl = memchr(p, '\n', len);
		size_t n = nl ? (size_t)(nl - p) : len;
		enum err e = ERR_OK;

		buf_put(&r->line, p, n);
		if (nl || r->line.err != ERR_OK)
			e = take_line(r);
		if (e != ERR_OK)
			return e;
		n += nl != NULL;
		p += n;
		len -= n;
	}
	return ERR_OK;
}

enum err roster_lines_put(struct roster_lines *r, const void *bytes, size_t len)
{
	if (r->err == ERR_OK)
		r->err = put(r, bytes, len);
	return r->err;
}

static enum err finish(struct roster_lines *r)
{
	uint8_t hash[SHA256_LEN] = {0};
	enum err e = sha256_end(r->hash, hash);

	if (e != ERR_OK)
		return e;
	if (r->size != r->manifest.size)
		return refuse_whole(r, "there is less than was signed");
	if (memcmp(hash, r->manifest.hash, SHA256_LEN) != 0)
		return refuse_whole(r, "these are not the lines that were signed");
	if (r->line.len)
		return refuse_whole(r, "the last line has no end");
	if (r->count != r->manifest.count)
		return refuse_whole(r, "there are not as many lines as were signed");
	return ERR_OK;
}

enum err roster_lines_end(struct roster_lines *r)
{
	if (r->err == ERR_OK)
		r->err = finish(r);
	return r->err;
}

const char *roster_lines_detail(const struct roster_lines *r)
{
	return r->detail;
}

void roster_lines_free(struct roster_lines *r)
{
	if (!r)
		return;
	sha256_free(r->hash);
	buf_free(&r->line);
	free(r);
}
