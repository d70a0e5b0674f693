/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/api_person.h"

#include "common/str.h"

#include <stdlib.h>
#include <string.h>

#define LINES_MAX 128 /* roles of one person */

static void person_drop(struct person *p)
{
	free(p->name);
	free(p->roles);
	free(p->details);
	*p = (struct person){0};
}

void people_cut(struct people *p, size_t n)
{
	while (p->n > n)
		person_drop(&p->v[--p->n]);
}

void people_free(struct people *p)
{
	people_cut(p, 0);
	free(p->v);
	*p = (struct people){0};
}

static char *name_of(const struct apidir_row *row)
{
	AUTO_BUF struct buf b = {0};

	buf_init(&b, RECORD_TEXT_MAX);
	buf_text(&b, row->given_name);
	if (*row->given_name && *row->family_name)
		buf_text(&b, " ");
	buf_text(&b, row->family_name);
	if (b.len == 0 || b.err != ERR_OK)
		return strdup(row->nickname);
	return buf_take_str(&b);
}

static enum err grow(struct people *p)
{
	size_t cap = p->cap ? p->cap * 2 : 256;
	struct person *v;

	if (p->n < p->cap)
		return ERR_OK;
	v = reallocarray(p->v, cap, sizeof(*v));
	if (!v)
		return ERR_NOMEM;
	p->v = v;
	p->cap = cap;
	return ERR_OK;
}

enum err people_add(
    struct people *p, const struct apidir_row *row, unsigned app, const char *application)
{
	struct person one = {
	    .id = row->id, .app = app, .blocked = row->blocked, .deleted = row->deleted};
	AUTO_BUF struct buf roles = {0};
	enum err e = grow(p);

	if (e != ERR_OK)
		return e;
	buf_init(&roles, ROLES_MAX);
	if (app == 0)
		buf_printf(&roles, "%s\n", row->role);
	buf_printf(&roles, "%s/%s\n", application, row->role);
	if (roles.err != ERR_OK)
		return roles.err;
	one.name = name_of(row);
	one.roles = buf_take_str(&roles);
	p->v[p->n++] = one;
	return one.name && one.roles ? ERR_OK : ERR_NOMEM;
}

static int by_id(const void *a, const void *b)
{
	const struct person *x = a, *y = b;

	if (x->id != y->id)
		return x->id < y->id ? -1 : 1;
	return x->app < y->app ? -1 : x->app > y->app;
}

/* The listings were not read at the same moment: who is blocked in one of them is blocked. */
static enum err join(struct person *into, const struct person *more)
{
	AUTO_BUF struct buf roles = {0};
	char *text;

	buf_init(&roles, ROLES_MAX);
	buf_text(&roles, into->roles);
	buf_text(&roles, more->roles);
	text = buf_take_str(&roles);
	if (!text)
		return roles.err != ERR_OK ? roles.err : ERR_NOMEM;
	free(into->roles);
	into->roles = text;
	into->blocked |= more->blocked;
	into->deleted |= more->deleted;
	return ERR_OK;
}

enum err people_settle(struct people *p)
{
	enum err e = ERR_OK;
	size_t n = 0;

	if (p->n)
		qsort(p->v, p->n, sizeof(*p->v), by_id);
	for (size_t i = 0; i < p->n; i++) {
		if (n && p->v[n - 1].id == p->v[i].id) {
			if (e == ERR_OK)
				e = join(&p->v[n - 1], &p->v[i]);
			person_drop(&p->v[i]);
		} else {
			struct person one = p->v[i];

			p->v[i] = (struct person){0};
			p->v[n++] = one;
		}
	}
	p->n = n;
	return e;
}

static bool same_listing(const struct person *a, const struct person *b)
{
	return a->app == b->app && a->blocked == b->blocked && a->deleted == b->deleted &&
	       strcmp(a->name, b->name) == 0 && strcmp(a->roles, b->roles) == 0;
}

