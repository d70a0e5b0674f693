/* SPDX-License-Identifier: MIT */
/* A TLS server on loopback that answers each request with what the test says, for the tests of
 * encvoyd/online. It runs in a child process; counters are shared with it. */
#ifndef ENCVOY_TESTS_UNIT_ONLINE_SERVER_H
#define ENCVOY_TESTS_UNIT_ONLINE_SERVER_H

#include <openssl/ssl.h>
#include <stdbool.h>
#include <sys/types.h>

enum server_cert {
	CERT_GOOD,
	CERT_WRONG_HOST,
	CERT_EXPIRED,
	CERT_SELF_SIGNED,
};

/* Answers one request; the connection is closed afterwards unless it returns true. */
typedef bool (*server_answer)(SSL *ssl, const char *request);

struct server_seen {
	volatile int connections;
	volatile int requests;
	volatile bool authorization; /* a header of that name came */
	volatile bool encoding;      /* Accept-Encoding came */
	volatile bool broken;        /* the client went away while we wrote */
};

struct server {
	pid_t pid;
	int port;
	char url[64]; /* https://localhost:PORT/ */
	char ca[64];  /* the CA's PEM file */
	struct server_seen *seen;
};

/* max_version: 0, or such as TLS1_1_VERSION. Ends the test program when it cannot. */
void server_start(struct server *s, enum server_cert cert, int max_version, server_answer answer);
void server_stop(struct server *s);

void server_write(SSL *ssl, const void *bytes, int len);
void server_print(SSL *ssl, const char *text);
/* A whole answer with Content-Length. */
void server_reply(SSL *ssl, const char *head, const char *body);

#endif
