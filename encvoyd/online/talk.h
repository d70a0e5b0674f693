/* SPDX-License-Identifier: MIT */
/* A login child's side of the conversation with the listener: texts and questions out, answers in,
 * and the end of the login by the other side noticed while waiting. */
#ifndef ENCVOY_ONLINE_TALK_H
#define ENCVOY_ONLINE_TALK_H

#include "common/err.h"
#include "common/proto.h"
#include "common/secret.h"

#include <stdbool.h>
#include <stdint.h>

struct talk {
	int fd;           /* borrowed */
	int64_t deadline; /* of the whole login, clock_mono_ms() */
	bool asked;       /* a question is open */
};

/* Waits until that moment for the listener's next message: ERR_TIMEOUT, ERR_CANCELLED when the
 * other side is gone, ERR_PROTOCOL. The packet, which may hold a token, is the caller's to free; r
 * reads from it. */
enum err talk_receive(
    int fd, int64_t until, struct secret **ret_room, enum msg_type *ret_type, struct reader *r);
enum err talk_show(struct talk *t, const char *text, const char *qr);
/* Asks; the answer comes from talk_wait. */
enum err talk_ask(struct talk *t, enum ask_kind kind, bool echo, const char *text);
/* Waits for the answer to the open question (or only for the end of the login when there is none)
 * until that moment: ERR_TIMEOUT then, ERR_CANCELLED when the login is over, ERR_PROTOCOL. The
 * caller frees the answer. */
enum err talk_wait(struct talk *t, int64_t until, struct secret **ret);
enum err talk_renewed(struct talk *t, const struct secret *token);
/* What requests took so far, where that is counted. */
enum err talk_times(struct talk *t);
/* The two ends of a conversation. An identity waits for the answer to an open question first. */
enum err talk_identity(struct talk *t, const struct msg_identity *m);
enum err talk_refuse(struct talk *t, enum err code, const char *text);
/* Until the listener has taken it and closed, a second at most: what is left to do here (a line in
 * the log, the end of a process) would keep the login from the processor. */
void talk_wait_end(const struct talk *t);

#endif
