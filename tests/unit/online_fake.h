/* SPDX-License-Identifier: MIT */
/* A provider without a network, for the tests of the sign-in methods: documents, a signing key, and
 * answers that the test decides. The listener's end of the conversation is here as well. */
#ifndef ENCVOY_TESTS_UNIT_ONLINE_FAKE_H
#define ENCVOY_TESTS_UNIT_ONLINE_FAKE_H

#include "encvoyd/online/flow.h"

#include <openssl/evp.h>
#include <stdbool.h>

#define FAKE_ISSUER "https://id.example.test"

struct fake;
typedef enum err (*fake_answer)(
    struct fake *f, const struct http_request *r, struct http_answer *ret);

struct fake {
	EVP_PKEY *key;
	char jwks[512];
	char discovery[2048];
	fake_answer answer;
	unsigned requests;
	unsigned keys_asked;
	char state[128]; /* of the last pushed request */
	char nonce[128];
	unsigned n; /* for the test */
	struct conf conf;
	struct login login;
	int listener_fd;
};

/* One login of encvoy-2 to service "shell" on host1.example.test; settings are further lines of the
 * configuration. */
void fake_up(struct fake *f, fake_answer answer, const char *settings);
void fake_down(struct fake *f);

/* Takes these endpoints out of the discovery document ("introspection_endpoint"). */
void fake_without(struct fake *f, const char *member);
/* Signs claims (JSON) with the provider's key; the caller frees. */
char *fake_sign(struct fake *f, const char *claims);
/* Claims as the provider makes them: sub 2, nonce, auth_time seconds ago (0: none), and more
 * members (",\"x\":1"); the caller frees. */
char *fake_id_token(struct fake *f, const char *nonce, long auth_age, const char *more);
enum err fake_reply(struct http_answer *ret, unsigned status, const char *body);
/* A token answer with this ID token, which it frees. */
enum err fake_tokens(struct http_answer *ret, char *id_token);
bool fake_asks(const struct http_request *r, const char *path);
/* The value of a form field; "" when there is none. */
void fake_form(const struct http_request *r, const char *key, char *dst, size_t size);
/* Takes state and nonce from a pushed request and accepts it. */
enum err fake_par(struct fake *f, const struct http_request *r, struct http_answer *ret);

/* Queues an answer for the next question. */
void fake_type(struct fake *f, const char *text);
/* The next message that the login sent: its type, and its text (SHOW, ASK) or reason. 0: none. */
int fake_heard(struct fake *f, char *text, size_t size);

#endif
