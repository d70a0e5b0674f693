/* SPDX-License-Identifier: MIT */
/* The verdict cache by itself: keys, times, room (SEC-10). */
#include "common/str.h"
#include "encvoyd/verdicts.h"
#include "tests/unit/tap.h"

#define T0 1000000 /* ms */
#define U0 2000000 /* s */
#define TTL 60

static const uint8_t secret[BLAKE2S_SIZE] = {1, 2, 3};
static struct verdicts c;
static const struct verdict_entry *entry;

/* Seconds after the beginning. */
static struct verdicts_now at(int64_t s)
{
	return (struct verdicts_now){T0 + s * 1000, U0 + s};
}

static void make_key(const char *user, const char *service, const char *client, const char *answer,
    size_t len, uint8_t *ret)
{
	AUTO_SECRET struct secret *a = secret_new(answer, len);

	verdicts_key(&c, user, service, client, a, ret);
}

static struct msg_identity person(const char *sub, uint64_t life)
{
	struct msg_identity m = {.full = true, .expires = life ? U0 + life : 0};

	(void)str_copy(m.sub, sizeof(m.sub), sub);
	return m;
}

static void number_key(size_t i, uint8_t *ret)
{
	memset(ret, 0, BLAKE2S_SIZE);
	memcpy(ret, &i, sizeof(i));
}

static void keep(size_t i, const char *sub, bool granted, uint64_t life)
{
	struct msg_identity m = person(sub, life);
	uint8_t key[BLAKE2S_SIZE];

	number_key(i, key);
	verdicts_keep(&c, key, &m, granted, TTL, at(0));
}

static enum verdicts_state look(size_t i, int64_t s)
{
	uint8_t key[BLAKE2S_SIZE];

	number_key(i, key);
	return verdicts_look(&c, key, at(s), &entry);
}

static bool differs(const uint8_t *a, const uint8_t *b)
{
	return memcmp(a, b, BLAKE2S_SIZE) != 0;
}

static void keys(void)
{
	static char token[2048];
	uint8_t k[8][BLAKE2S_SIZE];

	memset(token, 'a', sizeof(token));
	make_key("alice", "cloud", "nc", token, sizeof(token), k[0]);
	make_key("alice", "cloud", "nc", token, sizeof(token), k[1]);
	ok(!differs(k[0], k[1]), "the same question has the same key");
	token[sizeof(token) - 1] = 'b';
	make_key("alice", "cloud", "nc", token, sizeof(token), k[1]);
	ok(differs(k[0], k[1]), "SEC-10: all of the answer counts, also its last byte");
	token[sizeof(token) - 1] = 'a';
	make_key("alice", "cloud", "nc", token, sizeof(token) - 1, k[1]);
	ok(differs(k[0], k[1]), "SEC-10: a prefix has another key");
	make_key("bob", "cloud", "nc", token, sizeof(token), k[1]);
	make_key("alice", "mail", "nc", token, sizeof(token), k[2]);
	make_key("alice", "cloud", "host", token, sizeof(token), k[3]);
	ok(differs(k[0], k[1]), "SEC-10: another user has another key");
	ok(differs(k[0], k[2]), "SEC-10: another service, too");
	ok(differs(k[0], k[3]), "and another client id");
	make_key("alic", "ecloud", "nc", token, sizeof(token), k[4]);
	ok(differs(k[0], k[4]), "SEC-10: fields do not run into each other");
	c.secret[31] ^= 1;
	make_key("alice", "cloud", "nc", token, sizeof(token), k[5]);
	ok(differs(k[0], k[5]), "SEC-10: and another process has other keys");
	c.secret[31] ^= 1;
}

static void times(void)
{
	keep(1, "2", true, 600);
	is_int(look(1, 0), VERDICTS_FRESH, "a verdict is fresh");
	is_str(entry->who.sub, "2", "and says who");
	ok(!entry->who.full, "it is no full login any more");
	is_int(look(1, TTL - 1), VERDICTS_FRESH, "SEC-10: for verdict_ttl");
	is_int(look(1, TTL), VERDICTS_STALE, "SEC-10: then the provider is to be asked");
	is_int(
	    look(1, 599), VERDICTS_STALE, "SEC-10: what is held can serve up to the token's end");
	is_int(look(1, 600), VERDICTS_NONE, "SEC-10: never longer");
	is_int(c.n_granted, 0, "and is forgotten then");

	keep(1, "2", true, 30);
	is_int(look(1, 29), VERDICTS_FRESH, "a token that ends sooner");
	is_int(look(1, 30), VERDICTS_NONE, "SEC-10: ends its verdict, too");
	keep(1, "2", true, 600);
	entry = NULL;
	is_int(verdicts_look(
		   &c, (uint8_t[BLAKE2S_SIZE]){1}, (struct verdicts_now){T0 + 600000, U0}, &entry),
	    VERDICTS_NONE, "SEC-10: a clock set back makes no verdict last longer");
	keep(1, "2", true, 0);
	is_int(look(1, TTL - 1), VERDICTS_FRESH, "a token that does not tell its end: fresh");
	is_int(look(1, TTL), VERDICTS_NONE, "SEC-10: but never served without the provider");
	keep(1, "2", true, 600);
	verdicts_keep(&c, (uint8_t[BLAKE2S_SIZE]){1}, &(struct msg_identity){.expires = U0}, true,
	    TTL, at(0));
	is_int(
	    look(1, 0), VERDICTS_NONE, "an ended token's verdict is not kept, nor the former one");
}

