/* SPDX-License-Identifier: MIT */
/* Every text that a person sees from this program, in one place. Values from elsewhere are made
 * printable here (SEC-25).
 *
 * A process speaks one language: English until messages_speak. A login child is a process of its
 * own and calls it with its JOB's; the template process has read the catalogues before. */
#ifndef ENCVOY_ONLINE_MESSAGES_H
#define ENCVOY_ONLINE_MESSAGES_H

#include "common/buf.h"
#include "common/catalog.h"
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

/* Reads the catalogues below this directory, instead of those read before. */
void messages_load(const char *locale_dir);
/* From now on in the language of this locale, if there is a catalogue for it. */
void messages_speak(const char *locale);
/* A text that is marked with N_, in the language spoken. */
const char *messages_text(const char *id);

/* seconds: how long the code is good for. */
void messages_device(struct buf *out, const struct occasion *o, const char *uri,
    const char *user_code, uint64_t seconds);
/* redirect_uri: decides what is said about the last page. seconds: how soon the address must be
 * opened, 0 when that does not matter. */
void messages_browser(struct buf *out, const struct occasion *o, const char *address,
    const char *redirect_uri, uint64_t seconds);
/* What was wrong with a pasted answer, before a fresh address is shown. */
void messages_try_again(struct buf *out, enum err why);

#define MESSAGE_ASK_DONE N_("Press Enter when done: ")
#define MESSAGE_ASK_NOT_DONE N_("Not signed in yet. Press Enter when done: ")
#define MESSAGE_ASK_PASTE N_("Paste the code or the address here: ")
#define MESSAGE_ASK_TOKEN N_("Token: ")

/* Why a login was refused and what can be done, in one sentence, in the language spoken. */
const char *messages_refusal(enum err why);

#endif
