/* SPDX-License-Identifier: MIT */
/* `user import`: lines are collected and become one transaction. */
#include "encvoyd/admin_verbs.h"

#include "encvoyd/ids.h"

#include <stdlib.h>
#include <string.h>

/* The listener answers nobody while an import is applied: a few seconds at this size. */
#define LINES_MAX 100000

struct line {
	char *sub;
	char *name;
	char *gecos;
};

struct import {
	struct line *v;
	size_t n;
	size_t room;
};

static void line_free(struct line *l)
{
	free(l->sub);
	free(l->name);
	free(l->gecos);
}

void import_free(struct import *i)
{
	if (!i)
		return;
	for (size_t k = 0; k < i->n; k++)
		line_free(&i->v[k]);
	free(i->v);
	free(i);
}

static bool make_room(struct import *i)
{
	size_t room = i->room ? i->room * 2 : 64;
	struct line *v;

	if (i->n < i->room)
		return true;
	v = reallocarray(i->v, room, sizeof(*v));
	if (!v)
		return false;
	i->v = v;
	i->room = room;
	return true;
}

enum err admin_user_import(struct call *c)
{
	struct import *i = c->s->import;
	struct line l;

	if (!i)
		i = c->s->import = calloc(1, sizeof(*i));
	if (!i || !make_room(i))
		return ERR_NOMEM;
	if (i->n == LINES_MAX) {
		admin_say(c, "at most %d lines at a time", LINES_MAX);
		return ERR_TOO_MANY;
	}
	l = (struct line){.sub = strdup(c->args[0]),
	    .name = strdup(c->args[1]),
	    .gecos = strdup(c->n > 2 ? c->args[2] : "")};
	if (!l.sub || !l.name || !l.gecos) {
		line_free(&l);
		return ERR_NOMEM;
	}
	i->v[i->n++] = l;
	return ERR_OK;
}

static enum err apply_line(struct call *c, const struct line *l, size_t number)
{
	const struct binding b = {
	    .sub = l->sub, .name = l->name, .gecos = l->gecos, .by = "import"};
	struct entry entry;
	enum err e = l->name[0] ? admin_bind(c->a, &b, &entry) : ERR_BAD_NAME;

	if (e != ERR_OK)
		admin_say(c, "line %zu (%.64s %.64s): %s", number, l->sub, l->name,
		    e == ERR_EXISTS ? "the person has another name already" : err_text(e));
	return e;
}

static enum err apply(struct call *c, const struct import *i)
{
	enum err e = db_begin(c->a->ids->db);

	if (e != ERR_OK)
		return e;
	for (size_t k = 0; k < i->n && e == ERR_OK; k++)
		e = apply_line(c, &i->v[k], k + 1);
	if (e == ERR_OK)
		return db_commit(c->a->ids->db);
	db_rollback(c->a->ids->db);
	return e;
}

enum err admin_user_import_commit(struct call *c)
{
	struct import *i = c->s->import;
	enum err e;

	if (!i)
		return ERR_OK;
	e = apply(c, i);
	c->out->changed = e == ERR_OK;
	import_free(i);
	c->s->import = NULL;
	return e;
}
