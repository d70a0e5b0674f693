/* SPDX-License-Identifier: MIT */
/* Every text that a person sees from this program, in one place. Values from elsewhere are made
 * printable here (SEC-25). */
#ifndef ENCVOY_ONLINE_MESSAGES_H
#define ENCVOY_ONLINE_MESSAGES_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stdint.h>

/* What is being signed in to: shown with every address and code (SEC-22). */
struct occasion {
	const char *host;
	const char *service;
	const char *user;
	const char *rhost; /* "" when it is this machine */
};

/* seconds: how long the code is good for. */
void messages_device(struct buf *out, const struct occasion *o, const char *uri,
    const char *user_code, uint64_t seconds);
/* redirect_uri: decides what is said about the last page. seconds: how soon the address must be
 * opened, 0 when that does not matter. */
void messages_browser(struct buf *out, const struct occasion *o, const char *address,
    const char *redirect_uri, uint64_t seconds);
/* What was wrong with a pasted answer, before a fresh address is shown. */
void messages_try_again(struct buf *out, enum err why);

#define MESSAGE_ASK_DONE "Press Enter when done: "
#define MESSAGE_ASK_NOT_DONE "Not signed in yet. Press Enter when done: "
#define MESSAGE_ASK_PASTE "Paste the code or the address here: "
#define MESSAGE_ASK_TOKEN "Token: "

/* Why a login was refused and what can be done, in one sentence. Static. */
const char *messages_refusal(enum err why);

#endif
