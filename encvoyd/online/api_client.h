/* SPDX-License-Identifier: MIT */
/* Requests to the REST directory, many at a time over connections that are kept. A request that
 * fails for reasons that may pass (429, 5xx, a broken connection, nonsense) is made again, up to
 * four times with growing pauses; one without any answer once more (so the provider answers for a
 * user outside the application: for ever not); 401 gets a new token once. What still fails then
 * fails the whole. */
#ifndef ENCVOY_ONLINE_API_CLIENT_H
#define ENCVOY_ONLINE_API_CLIENT_H

#include "common/conf.h"
#include "encvoyd/online/api_signin.h"
#include "encvoyd/online/http.h"

#include <stddef.h>

#define API_SLOTS_MAX 32

/* An answer of status 200; borrowed. */
struct api_answer {
	const void *body;
	size_t len;
	bool has_total;
	uint64_t total; /* X-Total-Count */
};

/* The requests of one go, numbered from 0. */
struct api_job {
	size_t n;
	/* Appends the path below api_url, with its query. */
	void (*path)(void *arg, size_t i, struct buf *out);
	/* Takes an answer. ERR_PROVIDER_ERROR: nonsense, to be asked for again; any other error
	 * ends the job. */
	enum err (*take)(void *arg, size_t i, const struct api_answer *a);
	/* For an answer longer than HTTP_BODY_MAX, or one that take calls ERR_TOO_LONG; NULL: it
	 * ends the job. */
	enum err (*too_long)(void *arg, size_t i);
	void *arg;
};

struct api_slot {
	struct http *http;
	struct buf url;
	struct buf authorization; /* secret */
	enum {
		SLOT_FREE,
		SLOT_WAITING, /* until start_at */
		SLOT_RUNNING,
	} state;
	size_t i; /* which request */
	int64_t start_at;
	unsigned failures;
	unsigned silences;
	bool renewed;
	unsigned token; /* signin.generation when it was asked */
	struct api_answer answer;
};

struct api {
	const struct conf *conf;
	struct signin signin;
	struct api_slot slot[API_SLOTS_MAX];
	size_t n_slots;
	unsigned token;   /* generation, counts renewals */
	int64_t deadline; /* of the pass, set by the owner; clock_mono_ms() */
	char detail[256]; /* printable, of the last failure */
};

/* Both are borrowed; api_close in all cases. */
enum err api_open(struct api *a, const struct conf *conf, struct http *http);
void api_close(struct api *a);
/* Runs a job to its end. ERR_OK only when every answer was taken; ERR_CANCELLED when the one has
 * left on whose behalf we ask; ERR_PERMISSION, ERR_TIMEOUT, ERR_BAD_LOGIN ... */
enum err api_run(struct api *a, const struct api_job *job);
/* Closes the connections until the next time. */
void api_rest(struct api *a);
/* Describes a failure for the log; returns e. */
enum err api_fail(struct api *a, enum err e, const char *what, const char *more);

#endif
