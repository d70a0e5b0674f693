/* SPDX-License-Identifier: MIT */
/* The verdict cache (SEC-10): what encvoyd-online said of an answer to a service with token_reuse,
 * who signed in or why not. Whether that person may log in is never kept: it is decided each time.
 *
 * An answer itself is not kept either. The key is a keyed hash of all of it, together with user,
 * service and client id; the hash's own key is random and lives as long as the process. Bounded:
 * verdicts that granted and all others have room of their own, so that no wrong answer ever pushes
 * out a right one. */
#ifndef ENCVOY_ENCVOYD_VERDICTS_H
#define ENCVOY_ENCVOYD_VERDICTS_H

#include "common/blake2s.h"
#include "common/proto.h"

#include <stdbool.h>
#include <stdint.h>
#include <sys/queue.h>

#define VERDICTS_BUCKETS 1024
#define VERDICTS_GRANTED 4096
#define VERDICTS_OTHERS 1024
#define VERDICTS_OTHERS_MS 5000 /* a web server asks twice */
#define VERDICTS_AWAY_MS 15000  /* before a provider that could not be reached is asked again */

struct verdict_entry {
	LIST_ENTRY(verdict_entry) bucket;
	TAILQ_ENTRY(verdict_entry) age;
	uint8_t key[BLAKE2S_SIZE];
	enum err code;           /* ERR_OK: who counts */
	struct msg_identity who; /* as verified, but no full login any more */
	bool granted;
	bool away;        /* the provider could not be reached the last time */
	int64_t fresh_ms; /* until when the provider is not asked */
	int64_t end_ms;   /* the end of a verdict, both by the clock that only grows ... */
	int64_t end;      /* ... and by that of tokens */
};
TAILQ_HEAD(verdicts_list, verdict_entry);

struct verdicts {
	uint8_t secret[BLAKE2S_SIZE];
	LIST_HEAD(, verdict_entry) buckets[VERDICTS_BUCKETS];
	struct verdicts_list granted, others; /* the least recently used first */
	size_t n_granted, n_others;
};

/* clock_mono_ms() and clock_unix(). */
struct verdicts_now {
	int64_t ms;
	int64_t unix_s;
};

/* secret: BLAKE2S_SIZE random bytes. */
void verdicts_init(struct verdicts *c, const uint8_t *secret);
/* Forgets everything; the hash's key stays. */
void verdicts_clear(struct verdicts *c);
void verdicts_forget_sub(struct verdicts *c, const char *sub);
void verdicts_forget(struct verdicts *c, const uint8_t *key);

void verdicts_key(const struct verdicts *c, const char *user, const char *service,
    const char *client_id, const struct secret *answer, uint8_t ret[BLAKE2S_SIZE]);

enum verdicts_state {
	VERDICTS_NONE,
	VERDICTS_STALE, /* counts only if the provider cannot be reached, and is to be asked */
	VERDICTS_AWAY,  /* the same, and it could not be reached the last time */
	VERDICTS_FRESH, /* counts */
};
/* The entry, which stays the cache's, is written unless VERDICTS_NONE is returned. */
enum verdicts_state verdicts_look(struct verdicts *c, const uint8_t *key, struct verdicts_now now,
    const struct verdict_entry **ret);
/* Somebody signed in: kept for ttl seconds and, where the login was granted, beyond that up to the
 * token's own end; never longer than that. Without memory nothing is kept. */
void verdicts_keep(struct verdicts *c, const uint8_t *key, const struct msg_identity *who,
    bool granted, uint64_t ttl, struct verdicts_now now);
/* The answer was wrong. */
void verdicts_refuse(
    struct verdicts *c, const uint8_t *key, enum err code, struct verdicts_now now);
/* The provider could not be reached: what is held counts without a question for a while. */
void verdicts_away(struct verdicts *c, const uint8_t *key, struct verdicts_now now);

/* True for a failure that says nothing about the answer: the provider could not be asked. */
bool verdicts_is_outage(enum err code);

/* Calls drop for the sub of each verdict, and forgets those for which it returns true. */
void verdicts_sift(struct verdicts *c, bool (*drop)(void *arg, const char *sub), void *arg);

#endif
