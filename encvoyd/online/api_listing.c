/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/api_listing.h"

#include "oidc/form.h"

#include <string.h>

/* A page is far below what http and json accept. */
#define PAGE 100
#define STARTS_MAX 4
#define PEOPLE_MAX 1000000

struct listing {
	struct api *api;
	unsigned app;
	const char *application;
	const char *login; /* a question for one */
	struct people *people;
	size_t base; /* where ours begin */
	uint64_t total;
	uint64_t offset;
	bool shifted;
};

static void put_path(void *arg, size_t i, struct buf *out)
{
	const struct listing *l = arg;
	AUTO_BUF struct buf filter = {0};

	(void)i;
	buf_text(out, "/clients/");
	form_escape(out, slice_of(l->application));
	buf_text(out, "/users?");
	if (!l->login) {
		form_put_number(out, "limit", PAGE);
		form_put_number(out, "offset", l->offset);
		buf_text(out, "&sortBy=id&sortDirection=asc");
		return;
	}
	buf_init(&filter, 6 * LOGIN_MAX + 64);
	apidir_login_filter(l->login, &filter);
	if (buf_cstr(&filter))
		form_put(out, "filter", buf_cstr(&filter));
	else
		out->err = ERR_TOO_LONG;
}

/* The rows of a page, strictly ascending; skip leaves out the first one, which is known. */
static enum err add_rows(struct listing *l, const struct json *list, size_t n, bool skip)
{
	struct people *p = l->people;
	int64_t last = 0;

	for (size_t i = 0; i < n; i++) {
		struct apidir_row row;
		enum err e = apidir_row(list, i, &row);

		if (e == ERR_OK && row.id <= last)
			e = ERR_PROVIDER_ERROR;
		if (e != ERR_OK)
			return e;
		last = row.id;
		if (i == 0 && skip) {
			l->shifted |= p->v[p->n - 1].id != row.id;
			continue;
		}
		e = l->shifted ? ERR_OK : people_add(p, &row, l->app, l->application);
		if (e != ERR_OK)
			return e;
	}
	return ERR_OK;
}

/* What a page added before it turned out bad is taken away, for it is asked for again. */
static enum err take_rows(struct listing *l, const struct json *list, size_t n, bool skip)
{
	size_t before = l->people->n;
	enum err e = add_rows(l, list, n, skip);

	if (e != ERR_OK)
		people_cut(l->people, before);
	return e;
}

static enum err take_page(void *arg, size_t i, const struct api_answer *a)
{
	struct listing *l = arg;
	AUTO_JSON struct json *list = NULL;
	bool first = l->people->n == l->base;
	uint64_t left;
	enum err e = apidir_list(a->body, a->len, &list);

	(void)i;
	if (e == ERR_OK && !a->has_total)
		e = ERR_PROVIDER_ERROR;
	if (e != ERR_OK)
		return e;
	if (first)
		l->total = a->total;
	left = a->total > l->offset ? a->total - l->offset : 0;
	l->shifted = a->total != l->total || json_count(list) != (left < PAGE ? left : PAGE);
	if (a->total > PEOPLE_MAX)
		return ERR_TOO_LONG;
	return take_rows(l, list, json_count(list), !first);
}

static enum err get_page(struct listing *l)
{
	struct api_job job = {.n = 1, .path = put_path, .take = take_page, .arg = l};

	return api_run(l->api, &job);
}

/* All pages, unless somebody comes or goes: l->shifted then. */
static enum err get_pages(struct listing *l)
{
	enum err e;

	l->offset = 0;
	do {
		e = get_page(l);
		if (e != ERR_OK || l->shifted)
			return e;
		if (l->total == 0)
			return api_fail(l->api, ERR_PROVIDER_ERROR, l->application, "lists nobody");
		l->offset = l->people->n - l->base - 1;
	} while (l->people->n - l->base < l->total);
	return ERR_OK;
}

enum err listing_get(struct api *a, unsigned app, const char *application, struct people *people)
{
	struct listing l = {
	    .api = a, .app = app, .application = application, .people = people, .base = people->n};

	for (int i = 0; i < STARTS_MAX; i++) {
		enum err e = get_pages(&l);

		if (e == ERR_OK && !l.shifted)
			return e;
		people_cut(people, l.base);
		if (e != ERR_OK)
			return e;
	}
	return api_fail(a, ERR_PROVIDER_ERROR, application, "its list changes all the time");
}

static enum err take_found(void *arg, size_t i, const struct api_answer *a)
{
	struct listing *l = arg;
	AUTO_JSON struct json *list = NULL;
	enum err e = apidir_list(a->body, a->len, &list);

	(void)i;
	if (e == ERR_OK && (!a->has_total || a->total != json_count(list) || a->total > 1))
		e = ERR_PROVIDER_ERROR;
	return e == ERR_OK ? take_rows(l, list, json_count(list), false) : e;
}

enum err listing_find(
    struct api *a, unsigned app, const char *application, const char *login, struct people *people)
{
	struct listing l = {.api = a,
	    .app = app,
	    .application = application,
	    .login = login,
	    .people = people,
	    .base = people->n};
	struct api_job job = {.n = 1, .path = put_path, .take = take_found, .arg = &l};

	return api_run(a, &job);
}
