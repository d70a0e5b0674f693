/* SPDX-License-Identifier: MIT */
/* A daemon that says what the test tells it to: threads that accept on ./socket and play a script.
 */
#ifndef ENCVOY_TESTS_UNIT_PAM_FAKE_H
#define ENCVOY_TESTS_UNIT_PAM_FAKE_H

#include "common/proto.h"

#include <pthread.h>
#include <semaphore.h>

enum step_kind {
	STEP_END = 0, /* close */
	STEP_ACK,
	STEP_SHOW,   /* text, more: the QR code */
	STEP_ASK,    /* number: enum ask_kind, text; then the answer is read */
	STEP_RESULT, /* number: enum err, text: the user, more: the sentence */
	STEP_RAW,    /* number bytes of text as they are */
	STEP_SLEEP,  /* number milliseconds */
	STEP_HANG,   /* until the client closes */
	STEP_LOSE,   /* ask as STEP_ASK, but do not read the answer */
	STEP_FLOOD,  /* SHOW for ever */
};

struct step {
	enum step_kind kind;
	int number;
	const char *text;
	const char *more;
};

/* What the clients said; written by the threads, read by the test when they are done. */
struct fake {
	pthread_t threads[64];
	unsigned n_threads;
	sem_t ready; /* once by each thread, before it accepts */
	int fd;
	const struct step *script; /* for every connection */
	pthread_mutex_t lock;
	unsigned connections;
	enum msg_type type;
	struct msg_login request; /* the last one */
	size_t answer_len;        /* of the last answer, in the request or afterwards */
	char answer[ANSWER_MAX + 1];
	bool cut; /* a request could not be read */
};

/* Listens at path; every connection gets its own copy of the script's play. */
void fake_start(struct fake *f, const char *path, const struct step *script, unsigned threads);
/* Ends the threads and frees what was heard. */
void fake_stop(struct fake *f, const char *path);

#endif
