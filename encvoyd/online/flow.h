/* SPDX-License-Identifier: MIT */
/* The sign-in methods. Each talks with the person over l->talk and with the provider over l->idp,
 * and on success has filled l->identity with what the provider's keys or answers prove. */
#ifndef ENCVOY_ONLINE_FLOW_H
#define ENCVOY_ONLINE_FLOW_H

#include "common/conf.h"
#include "common/proto.h"
#include "encvoyd/online/idp.h"
#include "encvoyd/online/messages.h"
#include "encvoyd/online/talk.h"

struct login {
	char id[WORD_MAX];
	struct msg_login job;
	struct service_conf service;
	char host[HOST_MAX]; /* this host's name in lower case, for people and host nonces */
	struct talk talk;
	struct idp idp;
	struct msg_identity identity;
	struct secret *refresh_token; /* to be told before the identity, or NULL */
};

/* All return ERR_NO_METHOD when the method cannot be used here, and ERR_NO_ANSWER when the person
 * does not want it: the next may be tried. */
enum err flow_device(struct login *l);
enum err flow_browser(struct login *l);
/* Takes JOB's answer, or asks. */
enum err flow_token(struct login *l);
/* The same with a token that is there already. */
enum err flow_token_check(struct login *l, const struct secret *token);

/* The refresh token of a passphrase, in JOB's answer: ERR_BAD_CODE when the provider refuses it,
 * ERR_PROVIDER_UNREACHABLE when nobody can tell. Not a full login. */
enum err flow_refresh(struct login *l);
/* Takes over the refresh token of an answer, where one was asked for. */
void flow_keep_refresh(struct login *l, struct token_reply *tokens);

/* Fills the identity: who, by which method; a full login. */
enum err flow_identify(struct login *l, enum method method, const char *sub, uint64_t auth_time);
/* The texts of a login for messages.h; borrowed. */
struct occasion flow_occasion(const struct login *l);

#endif
