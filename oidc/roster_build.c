/* SPDX-License-Identifier: MIT */
#include "oidc/roster_build.h"

#include "oidc/roster_person.h"

#include <string.h>

struct entry {
	char *line; /* with its newline, owned */
	char *sub;  /* owned */
	uint64_t at;
};

struct roster_build {
	struct entry *v;
	size_t n;
	size_t room;
	struct buf line;
	struct msg_person read_back;
};

enum err roster_build_new(struct roster_build **ret)
{
	struct roster_build *b = calloc(1, sizeof(*b));

	if (!b)
		return ERR_NOMEM;
	buf_init(&b->line, ROSTER_LINE_MAX + 1);
	*ret = b;
	return ERR_OK;
}

static enum err make_room(struct roster_build *b)
{
	size_t room = b->room ? 2 * b->room : 64;
	struct entry *v;

	if (b->n < b->room)
		return ERR_OK;
	v = reallocarray(b->v, room, sizeof(*v));
	if (!v)
		return ERR_NOMEM;
	b->v = v;
	b->room = room;
	return ERR_OK;
}

static enum err write_line(struct roster_build *b, const struct msg_person *p, const char **ret_why)
{
	buf_reset(&b->line);
	roster_person_write(&b->line, p);
	if (b->line.err != ERR_OK)
		*ret_why = b->line.err == ERR_TOO_LONG ? "is too long" : "cannot be written";
	return b->line.err;
}

enum err roster_build_add(
    struct roster_build *b, const struct msg_person *p, uint64_t at, const char **ret_why)
{
	AUTO_FREE char *line = NULL;
	AUTO_FREE char *sub = NULL;
	enum err e = write_line(b, p, ret_why);

	/* what is published must be what a host can read, and always in the same words */
	if (e == ERR_OK)
		e = roster_person_parse(
		    (const char *)b->line.data, b->line.len - 1, &b->read_back, ret_why);
	if (e == ERR_OK)
		e = write_line(b, &b->read_back, ret_why);
	if (e != ERR_OK)
		return e;
	line = buf_take_str(&b->line);
	sub = strdup(p->sub);
	e = line && sub ? make_room(b) : ERR_NOMEM;
	if (e != ERR_OK) {
		*ret_why = "cannot be kept";
		return e;
	}
	b->v[b->n++] = (struct entry){.line = TAKE_PTR(line), .sub = TAKE_PTR(sub), .at = at};
	return ERR_OK;
}

static int by_sub(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = roster_sub_order(x->sub, y->sub);

	return order ? order : (x->at > y->at) - (x->at < y->at);
}

enum err roster_build_end(struct roster_build *b, struct buf *out, struct roster_manifest *ret,
    struct roster_twins *ret_twins)
{
	struct roster_manifest m = {.count = b->n};
	size_t from = out->len;
	enum err e;

	if (b->n)
		qsort(b->v, b->n, sizeof(*b->v), by_sub);
	for (size_t i = 0; i < b->n; i++) {
		const struct entry *one = &b->v[i], *before = i ? one - 1 : NULL;

		if (before && strcmp(before->sub, one->sub) == 0) {
			*ret_twins = (struct roster_twins){one->sub, before->at, one->at};
			return ERR_EXISTS;
		}
		buf_text(out, one->line);
	}
	if (out->err != ERR_OK)
		return out->err;
	m.size = out->len - from;
	e = digest_sha256(m.size ? out->data + from : (const uint8_t *)"", m.size, m.hash);
	if (e != ERR_OK)
		return e;
	roster_file_name(m.hash, m.file);
	*ret = m;
	return ERR_OK;
}

void roster_build_free(struct roster_build *b)
{
	if (!b)
		return;
	for (size_t i = 0; i < b->n; i++) {
		free(b->v[i].line);
		free(b->v[i].sub);
	}
	free(b->v);
	buf_free(&b->line);
	free(b);
}
