/* SPDX-License-Identifier: MIT */
/* The provider's REST directory as a source. The listings of a pass tell who is there, blocked, of
 * which role; they do not tell the login, so each one's details are fetched, too: of those who are
 * new or listed otherwise than before at once, of the others in turn (person_due). What was fetched
 * stays known when the pass fails later; the listener hears of people only when all is there. */
#include "encvoyd/online/source.h"

#include "common/str.h"
#include "encvoyd/online/api_client.h"
#include "encvoyd/online/api_listing.h"
#include "encvoyd/online/api_person.h"
#include "oidc/form.h"
#include "sys/clock.h"

#include <string.h>

#define PASS_MS (30 * 60 * 1000)
#define FIND_MS 20000
#define APPLICATIONS_MAX 32

struct source {
	const struct conf *conf;
	struct api api;
	struct apidir_fields fields;
	char *application[APPLICATIONS_MAX];
	size_t n_applications;
	struct people people;
	uint32_t pass;
};

static void close_source(struct source *s)
{
	if (!s)
		return;
	api_close(&s->api);
	people_free(&s->people);
	for (size_t i = 0; i < s->n_applications; i++)
		free(s->application[i]);
	free(s);
}

static void close_sourcep(struct source **s)
{
	close_source(*s);
}

static bool is_listed(const struct source *s, struct slice name)
{
	for (size_t i = 0; i < s->n_applications; i++)
		if (slice_is(name, s->application[i]))
			return true;
	return false;
}

static enum err find_applications(struct source *s)
{
	struct slice rest = slice_of(s->conf->api_applications), one;

	while (slice_next(&rest, ", \t", &one)) {
		if (s->n_applications == APPLICATIONS_MAX || !role_ok(one))
			return ERR_CONFIG;
		if (is_listed(s, one))
			continue;
		s->application[s->n_applications] = strndup(one.p, one.len);
		if (!s->application[s->n_applications])
			return ERR_NOMEM;
		s->n_applications++;
	}
	return s->n_applications ? ERR_OK : ERR_CONFIG;
}

static enum err open_source(const struct conf *conf, struct http *http,
    const struct msg_directory *have, struct source **ret)
{
	CLEANUP(close_sourcep) struct source *s = calloc(1, sizeof(*s));
	enum err e;

	(void)have; /* serials are a roster's */
	if (!s)
		return ERR_NOMEM;
	s->conf = conf;
	s->fields =
	    (struct apidir_fields){conf->ssh_key_field, conf->shell_field, conf->home_field};
	e = api_open(&s->api, conf, http);
	if (e == ERR_OK)
		e = find_applications(s);
	if (e == ERR_OK)
		*ret = TAKE_PTR(s);
	return e;
}

/* Whose details are fetched in one go. */
struct round {
	struct source *s;
	struct people *people;
	size_t *which;
	size_t n;
};

static void put_path(void *arg, size_t i, struct buf *out)
{
	const struct round *r = arg;
	const struct person *p = &r->people->v[r->which[i]];

	buf_text(out, "/clients/");
	form_escape(out, slice_of(r->s->application[p->app]));
	buf_printf(out, "/users/%lld", (long long)p->id);
}

static enum err take_details(void *arg, size_t i, const struct api_answer *a)
{
	const struct round *r = arg;
	struct person *p = &r->people->v[r->which[i]];
	AUTO_JSON struct json *j = NULL;
	struct apidir_details d;
	enum err e = json_parse_object(a->body, a->len, APIDIR_MAX_LEN, &j);

	if (e != ERR_OK)
		return e == ERR_BAD_JSON ? ERR_PROVIDER_ERROR : e;
	e = apidir_details(j, &r->s->fields, &d);
	if (e == ERR_PERMISSION)
		return api_fail(&r->s->api, e, "logins are hidden from the service account",
		    "it must be EDITOR of the provider's system application");
	if (e != ERR_OK || d.id != p->id)
		return ERR_PROVIDER_ERROR;
	return person_keep(p, &d, r->s->pass);
}

