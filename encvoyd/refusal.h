/* SPDX-License-Identifier: MIT */
/* What a person is told when encvoyd itself refuses. Whoever did not prove yet who they are learns
 * nothing about a user: all that concerns a user's standing here is one sentence. */
#ifndef ENCVOY_ENCVOYD_REFUSAL_H
#define ENCVOY_ENCVOYD_REFUSAL_H

#include "common/err.h"
#include "common/proto.h"
#include "encvoyd/identity.h"
#include "sys/catalogs.h"

/* A sentence in the language of that locale's name, or NULL when there is nothing to say: success,
 * and users who are not ours. */
const char *refusal_text(enum err why, const struct catalogs *catalogs, const char *locale);

/* Puts the locale of sub, as the directory or the last sign-in has it, into lang, where it is one
 * that the catalogues speak. Else lang stays as the program's environment had it. */
void refusal_language(struct identities *ids, const struct conf *conf, const char *sub,
    const struct catalogs *catalogs, char lang[LANG_MAX]);

#endif
