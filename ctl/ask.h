/* SPDX-License-Identifier: MIT */
/* Questions to the person at the terminal. White space around an answer does not count; after three
 * answers that cannot be used a question gives up with ERR_NO_ANSWER, and the end of input is
 * ERR_CANCELLED. */
#ifndef ENCVOY_CTL_ASK_H
#define ENCVOY_CTL_ASK_H

#include "common/err.h"
#include "common/secret.h"

#include <stdbool.h>

#define ASK_TIMES 3

/* True when standard input, output and error are a terminal: somebody is there. */
bool ask_possible(void);

/* Takes an answer ("" when there was none), or says why it cannot and returns false. */
typedef bool (*ask_take)(void *arg, const char *answer);

/* "QUESTION [FALLBACK]: ", where Enter stands for the fallback; NULL: there is none. */
enum err ask_text(const char *question, const char *fallback, ask_take take, void *arg);
/* "QUESTION [Y/n] " or "[y/N]". */
enum err ask_yes(const char *question, bool fallback, bool *ret);
/* "QUESTION: " without echo; an empty secret when there was no answer. The caller frees. */
enum err ask_secret(const char *question, struct secret **ret);

#endif
