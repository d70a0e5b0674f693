/* SPDX-License-Identifier: MIT */
#include "encvoyd/online/api_client.h"

#include "common/num.h"
#include "common/str.h"
#include "encvoyd/online/http_rules.h"
#include "oidc/apidir.h"
#include "oidc/url.h"
#include "sys/clock.h"

#include <string.h>

#define REQUEST_MS 9000 /* below http's own, so that silence can be told from other failures */
#define FAILURES_MAX 4
#define SILENCES_MAX 2
#define PAUSE_MS 400 /* after the first failure; then doubled */
#define TICK_MS 200  /* how late a listener that left may be noticed */
#define FDS_PER_SLOT 4

enum err api_fail(struct api *a, enum err e, const char *what, const char *more)
{
	struct buf text;

	buf_init_fixed(&text, a->detail, sizeof(a->detail));
	str_printable(&text, what, strlen(what), 120);
	if (*more)
		buf_text(&text, ": ");
	buf_text(&text, more);
	if (!buf_cstr(&text))
		a->detail[0] = 0;
	return e;
}

enum err api_open(struct api *a, const struct conf *conf, struct http *http)
{
	*a = (struct api){.conf = conf, .signin = {.conf = conf, .http = http}};
	while (a->n_slots < conf->api_parallel && a->n_slots < API_SLOTS_MAX) {
		struct api_slot *s = &a->slot[a->n_slots];
		enum err e = http_like(http, &s->http);

		if (e != ERR_OK)
			return e;
		buf_init(&s->url, URL_MAX_LEN);
		buf_init_secret(&s->authorization, HTTP_HEADERS_MAX);
		a->n_slots++;
	}
	return ERR_OK;
}

void api_close(struct api *a)
{
	for (size_t i = 0; i < a->n_slots; i++) {
		http_free(a->slot[i].http);
		buf_free(&a->slot[i].url);
		buf_free(&a->slot[i].authorization);
	}
	a->n_slots = 0;
	signin_close(&a->signin);
}

void api_rest(struct api *a)
{
	for (size_t i = 0; i < a->n_slots; i++) {
		http_rest(a->slot[i].http);
		buf_free(&a->slot[i].authorization);
		a->slot[i].state = SLOT_FREE;
	}
	http_rest(a->signin.http);
}

static void on_header(void *arg, struct slice line)
{
	struct api_slot *s = arg;
	struct slice value;

	if (http_header_is(line, "X-Total-Count", &value))
		s->answer.has_total =
		    num_parse(value.p, value.len, UINT32_MAX, &s->answer.total) == ERR_OK;
}

static enum err ensure_token(struct api *a)
{
	enum err e = signin_token(&a->signin, a->deadline);

	return e == ERR_OK ? e : api_fail(a, e, a->signin.detail, "");
}

static enum err begin(struct api *a, struct api_slot *s)
{
	int64_t until = clock_mono_ms() + REQUEST_MS;
	struct http_request r = {.on_header = on_header, .arg = s};
	enum err e = ensure_token(a);

	if (e != ERR_OK)
		return e;
	buf_reset(&s->authorization);
	buf_printf(&s->authorization, "Bearer %s", secret_str(a->signin.access));
	r.url = buf_cstr(&s->url);
	r.authorization = buf_cstr(&s->authorization);
	r.deadline = until < a->deadline ? until : a->deadline;
	if (!r.url || !r.authorization)
		return api_fail(a, ERR_TOO_LONG, "an address", err_text(ERR_TOO_LONG));
	s->token = a->signin.generation;
	s->answer = (struct api_answer){0};
	s->state = SLOT_RUNNING;
	e = http_start(s->http, &r);
	return e == ERR_OK ? e : api_fail(a, e, r.url, err_text(e));
}

static void take_next(struct api *a, struct api_slot *s, const struct api_job *job, size_t i)
{
	buf_reset(&s->url);
	buf_text(&s->url, a->conf->api_url ? a->conf->api_url : a->conf->issuer);
	if (!a->conf->api_url)
		buf_text(&s->url, "/api/v1");
	job->path(job->arg, i, &s->url);
	s->i = i;
	s->state = SLOT_WAITING;
	s->start_at = 0;
	s->failures = s->silences = 0;
	s->renewed = false;
}

static enum err again(struct api_slot *s, int64_t pause_ms)
{
	s->state = SLOT_WAITING;
	s->start_at = clock_mono_ms() + pause_ms;
	return ERR_OK;
}

/* What the provider says about itself. */
static enum err fail_with_message(
    struct api *a, struct api_slot *s, enum err e, const struct http_answer *answer)
{
	char message[160], text[200];
	struct buf why;

	apidir_message(answer->body.data, answer->body.len, message, sizeof(message));
	buf_init_fixed(&why, text, sizeof(text));
	buf_printf(&why, "status %u %s", answer->status, message);
	return api_fail(a, e, buf_cstr(&s->url), buf_cstr(&why) ? text : "");
}

