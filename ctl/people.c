/* SPDX-License-Identifier: MIT */
#include "ctl/people.h"

#include "common/name.h"
#include "common/record.h"
#include "common/str.h"

#include <stdio.h>
#include <string.h>

#define PEOPLE_MAX 4000000

void people_free(struct people *p)
{
	for (size_t i = 0; i < p->n; i++) {
		free(p->v[i].sub);
		free(p->v[i].name);
		free(p->v[i].gecos);
	}
	free(p->v);
	*p = (struct people){0};
}

struct parser {
	struct people *people;
	size_t room;
	unsigned line;
	people_fault fault;
	void *arg;
};

static void refuse(struct parser *p, unsigned line, const char *why)
{
	p->people->faults++;
	p->fault(p->arg, line, why);
}

static struct slice next_word(struct slice *rest)
{
	struct slice word = slice_trim(*rest);
	size_t n = 0;

	while (n < word.len && word.p[n] != ' ' && word.p[n] != '\t')
		n++;
	*rest = slice_trim((struct slice){word.p + n, word.len - n});
	return (struct slice){word.p, n};
}

static enum err keep(struct parser *p, struct slice sub, struct slice name, struct slice gecos)
{
	struct people *all = p->people;
	struct person *one;

	if (all->n == PEOPLE_MAX)
		return ERR_TOO_LONG;
	if (all->n == p->room) {
		size_t room = p->room ? p->room * 2 : 64;
		struct person *v = realloc(all->v, room * sizeof(*v));

		if (!v)
			return ERR_NOMEM;
		all->v = v;
		p->room = room;
	}
	one = &all->v[all->n++];
	*one = (struct person){.sub = strndup(sub.p, sub.len),
	    .name = strndup(name.p, name.len),
	    .gecos = strndup(gecos.p, gecos.len),
	    .line = p->line};
	return one->sub && one->name && one->gecos ? ERR_OK : ERR_NOMEM;
}

static bool gecos_is_ok(struct slice gecos)
{
	char copy[RECORD_TEXT_MAX + 1];

	if (gecos.len > RECORD_TEXT_MAX)
		return false;
	memcpy(copy, gecos.p, gecos.len);
	copy[gecos.len] = 0;
	return gecos_ok(copy);
}

static enum err parse_line(struct parser *p, struct slice rest)
{
	struct slice sub = next_word(&rest);
	struct slice name = next_word(&rest);

	if (!name.len)
		refuse(p, p->line, "is not of the form SUB NAME [GECOS]");
	else if (!sub_ok(sub.p, sub.len))
		refuse(p, p->line, "does not begin with a subject identifier");
	else if (!name_ok(name.p, name.len))
		refuse(p, p->line,
		    "has a name that cannot be a user name here (small letters, digits, '_', '-' "
		    "and single dots, at most 32 bytes, a letter or '_' first)");
	else if (!gecos_is_ok(rest))
		refuse(p, p->line, "has a GECOS text that is too long, unprintable or with ':'");
	else
		return keep(p, sub, name, rest);
	return ERR_OK;
}

static int by_sub(const void *a, const void *b)
{
	const struct person *const *x = a, *const *y = b;
	int order = strcmp((*x)->sub, (*y)->sub);

	return order ? order : ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

static int by_name(const void *a, const void *b)
{
	const struct person *const *x = a, *const *y = b;
	int order = strcmp((*x)->name, (*y)->name);

	return order ? order : ((*x)->line > (*y)->line) - ((*x)->line < (*y)->line);
}

static void find_twins(struct parser *p, const struct person **sorted)
{
	const struct people *all = p->people;
	char why[128];

	qsort(sorted, all->n, sizeof(*sorted), by_sub);
	for (size_t i = 1; i < all->n; i++) {
		if (strcmp(sorted[i - 1]->sub, sorted[i]->sub) != 0)
			continue;
		snprintf(why, sizeof(why), "has the same subject identifier as line %u",
		    sorted[i - 1]->line);
		refuse(p, sorted[i]->line, why);
	}
	qsort(sorted, all->n, sizeof(*sorted), by_name);
	for (size_t i = 1; i < all->n; i++) {
		if (strcmp(sorted[i - 1]->name, sorted[i]->name) != 0)
			continue;
		snprintf(why, sizeof(why), "has the same name as line %u", sorted[i - 1]->line);
		refuse(p, sorted[i]->line, why);
	}
}

static enum err check_twins(struct parser *p)
{
	AUTO_FREE const struct person **sorted = NULL;

	if (!p->people->n)
		return ERR_OK;
	sorted = calloc(p->people->n, sizeof(*sorted));
	if (!sorted)
		return ERR_NOMEM;
	for (size_t i = 0; i < p->people->n; i++)
		sorted[i] = &p->people->v[i];
	find_twins(p, sorted);
	return ERR_OK;
}

enum err people_parse(
    const char *text, size_t len, people_fault fault, void *arg, struct people *ret)
{
	struct parser p = {.people = ret, .fault = fault, .arg = arg};
	enum err e = ERR_OK;

	*ret = (struct people){0};
	while (len && e == ERR_OK) {
		const char *nl = memchr(text, '\n', len);
		size_t n = nl ? (size_t)(nl - text) : len;
		struct slice line = slice_trim((struct slice){text, n});

		p.line++;
		if (memchr(line.p, 0, line.len) || !utf8_valid(line.p, line.len))
			refuse(&p, p.line, "is not plain UTF-8 text");
		else if (line.len && line.p[0] != '#')
			e = parse_line(&p, line);
		n += nl != NULL;
		text += n;
		len -= n;
	}
	if (e == ERR_OK)
		e = check_twins(&p);
	if (e == ERR_OK && ret->faults)
		e = ERR_CONFIG;
	return e;
}
