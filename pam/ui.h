/* SPDX-License-Identifier: MIT */
/* PAM's conversation function as the way to show and ask. */
#ifndef ENCVOY_PAM_UI_H
#define ENCVOY_PAM_UI_H

#include "pam/converse.h"
#include "pam/request.h"

/* The two functions of struct converse_ui; data is the struct request. A conversation that fails or
 * gives nothing is ERR_NO_ANSWER, an answer beyond ANSWER_MAX ERR_CUT_OFF. */
enum err ui_show(void *data, const char *text, const char *qr);
enum err ui_ask(void *data, const struct msg_ask *ask, struct secret **ret_answer);
/* The token that an earlier module asked for, or the answer to one question that is not echoed. */
enum err ui_token(struct request *q, struct secret **ret_answer);
/* A sentence about a failure, for a person who can read it; what becomes of it does not matter. */
void ui_error(const struct request *q, const char *text);

#endif
