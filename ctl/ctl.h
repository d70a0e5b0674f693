/* SPDX-License-Identifier: MIT */
/* encvoyctl: one file per verb, one table of them (verbs.c). Results go to standard output, what is
 * said about them to standard error. */
#ifndef ENCVOY_CTL_CTL_H
#define ENCVOY_CTL_CTL_H

#include "common/buf.h"
#include "common/err.h"

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum ctl_exit {
	EXIT_DONE = 0,
	EXIT_REFUSED = 1, /* the answer is no, or it did not work */
	EXIT_USAGE = 2,
	EXIT_NO_DAEMON = 3,
};

/* argv holds what stands behind the verb's words. Returns the exit status. */
struct verb {
	const char *words; /* "status", "user list" */
	const char *args;  /* as the usage line shows them */
	const char *help;  /* one sentence */
	int (*run)(const struct verb *self, int argc, char **argv);
};

extern const struct verb verbs[];
extern const size_t verbs_count;

/* The verb that the first arguments spell, *ret_words of them; NULL when there is none. */
const struct verb *verb_find(int argc, char **argv, int *ret_words);
/* Complains about arguments that spell no verb. */
int verb_unknown(int argc, char **argv);

int verb_enroll(const struct verb *self, int argc, char **argv);
int verb_doctor(const struct verb *self, int argc, char **argv);
int verb_status(const struct verb *self, int argc, char **argv);
int verb_sync(const struct verb *self, int argc, char **argv);
int verb_why(const struct verb *self, int argc, char **argv);
int verb_login(const struct verb *self, int argc, char **argv);
int verb_passphrase(const struct verb *self, int argc, char **argv);
int verb_token(const struct verb *self, int argc, char **argv);
int verb_user_list(const struct verb *self, int argc, char **argv);
int verb_user_show(const struct verb *self, int argc, char **argv);
int verb_user_change(const struct verb *self, int argc, char **argv);
int verb_user_import(const struct verb *self, int argc, char **argv);
int verb_flush(const struct verb *self, int argc, char **argv);
int verb_authorized_keys(const struct verb *self, int argc, char **argv);
int verb_migrate(const struct verb *self, int argc, char **argv);
int verb_roster_keygen(const struct verb *self, int argc, char **argv);
int verb_roster_build(const struct verb *self, int argc, char **argv);
int verb_roster_verify(const struct verb *self, int argc, char **argv);
int verb_verify_token(const struct verb *self, int argc, char **argv);
int verb_help(const struct verb *self, int argc, char **argv);

/* A login by encvoyd's conversation at this terminal (flags: LOGIN_*); returns the exit status. */
int login_try(const char *verb, const char *user, const char *service, uint32_t flags);

/* The list of verbs. */
void print_verbs(FILE *to);

/* A line on standard error, "encvoyctl: ...". */
void complain(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
/* The same for an error, with its word and sentence: "WHAT: WORD: SENTENCE". Returns EXIT_REFUSED,
 * or EXIT_NO_DAEMON where that is the reason. */
int complain_err(const char *what, enum err e);
/* A line on standard error without prefix, for progress and advice. */
void remark(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* Text from elsewhere, printable, at most max bytes of it. The buffer is reset first; "" when
 * memory is short. */
const char *shown(struct buf *storage, const char *text, size_t max);
/* EXIT_DONE when everything written to standard output arrived, otherwise a complaint. */
int finish_output(int status);

#endif
