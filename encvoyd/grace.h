/* SPDX-License-Identifier: MIT */
/* Which login sessions began with a full login, and when: what sudo_grace goes by. Pure: processes
 * (as the kernel describes them) and time are arguments. Nothing survives a restart.
 *
 *	full login -> noted -> the session that begins with it -> its first terminal
 *
 * A session is that of a login when the process that signed in, or its parent (sshd asks PAM in a
 * child), begins it for the same user and service, and only now got this audit session: so no
 * session that was there before, as one opened by an SSH key, ever becomes one. */
#ifndef ENCVOY_ENCVOYD_GRACE_H
#define ENCVOY_ENCVOYD_GRACE_H

#include "common/name.h"
#include "common/proto.h"
#include "sys/process.h"

#include <stdbool.h>
#include <sys/queue.h>

struct grace_session {
	TAILQ_ENTRY(grace_session) link;
	char sub[SUB_MAX_LEN + 1];
	char user[USER_MAX];
	char service[WORD_MAX];
	struct process login, parent; /* who signed in; from begin on, login has the session open */
	bool begun;
	uint32_t session;   /* the audit session */
	char tty[WORD_MAX]; /* "": the first one that asks */
	bool by_sshd;
	int64_t at; /* of the last full login, in milliseconds */
};

struct grace {
	TAILQ_HEAD(, grace_session) list;
	size_t n;
};

void grace_init(struct grace *g);
void grace_free(struct grace *g);

/* A full login was granted to that process. ERR_NOMEM. */
enum err grace_note(struct grace *g, const struct msg_login *m, const char *sub,
    const struct process *login, const struct process *parent, int64_t now);
/* A session begins: whether it is that of a login noted shortly before, each once. */
bool grace_begin(
    struct grace *g, const struct msg_login *m, const struct process *opener, int64_t now);
/* The session of that number which sub's full login began, on this terminal; NULL. */
struct grace_session *grace_find(
    struct grace *g, uint32_t session, const char *sub, const char *tty);
/* Whether its last full login is less than max_ms ago. */
bool grace_is_fresh(const struct grace_session *s, int64_t max_ms, int64_t now);
/* From now on no other terminal counts. */
void grace_bind(struct grace_session *s, const char *tty);

#endif
