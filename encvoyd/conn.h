/* SPDX-License-Identifier: MIT */
/* One client's connection: who it is, what it may say next, and its end. */
#ifndef ENCVOY_ENCVOYD_CONN_H
#define ENCVOY_ENCVOYD_CONN_H

#include "common/proto.h"
#include "encvoyd/admin.h"
#include "encvoyd/chan.h"
#include "encvoyd/server.h"
#include "sys/sock.h"

enum conn_state {
	CONN_NEW = 1,       /* said nothing yet */
	CONN_LOOKUP = 2,    /* asks look-ups, one after the other */
	CONN_ADMIN = 4,     /* sends verbs, one after the other */
	CONN_ROWS = 8,      /* a verb's rows are on their way */
	CONN_WAITING = 16,  /* a login: the online side is at work */
	CONN_ASKED = 32,    /* a login: the client is to answer */
	CONN_FINDING = 128, /* a look-up: the directory is being asked */
	CONN_SYNC = 256,    /* the verb sync waits for a pass */
	CONN_DONE = 64,     /* decided; what still comes is not read as anything */
};

struct conn {
	LIST_ENTRY(conn) link;
	struct server *server;
	struct chan chan;
	struct peer peer;
	enum conn_state state;
	struct login *login;         /* while one is waiting or its RESULT is delayed */
	struct admin_session *admin; /* NULL before the first verb */
	struct find_waiter wait;     /* a look-up's */
	struct msg_lookup query;
	uint64_t pass; /* that sync waits for */
};

/* Accepts what is there, within the limits; the server's listen.ready. */
void conn_accept(struct watch *w, uint32_t events);
/* Ends a connection at once, and a login on it. Frees it. */
void conn_close(struct conn *c);
void conn_send(struct conn *c, const struct buf *packet);
/* Sends RESULT; then it is for the client to close. Closing here at once could discard RESULT: data
 * unread on this side turns a close into a reset. */
void conn_finish(struct conn *c, const struct msg_result *result);
/* The same with a code and a sentence (NULL: none). */
void conn_finish_err(struct conn *c, enum err code, const char *text);

/* The handlers of messages, by file. r stands before the fields. */
void lookup_handle(struct conn *c, struct reader *r);
void login_handle(struct conn *c, struct reader *r);
void login_handle_answer(struct conn *c, struct reader *r);
void account_handle(struct conn *c, struct reader *r);
void session_handle(struct conn *c, struct reader *r);
void grace_handle(struct conn *c, struct reader *r);
void verbs_handle(struct conn *c, struct reader *r);
/* The rows given so far are sent. */
void verbs_continue(struct conn *c);
/* The pass that the verb sync waits for has ended. */
void verbs_synced(struct conn *c);

/* Fills a RESULT: code, its word, and a sentence (NULL: none). */
void result_fill(struct msg_result *m, enum err code, const char *text);

#endif