/* Nobody stops the directory by what he writes into his own profile. */
static enum err keep_without_details(void *arg, size_t i)
{
	const struct round *r = arg;

	return person_keep(&r->people->v[r->which[i]], NULL, r->s->pass);
}

static enum err fetch(struct source *s, struct people *people)
{
	AUTO_FREE size_t *which = calloc(people->n + 1, sizeof(*which));
	struct round round = {.s = s, .people = people, .which = which};
	struct api_job job = {.path = put_path,
	    .take = take_details,
	    .too_long = keep_without_details,
	    .arg = &round};

	if (!which)
		return ERR_NOMEM;
	for (size_t i = 0; i < people->n; i++)
		if (person_due(&people->v[i], s->pass))
			which[job.n++] = i;
	return api_run(&s->api, &job);
}

static enum err tell(const struct people *people, const struct person_sink *sink)
{
	AUTO_FREE struct msg_person *m = malloc(sizeof(*m));
	enum err e = m ? ERR_OK : ERR_NOMEM;

	for (size_t i = 0; i < people->n && e == ERR_OK; i++) {
		person_tell(&people->v[i], m);
		e = sink->person(sink->arg, m);
	}
	return e;
}

static enum err list_all(struct source *s)
{
	AUTO_PEOPLE struct people now = {0};
	enum err e = ERR_OK;

	for (unsigned i = 0; i < s->n_applications && e == ERR_OK; i++)
		e = listing_get(&s->api, i, s->application[i], &now);
	if (e == ERR_OK)
		e = people_settle(&now);
	if (e != ERR_OK)
		return e;
	people_carry(&now, &s->people);
	people_free(&s->people);
	s->people = now;
	now = (struct people){0};
	return ERR_OK;
}

static enum err end_with(struct source *s, enum err e, struct msg_end *end)
{
	api_rest(&s->api);
	*end = (struct msg_end){.code = e};
	if (e != ERR_OK && !str_copy(end->detail, sizeof(end->detail), s->api.detail))
		end->detail[0] = 0;
	return e;
}

static enum err sync_all(struct source *s, const struct person_sink *sink, struct msg_end *end)
{
	enum err e;

	s->pass++;
	s->api.deadline = clock_mono_ms() + PASS_MS;
	e = list_all(s);
	if (e == ERR_OK)
		e = fetch(s, &s->people);
	if (e == ERR_OK)
		e = tell(&s->people, sink);
	return end_with(s, e, end);
}

/* Each application is asked, for the roles there. Only who has exactly this login is told. */
static enum err find_one(struct source *s, const char *login, const struct person_sink *sink)
{
	AUTO_PEOPLE struct people found = {0};
	enum err e = ERR_OK;

	for (unsigned i = 0; i < s->n_applications && e == ERR_OK; i++)
		e = listing_find(&s->api, i, s->application[i], login, &found);
	if (e == ERR_OK)
		e = people_settle(&found);
	if (e != ERR_OK || found.n == 0)
		return e;
	if (found.n > 1)
		return api_fail(
		    &s->api, ERR_PROVIDER_ERROR, "two applications name two people", "");
	e = fetch(s, &found);
	if (e != ERR_OK)
		return e;
	/* the details begin with the login */
	return strcmp(found.v[0].details, login) == 0 ? tell(&found, sink) : ERR_OK;
}

static enum err find_login(
    struct source *s, const char *login, const struct person_sink *sink, struct msg_end *end)
{
	s->api.deadline = clock_mono_ms() + FIND_MS;
	s->api.detail[0] = 0;
	return end_with(s, *login ? find_one(s, login, sink) : ERR_OK, end);
}

const struct source_ops source_api = {
    .open = open_source, .sync = sync_all, .find = find_login, .close = close_source};