/* A new token for the first one who was refused with the old; the others only ask again. */
static enum err refused(struct api *a, struct api_slot *s, const struct http_answer *answer)
{
	if (s->renewed)
		return fail_with_message(a, s, ERR_PERMISSION, answer);
	s->renewed = true;
	if (s->token == a->signin.generation)
		signin_refused(&a->signin);
	return again(s, 0);
}

static bool may_pass(enum err e)
{
	return e == ERR_PROVIDER_ERROR || e == ERR_PROVIDER_UNREACHABLE || e == ERR_TIMEOUT;
}

static enum err failed(struct api *a, struct api_slot *s, enum err e)
{
	const char *why = http_detail(s->http);
	bool silent = e == ERR_TIMEOUT;

	if (may_pass(e) && clock_mono_ms() < a->deadline) {
		s->failures++;
		s->silences += silent;
		if (s->failures < FAILURES_MAX && s->silences < SILENCES_MAX)
			return again(s, silent ? 0 : (int64_t)PAUSE_MS << s->failures);
	}
	if (silent)
		why = "no answer";
	return api_fail(a, e, buf_cstr(&s->url), *why ? why : err_text(e));
}

static enum err settle(struct api *a, struct api_slot *s, const struct api_job *job)
{
	AUTO_ANSWER struct http_answer answer = {0};
	enum err e = http_finish(s->http, &answer);

	s->state = SLOT_FREE;
	if (e != ERR_OK && job->too_long && http_body_too_long(s->http))
		return job->too_long(job->arg, s->i);
	if (e != ERR_OK)
		return failed(a, s, e);
	if (answer.status == 401)
		return refused(a, s, &answer);
	if (answer.status == 403)
		return fail_with_message(a, s, ERR_PERMISSION, &answer);
	if (answer.status != 200)
		return fail_with_message(a, s, ERR_PROVIDER_ERROR, &answer);
	s->answer.body = answer.body.data;
	s->answer.len = answer.body.len;
	e = job->take(job->arg, s->i, &s->answer);
	if (e == ERR_TOO_LONG && job->too_long)
		return job->too_long(job->arg, s->i);
	if (e == ERR_OK || (!may_pass(e) && a->detail[0]))
		return e;
	return failed(a, s, e);
}

/* Waits for the network, a pause to end, or the listener to leave. */
static enum err wait_for(struct api *a, int timeout_ms)
{
	struct pollfd fds[API_SLOTS_MAX * FDS_PER_SLOT];
	size_t n = 0;

	for (size_t i = 0; i < a->n_slots; i++) {
		struct api_slot *s = &a->slot[i];
		int64_t left = s->start_at - clock_mono_ms();

		if (s->state == SLOT_RUNNING)
			n += http_poll_set(s->http, fds + n, FDS_PER_SLOT, &timeout_ms);
		else if (s->state == SLOT_WAITING && left < timeout_ms)
			timeout_ms = left > 0 ? (int)left : 0;
	}
	(void)poll(fds, n, timeout_ms);
	return http_left(a->signin.http) ? ERR_CANCELLED : ERR_OK;
}

static enum err run_slot(struct api *a, struct api_slot *s, const struct api_job *job)
{
	bool done = false;
	enum err e;

	if (s->state == SLOT_WAITING && clock_mono_ms() >= s->start_at)
		return begin(a, s);
	if (s->state != SLOT_RUNNING)
		return ERR_OK;
	e = http_step(s->http, NULL, 0, 0, &done);
	return e == ERR_OK && done ? settle(a, s, job) : e;
}

/* One round over all slots; *ret_hurry: there is one free for the next request. */
static enum err run_slots(
    struct api *a, const struct api_job *job, size_t *next, bool *ret_hurry, bool *ret_busy)
{
	enum err e = ERR_OK;

	*ret_hurry = *ret_busy = false;
	for (size_t i = 0; i < a->n_slots && e == ERR_OK; i++) {
		struct api_slot *s = &a->slot[i];

		if (s->state == SLOT_FREE && *next < job->n)
			take_next(a, s, job, (*next)++);
		e = run_slot(a, s, job);
		*ret_busy |= s->state != SLOT_FREE;
		*ret_hurry |= s->state == SLOT_FREE && *next < job->n;
	}
	return e;
}

enum err api_run(struct api *a, const struct api_job *job)
{
	enum err e = ERR_OK;
	size_t next = 0;
	bool hurry = true, busy = false;

	a->detail[0] = 0;
	for (size_t i = 0; i < a->n_slots; i++)
		a->slot[i].state = SLOT_FREE;
	while (e == ERR_OK && (busy || next < job->n)) {
		e = run_slots(a, job, &next, &hurry, &busy);
		if (e == ERR_OK)
			e = wait_for(a, hurry || !busy ? 0 : TICK_MS);
		if (e == ERR_OK && busy && clock_mono_ms() >= a->deadline)
			e = api_fail(a, ERR_TIMEOUT, "the pass", "took too long");
	}
	return e;
}
