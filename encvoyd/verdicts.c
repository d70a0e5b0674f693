/* SPDX-License-Identifier: MIT */
#include "encvoyd/verdicts.h"

#include <string.h>

#define DAY 86400 /* no token is believed for longer without a question */

void verdicts_init(struct verdicts *c, const uint8_t *secret)
{
	*c = (struct verdicts){0};
	memcpy(c->secret, secret, sizeof(c->secret));
	TAILQ_INIT(&c->granted);
	TAILQ_INIT(&c->others);
}

static void drop(struct verdicts *c, struct verdict_entry *e)
{
	LIST_REMOVE(e, bucket);
	if (e->granted) {
		TAILQ_REMOVE(&c->granted, e, age);
		c->n_granted--;
	} else {
		TAILQ_REMOVE(&c->others, e, age);
		c->n_others--;
	}
	explicit_bzero(e, sizeof(*e));
	free(e);
}

static void sift_list(struct verdicts *c, struct verdicts_list *list,
    bool (*doomed)(void *arg, const char *sub), void *arg)
{
	struct verdict_entry *e, *next;

	for (e = TAILQ_FIRST(list); e; e = next) {
		next = TAILQ_NEXT(e, age);
		if (doomed(arg, e->who.sub))
			drop(c, e);
	}
}

void verdicts_sift(struct verdicts *c, bool (*doomed)(void *arg, const char *sub), void *arg)
{
	sift_list(c, &c->granted, doomed, arg);
	sift_list(c, &c->others, doomed, arg);
}

static bool every(void *arg, const char *sub)
{
	(void)arg, (void)sub;
	return true;
}

void verdicts_clear(struct verdicts *c)
{
	verdicts_sift(c, every, NULL);
}

static bool is_sub(void *arg, const char *sub)
{
	return strcmp(sub, arg) == 0;
}

void verdicts_forget_sub(struct verdicts *c, const char *sub)
{
	char copy[SUB_MAX_LEN + 1];

	if (memccpy(copy, sub, 0, sizeof(copy)))
		verdicts_sift(c, is_sub, copy);
}

/* Its length goes first, so that no two sets of fields read alike. */
static void add_field(struct blake2s *b, const char *text, size_t len)
{
	uint64_t n = len;

	blake2s_add(b, &n, sizeof(n));
	blake2s_add(b, text, len);
}

void verdicts_key(const struct verdicts *c, const char *user, const char *service,
    const char *client_id, const struct secret *answer, uint8_t ret[BLAKE2S_SIZE])
{
	struct blake2s b;

	blake2s_init(&b, c->secret, sizeof(c->secret));
	add_field(&b, user, strlen(user));
	add_field(&b, service, strlen(service));
	add_field(&b, client_id, strlen(client_id));
	add_field(&b, secret_str(answer), secret_len(answer));
	blake2s_end(&b, ret);
}

static size_t bucket_of(const uint8_t *key)
{
	return ((size_t)key[0] | (size_t)key[1] << 8) % VERDICTS_BUCKETS;
}

static struct verdict_entry *find(struct verdicts *c, const uint8_t *key)
{
	struct verdict_entry *e;

	LIST_FOREACH(e, &c->buckets[bucket_of(key)], bucket)
	if (secret_equal(e->key, sizeof(e->key), key, sizeof(e->key)))
		return e;
	return NULL;
}

void verdicts_forget(struct verdicts *c, const uint8_t *key)
{
	struct verdict_entry *e = find(c, key);

	if (e)
		drop(c, e);
}

static bool is_over(const struct verdict_entry *e, struct verdicts_now now)
{
	return now.ms >= e->end_ms || now.unix_s >= e->end;
}

enum verdicts_state verdicts_look(struct verdicts *c, const uint8_t *key, struct verdicts_now now,
    const struct verdict_entry **ret)
{
	struct verdict_entry *e = find(c, key);

	if (!e)
		return VERDICTS_NONE;
	if (is_over(e, now)) {
		drop(c, e);
		return VERDICTS_NONE;
	}
	if (e->granted) {
		TAILQ_REMOVE(&c->granted, e, age);
		TAILQ_INSERT_TAIL(&c->granted, e, age);
	}
	*ret = e;
	if (now.ms < e->fresh_ms)
		return VERDICTS_FRESH;
	return e->away ? VERDICTS_AWAY : VERDICTS_STALE;
}

static void make_room(struct verdicts *c, bool granted)
{
	if (granted && c->n_granted >= VERDICTS_GRANTED)
		drop(c, TAILQ_FIRST(&c->granted));
	else if (!granted && c->n_others >= VERDICTS_OTHERS)
		drop(c, TAILQ_FIRST(&c->others));
}

/* In place of what there was for the key. */
static struct verdict_entry *put(struct verdicts *c, const uint8_t *key, bool granted)
{
	struct verdict_entry *e;

	verdicts_forget(c, key);
	make_room(c, granted);
	e = calloc(1, sizeof(*e));
	if (!e)
		return NULL;
	memcpy(e->key, key, sizeof(e->key));
	e->granted = granted;
	LIST_INSERT_HEAD(&c->buckets[bucket_of(key)], e, bucket);
	if (granted) {
		TAILQ_INSERT_TAIL(&c->granted, e, age);
		c->n_granted++;
	} else {
		TAILQ_INSERT_TAIL(&c->others, e, age);
		c->n_others++;
	}
	return e;
}

/* Seconds for which a verdict may be used at all. */
static int64_t life_of(const struct msg_identity *who, bool granted, int64_t ttl, int64_t now)
{
	int64_t life = granted ? DAY : VERDICTS_OTHERS_MS / 1000;

	/* a token that does not tell its end is asked about anew each time */
	if (!who->expires)
		return life < ttl ? life : ttl;
	if (who->expires <= (uint64_t)now)
		return 0;
	return who->expires - (uint64_t)now < (uint64_t)life ? (int64_t)who->expires - now : life;
}

void verdicts_keep(struct verdicts *c, const uint8_t *key, const struct msg_identity *who,
    bool granted, uint64_t ttl, struct verdicts_now now)
{
	int64_t life = life_of(who, granted, (int64_t)ttl, now.unix_s);
	struct verdict_entry *e;

	if (life <= 0) {
		verdicts_forget(c, key);
		return;
	}
	e = put(c, key, granted);
	if (!e)
		return;
	e->who = *who;
	e->who.full = false;
	e->end = now.unix_s + life;
	e->end_ms = now.ms + life * 1000;
	e->fresh_ms = granted ? now.ms + (int64_t)ttl * 1000 : e->end_ms;
}

void verdicts_refuse(struct verdicts *c, const uint8_t *key, enum err code, struct verdicts_now now)
{
	struct verdict_entry *e = code != ERR_OK ? put(c, key, false) : NULL;

	if (!e)
		return;
	e->code = code;
	e->end_ms = now.ms + VERDICTS_OTHERS_MS;
	e->end = INT64_MAX;
	e->fresh_ms = e->end_ms;
}

void verdicts_away(struct verdicts *c, const uint8_t *key, struct verdicts_now now)
{
	struct verdict_entry *e = find(c, key);

	if (!e || !e->granted)
		return;
	e->away = true;
	e->fresh_ms = now.ms + VERDICTS_AWAY_MS;
}

bool verdicts_is_outage(enum err code)
{
	switch (code) {
	case ERR_TIMEOUT:
	case ERR_NO_DAEMON:
	case ERR_PROVIDER_UNREACHABLE:
	case ERR_PROVIDER_ERROR:
	case ERR_TLS:
		return true;
	default:
		return false;
	}
}
