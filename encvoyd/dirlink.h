/* SPDX-License-Identifier: MIT */
/* The connection to the directory child of encvoyd-online (common/proto_directory.h): opened when
 * there is a question, kept until it breaks, and then opened again after a while that grows. One
 * question at a time: passes (dirsync.h), which have their timer here, and between them people by
 * login (dirfind.h). Nothing waits. */
#ifndef ENCVOY_ENCVOYD_DIRLINK_H
#define ENCVOY_ENCVOYD_DIRLINK_H

#include "common/proto_directory.h"
#include "encvoyd/chan.h"

#include <stdbool.h>
#include <stdint.h>

struct server;

enum dirlink_question {
	ASKED_NOTHING,
	ASKED_PASS,
	ASKED_FIND,
};

struct dirlink {
	struct chan chan;
	struct timer pass_due;
	struct timer go_on; /* the next question, or the next attempt to connect */
	struct timer known; /* armed while dirsync looks at those who were not sent */
	struct msg_end end; /* of the pass meanwhile */
	enum dirlink_question asked;
	int64_t asked_at; /* clock_mono_ms() */
	bool pass_wanted;
	bool has_base;     /* the other side knows what we have: "unchanged" means something */
	unsigned failures; /* in a row, of the connection */
	unsigned missed;   /* in a row, of passes that did not reach their server */
};

void dirlink_init(struct server *s);
/* After the configuration was read: what is under way is given up, and a pass begins soon where
 * there is a directory. */
void dirlink_restart(struct server *s);
void dirlink_stop(struct server *s);

void dirlink_want_pass(struct server *s);
void dirlink_want_find(struct server *s);
/* Whether a question asked now would have to wait for another attempt to connect. */
bool dirlink_is_resting(const struct server *s);
/* How long the question under way has been waiting for its answer, 0 without one. */
int64_t dirlink_busy_ms(const struct server *s);

#endif