static void refusals(void)
{
	uint8_t key[BLAKE2S_SIZE];

	number_key(2, key);
	verdicts_refuse(&c, key, ERR_BAD_TOKEN, at(0));
	is_int(look(2, 4), VERDICTS_FRESH, "a wrong answer is known for 5 s");
	is_int(entry->code, ERR_BAD_TOKEN, "with its reason");
	is_int(look(2, 5), VERDICTS_NONE, "SEC-10: and no longer");
	keep(2, "2", true, 600);
	verdicts_refuse(&c, key, ERR_TOKEN_INACTIVE, at(10));
	is_int(look(2, 10), VERDICTS_FRESH, "a refusal takes the place");
	is_int(entry->code, ERR_TOKEN_INACTIVE, "SEC-10: of what was good before");
	ok(look(2, 15) == VERDICTS_NONE, "SEC-10: which does not come back");
	verdicts_refuse(&c, key, ERR_OK, at(0));
	is_int(look(2, 0), VERDICTS_NONE, "SEC-03: success is no refusal");
	keep(2, "2", false, 600);
	is_int(look(2, 4), VERDICTS_FRESH, "a person who was refused is known for 5 s");
	is_int(look(2, 5), VERDICTS_NONE, "SEC-10: and never served without the provider");
}

static void outage(void)
{
	uint8_t key[BLAKE2S_SIZE];

	number_key(3, key);
	verdicts_away(&c, key, at(0));
	is_int(look(3, 0), VERDICTS_NONE, "an outage makes nothing of nothing");
	keep(3, "2", true, 600);
	verdicts_away(&c, key, at(100));
	is_int(
	    look(3, 114), VERDICTS_FRESH, "while the provider is away it is not asked each time");
	is_int(look(3, 115), VERDICTS_AWAY, "but after 15 s");
	verdicts_away(&c, key, at(595));
	is_int(look(3, 599), VERDICTS_FRESH, "SEC-10: the token's end");
	is_int(look(3, 600), VERDICTS_NONE, "SEC-10: is the end also then");
	ok(verdicts_is_outage(ERR_PROVIDER_UNREACHABLE) && verdicts_is_outage(ERR_TIMEOUT),
	    "what an outage is");
	ok(!verdicts_is_outage(ERR_OK) && !verdicts_is_outage(ERR_TOKEN_INACTIVE) &&
		!verdicts_is_outage(ERR_INTERNAL) && !verdicts_is_outage(ERR_BAD_CLIENT),
	    "SEC-03: and what none is");
}

static bool is_seven(void *arg, const char *sub)
{
	++*(int *)arg;
	return strcmp(sub, "7") == 0;
}

static void forgetting(void)
{
	int asked = 0;

	keep(1, "2", true, 600);
	keep(2, "2", true, 600);
	keep(3, "22", true, 600);
	keep(4, "7", true, 600);
	verdicts_forget_sub(&c, "2");
	ok(look(1, 0) == VERDICTS_NONE && look(2, 0) == VERDICTS_NONE,
	    "SEC-14: what is kept about one person can be forgotten");
	ok(look(3, 0) == VERDICTS_FRESH, "of that one alone");
	verdicts_sift(&c, is_seven, &asked);
	ok(asked == 2 && look(4, 0) == VERDICTS_NONE && look(3, 0) == VERDICTS_FRESH,
	    "SEC-14: or about those for whom a question says so");
	verdicts_clear(&c);
	ok(look(3, 0) == VERDICTS_NONE && c.n_granted == 0 && c.n_others == 0, "or all");
}

static void room(void)
{
	for (size_t i = 0; i < VERDICTS_GRANTED; i++)
		keep(i, "2", true, 600);
	for (size_t i = 0; i < 3 * VERDICTS_OTHERS; i++) {
		uint8_t key[BLAKE2S_SIZE];

		number_key(100000 + i, key);
		verdicts_refuse(&c, key, ERR_BAD_TOKEN, at(0));
	}
	is_int(c.n_others, VERDICTS_OTHERS, "wrong answers are bounded");
	is_int(c.n_granted, VERDICTS_GRANTED, "and push out nothing that was right");
	(void)look(0, 1);
	keep(200000, "2", true, 600);
	is_int(c.n_granted, VERDICTS_GRANTED, "right ones are bounded, too");
	ok(look(0, 1) == VERDICTS_FRESH && look(1, 1) == VERDICTS_NONE,
	    "the one that was not used for the longest time makes room");
	verdicts_clear(&c);
}

int main(void)
{
	verdicts_init(&c, secret);
	keys();
	times();
	verdicts_clear(&c);
	refusals();
	verdicts_clear(&c);
	outage();
	verdicts_clear(&c);
	forgetting();
	room();
	return tap_done();
}