void people_carry(struct people *p, struct people *before)
{
	size_t k = 0;

	for (size_t i = 0; i < p->n; i++) {
		while (k < before->n && before->v[k].id < p->v[i].id)
			k++;
		if (k == before->n)
			return;
		if (before->v[k].id != p->v[i].id || !same_listing(&p->v[i], &before->v[k]))
			continue;
		p->v[i].details = before->v[k].details;
		p->v[i].fetched = before->v[k].fetched;
		before->v[k].details = NULL;
	}
}

/* Each is anew when it is his turn, which spreads them over the passes. */
bool person_due(const struct person *p, uint32_t pass)
{
	uint32_t turn = (uint32_t)(p->id % PERSON_PASSES);

	if (!p->details || pass - p->fetched >= PERSON_PASSES)
		return true;
	return pass % PERSON_PASSES == turn && p->fetched != pass;
}

/* As lines of an authorized_keys file: other programs' line ends and tabs are taken for ours. */
static void put_keys(struct buf *b, const char *text)
{
	size_t start = b->len;

	for (; *text; text++)
		if (*text != '\r')
			buf_put_u8(b, *text == '\t' ? ' ' : (uint8_t)*text);
	buf_put_u8(b, 0);
	if (b->err == ERR_OK && !text_printable((const char *)b->data + start)) {
		b->len = start;
		buf_put_u8(b, 0);
	}
}

enum err person_keep(struct person *p, const struct apidir_details *d, uint32_t pass)
{
	static const struct apidir_details none = {.login = "", .locale = ""};
	AUTO_BUF struct buf b = {0};
	const char *texts[4];

	if (!d)
		d = &none;
	texts[0] = d->login;
	texts[1] = d->locale;
	texts[2] = d->shell ? d->shell : "";
	texts[3] = d->home ? d->home : "";
	buf_init(&b, sizeof(struct msg_person));
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		buf_put(&b, texts[i], strlen(texts[i]) + 1);
	put_keys(&b, d->ssh_keys ? d->ssh_keys : "");
	if (b.err != ERR_OK)
		return b.err;
	free(p->details);
	p->details = malloc(b.len);
	if (!p->details)
		return ERR_NOMEM;
	memcpy(p->details, b.data, b.len);
	p->fetched = pass;
	return ERR_OK;
}

static int by_bytes(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sorts the lines into ret; each is another one, because applications are. */
static void put_roles(const char *text, char *ret, size_t size)
{
	char copy[ROLES_MAX + 1];
	const char *line[LINES_MAX];
	struct buf out;
	size_t n = 0;

	(void)str_copy(copy, sizeof(copy), text);
	for (char *p = copy; *p && n < LINES_MAX; n++) {
		line[n] = p;
		p += strcspn(p, "\n");
		*p++ = 0;
	}
	if (n)
		qsort(line, n, sizeof(line[0]), by_bytes);
	buf_init_fixed(&out, ret, size);
	for (size_t i = 0; i < n; i++)
		buf_printf(&out, "%s%s", i ? "\n" : "", line[i]);
	if (!buf_cstr(&out))
		ret[0] = 0;
}

void person_tell(const struct person *p, struct msg_person *ret)
{
	const char *text = p->details;
	struct buf sub;

	ret->id = 0;
	ret->blocked = p->blocked;
	ret->deleted = p->deleted;
	buf_init_fixed(&sub, ret->sub, sizeof(ret->sub));
	buf_printf(&sub, "%lld", (long long)p->id);
	(void)buf_cstr(&sub);
	(void)str_copy(ret->gecos, sizeof(ret->gecos), p->name);
	put_roles(p->roles, ret->roles, sizeof(ret->roles));
	(void)str_copy(ret->login, sizeof(ret->login), text);
	text += strlen(text) + 1;
	(void)str_copy(ret->locale, sizeof(ret->locale), text);
	text += strlen(text) + 1;
	(void)str_copy(ret->shell, sizeof(ret->shell), text);
	text += strlen(text) + 1;
	(void)str_copy(ret->home, sizeof(ret->home), text);
	text += strlen(text) + 1;
	(void)str_copy(ret->ssh_keys, sizeof(ret->ssh_keys), text);
}
