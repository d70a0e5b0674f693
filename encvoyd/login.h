/* SPDX-License-Identifier: MIT */
/* One login, from LOGIN to RESULT:
 *
 *	LOGIN -> ACK -> who asks? -> settings -> can the name be somebody's? -> limits -> JOB
 *	-> (SHOW | ASK -> ANSWER)* -> IDENTITY -> identity_login -> map -> RESULT
 *
 * Any other way ends in a refusal. login.c has the client's side and the end, online.c the side of
 * encvoyd-online. */
#ifndef ENCVOY_ENCVOYD_LOGIN_H
#define ENCVOY_ENCVOYD_LOGIN_H

#include "encvoyd/conn.h"
#include "encvoyd/request.h"

/* For a login that carries its answer, in a service with token_reuse (reuse.h). */
struct login_reuse {
	bool asks;  /* the online side, for all that wait with the same key */
	bool waits; /* for another login's outcome */
	uint8_t key[BLAKE2S_SIZE];
};

struct pass;

struct login {
	LIST_ENTRY(login) link;
	struct conn *conn;
	struct request q;
	struct chan online;
	struct timer timer;      /* login_timeout, then the delay of a RESULT */
	struct find_waiter wait; /* for what the directory says of a name not known here */
	bool known;              /* an identity of ours before this login */
	bool full;               /* the person signed in at the provider just now */
	struct login_reuse reuse;
	struct pass *pass; /* NULL: no passphrase is part of it (passlogin.h) */
	bool decided;      /* logged and counted; only RESULT is left */
	struct msg_result result;
};

/* A short word under which an administrator finds the line in the log. */
void login_make_id(char dst[WORD_MAX]);

/* The end of a login: logs, counts, sends RESULT, now or delayed (SEC-26), and closes the online
 * side. d may be NULL; text is a sentence for the person or NULL. Once only. */
void login_decide(
    struct login *l, enum err outcome, unsigned method, const struct decision *d, const char *text);
/* The same for an end without IDENTITY (reuse.c): those that wait for this login end with it, and
 * where the provider could not be asked, what was known before still counts. */
void login_refused(struct login *l, enum err code, const char *text);
/* Whether a verified identity may log in as it wants to (identity_login), with the map published
 * anew where that changed it. */
enum err login_identify(struct login *l, const struct msg_identity *who, struct decision *d);
/* Has the online side asked, in a login that waits, or ends it. */
void login_ask(struct login *l);
/* Waits for what decides it, for login_timeout at most. */
void login_wait(struct login *l);
/* Nobody is there to hear a RESULT: logs it as `why` unless it was decided, and frees. */
void login_abandon(struct login *l, enum err why);
/* Ends every login with RESULT{why}, also those whose RESULT is delayed. */
void login_end_all(struct server *s, enum err why);
/* Ready to take or refuse one more: ERR_TOO_MANY. Ends the older login of the same user and remote
 * host (SEC-22). */
enum err login_limits(struct server *s, const struct login *l);

/* Connects to encvoyd-online, for a login or the directory; logs why not: ERR_NO_DAEMON, also for a
 * socket of somebody else. */
enum err online_connect(const struct server *s, int *ret_fd);
/* Connects to encvoyd-online and sends the job. ERR_NO_DAEMON (also for a socket of somebody
 * else), ERR_NOMEM, ERR_IO. */
enum err online_start(struct login *l);
/* The same with another job than what the client asked; its answer is the caller's. */
enum err online_start_job(struct login *l, const struct msg_login *job);
void online_answer(struct login *l, const struct secret *answer);

#endif
