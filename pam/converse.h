/* SPDX-License-Identifier: MIT */
/* The client's side of a login or account conversation with encvoyd (common/proto.h), without any
 * knowledge of PAM: pam_encvoy.so and encvoyctl bring their own way to show and ask.
 *
 * Everything the daemon says is untrusted here: a message that is malformed, comes at the wrong
 * time or holds anything that could control a terminal ends the conversation (SEC-25, SEC-32). */
#ifndef ENCVOY_PAM_CONVERSE_H
#define ENCVOY_PAM_CONVERSE_H

#include "common/err.h"
#include "common/proto.h"
#include "common/secret.h"

struct converse_ui {
	/* One message for the person; qr may be "". Both are printable already. */
	enum err (*show)(void *data, const char *text, const char *qr);
	/* One question. The answer is written only on success and then belongs to the caller. */
	enum err (*ask)(void *data, const struct msg_ask *ask, struct secret **ret_answer);
	void *data;
};

/* Runs a whole login. ERR_OK means granted, by a RESULT for exactly login->user, and nothing else
 * does; every other value is a refusal or a failure. ERR_NO_DAEMON: nobody listens, or no
 * acknowledgement came within a second, or the daemon fell silent later. ERR_UNSAFE_FILE: whoever
 * listens is not our daemon (SEC-43). ERR_CLOSED: the daemon went away. An error of show or ask
 * ends the conversation and is returned, unless the daemon had refused by then.
 *
 * *ret is filled in all cases; ret->code is the value returned, and ret->text is not empty only
 * when the daemon had a sentence for the person. ui may be NULL when the client can neither show
 * nor ask. */
enum err converse_login(const char *socket_path, const struct msg_login *login,
    const struct converse_ui *ui, struct msg_result *ret);

/* ACCOUNT, SESSION or GRACE: one question to the daemon, answered within a second. Results as
 * above. */
enum err converse_once(
    const char *socket_path, enum msg_type type, const struct msg_login *m, struct msg_result *ret);

/* Whether our daemon listens, without a conversation. ERR_NO_DAEMON, ERR_UNSAFE_FILE. */
enum err converse_reach(const char *socket_path);

#endif
