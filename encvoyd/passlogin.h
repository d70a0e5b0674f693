/* SPDX-License-Identifier: MIT */
/* A login by passphrase, and the setting of one, as parts of a login (login.h):
 *
 *	passphrase -> child -> refresh at the provider -> new token stored -> IDENTITY counts
 *	                       refused there, or too long since a full login -> full login
 *	                       not reachable -> IDENTITY of our own, within passphrase_max_age
 *	full login (LOGIN_SET_PASSPHRASE) -> new passphrase, twice -> child -> stored
 *
 * Of one person's passphrases one at a time is checked and refreshed. */
#ifndef ENCVOY_ENCVOYD_PASSLOGIN_H
#define ENCVOY_ENCVOYD_PASSLOGIN_H

#include "encvoyd/login.h"
#include "encvoyd/passpool.h"
#include "encvoyd/passstore.h"

enum pass_stage {
	PASS_ASKED,      /* for the passphrase */
	PASS_WAITING,    /* for other logins of the person, or for the throttle */
	PASS_CHECKING,   /* a child computes */
	PASS_REFRESHING, /* encvoyd-online asks the provider */
	PASS_FULL,       /* a full login, with a refresh token behind it */
	PASS_NEW,        /* asked for a new passphrase */
	PASS_AGAIN,      /* once more */
	PASS_MAKING,     /* a child computes */
};

struct pass {
	struct login *login;
	enum pass_stage stage;
	bool setting; /* LOGIN_SET_PASSPHRASE */
	bool turn;    /* no other login of the person goes on */
	bool slowed;  /* has waited for the throttle (SEC-26) */
	bool sealing; /* a new refresh token is on its way to the disk */
	bool held;    /* `who` waits for that */
	unsigned attempts;
	struct timer delay;
	struct pass_record record;
	struct secret *typed;
	struct secret *key;
	struct secret *fresh; /* a refresh token that is not stored yet */
	struct pool_job job;
	struct msg_identity who;
	struct decision decision;
};

/* Before anybody is asked: ERR_OK with *ret_taken when the passphrase comes first, else the login
 * goes to encvoyd-online with pass_flags. ERR_NO_METHOD: none can be set here. */
enum err pass_begin(struct login *l, bool *ret_taken);
/* Added to the flags of a JOB. */
uint32_t pass_flags(const struct login *l);
/* Whether the answer was to a question of ours, and is taken. */
bool pass_answer(struct login *l, struct secret **answer);
/* encvoyd-online's messages: whether they are dealt with. pass_fits: what may come. */
bool pass_fits(const struct login *l, const struct msg_identity *who);
bool pass_identity(struct login *l, const struct msg_identity *who);
bool pass_refusal(struct login *l, enum err code);
/* Takes the token. ERR_PROTOCOL. */
enum err pass_renewed(struct login *l, struct secret **token);
/* Wipes it all; the next login of the person goes on. Fine without any. */
void pass_end(struct login *l);

/* Within pass*.c. Texts are given in English; pass_text puts them into the person's language. */
const char *pass_text(const struct login *l, const char *id);
void pass_ask(struct login *l, const char *id);
void pass_about(const struct conf *conf, struct pass *p);
void pass_full_login(struct pass *p);
void passset_begin(struct pass *p);
void passset_answer(struct pass *p, struct secret **answer);

#endif
