/* SPDX-License-Identifier: MIT */
/* enroll: from what the command line says, and what a person at a terminal answers, to this host's
 * configuration. One struct goes from step to step. */
#ifndef ENCVOY_CTL_ENROLL_H
#define ENCVOY_CTL_ENROLL_H

#include "common/conf.h"
#include "common/name.h"
#include "common/secret.h"

#include <signal.h>
#include <stdbool.h>

#define ENROLL_CONF ENCVOY_SYSCONFDIR "/encvoy.conf"
#define ENROLL_CONF_OLD ENROLL_CONF ".old"
#define ENROLL_SECRET ENCVOY_SYSCONFDIR "/client.secret"
#define ENROLL_REDIRECT "http://127.0.0.1/cb" /* where there is no page of one's own */

/* --- the file's text (enroll_text.c, enroll_read.c): pure --- */

/* Values for the file; NULL: left out. All owned. */
struct enrolment {
	char *issuer;
	char *client_id;
	char *client_secret_file;
	char *redirect_uri;
	char *allow;
	char *ca_file;
	char *host_name;
};
void enrolment_free(struct enrolment *v);
#define AUTO_ENROLMENT CLEANUP(enrolment_free)

/* How each such file begins. */
#define ENROLL_FIRST_LINE "# Written by \"encvoyctl enroll\""

/* Appends the whole file; the same values always give the same bytes. */
void enroll_text(const struct enrolment *v, struct buf *out);
/* Whose text a file is. */
enum enroll_author {
	ENROLL_FOREIGN, /* not enroll's */
	ENROLL_EDITED,  /* enroll's, and changed since */
	ENROLL_OURS,    /* what enroll_text writes, byte for byte */
};
/* The values that a text gives outside of sections, and whose it is; free *ret in all cases. */
enum err enroll_read(
    const char *text, size_t len, struct enrolment *ret, enum enroll_author *ret_author);

/* --- the files (enroll_write.c) --- */

enum enroll_state {
	ENROLL_NEW,       /* there is no such file yet */
	ENROLL_SAME,      /* it holds exactly this text */
	ENROLL_DIFFERENT, /* it holds something else */
};
/* encvoy.conf as it is; free *ret in all cases. ERR_NOT_FOUND, ERR_UNSAFE_FILE, ERR_IO. */
enum err enroll_read_conf(struct buf *ret);
enum err enroll_state(const struct buf *text, enum enroll_state *ret);
/* Writes the secret (NULL: none), then encvoy.conf whole (0644, its directory 0755), keeping
 * another content as encvoy.conf.old; no signal ends it half-way. */
enum err enroll_write(const struct buf *text, const struct secret *secret, enum enroll_state state,
    bool *ret_secret_changed);
/* What is written or removed in several steps is not left half-way for a Ctrl-C. */
void signals_off(sigset_t *ret_before);
void signals_on(const sigset_t *before);

/* --- the steps --- */

/* Who signed in before anything was written, by a verified ID token; sub "": nobody. login and name
 * are for the eye only, printable. */
struct enroll_person {
	char sub[SUB_MAX_LEN + 1];
	char login[256];
	char name[256];
};

struct enroll {
	/* from the command line, borrowed */
	const char *url;
	const char *secret_file;
	bool force;
	bool dry_run;
	bool asks;  /* somebody is at the terminal, and may be asked */
	bool asked; /* and something was missing: the conversation takes place */

	struct enrolment v; /* from the command line, then answers */
	struct secret *secret;
	struct enroll_person person;
	bool taken;                  /* encvoyd has read the new configuration */
	char name[NAME_MAX_LEN + 1]; /* what it calls the person, "" unknown */
	bool tested;                 /* and the person has logged in through it */

	struct buf text; /* of the file */
	struct conf conf;
};
void enroll_free(struct enroll *e);

/* What the command line gives; NULL where it is silent. */
struct enroll_flags {
	const char *client_id;
	const char *redirect_uri;
	const char *allow;
	const char *ca_file;
	const char *host_name;
};
/* All of it, from values to advice (enroll_run.c); returns the exit status. Without e->asked url,
 * client_id and allow are there. */
int enroll_run(struct enroll *e, const struct enroll_flags *flags);

/* Steps that go wrong say so, but for ERR_CANCELLED and ERR_NO_ANSWER. */

/* The address without the slash that people copy along; without a complaint. */
enum err enroll_set_issuer(struct enroll *e, const char *url);
/* Reads the file that --client-secret-file names. */
enum err enroll_take_secret(struct enroll *e);
/* Makes text and conf of the values, checked by the option table as encvoyd will, with the drop-ins
 * that are there. */
enum err enroll_make(struct enroll *e);
/* One setting by itself, checked the same way. */
bool enroll_accepts(const char *key, const char *value);

/* Asks for what the command line has not said (enroll_ask.c); v is complete then. */
enum err enroll_ask(struct enroll *e);
/* The sign-in that shows that it works, and who may log in, by v.allow or asked with what holds now
 * as the proposal (enroll_first.c). Needs conf. */
enum err enroll_ask_who(struct enroll *e, const char *former_allow);
/* With the configuration in place: encvoyd takes it over, the person gets a name and logs in
 * (enroll_bind.c). Nothing of it has to work. */
void enroll_bind(struct enroll *e);
/* Has encvoyd read the configuration, asking before; true when it has (enroll_daemon.c). */
bool enroll_daemon(void);
/* What PAM, nsswitch.conf and encvoyd are like on this machine, and the commands that come next
 * (enroll_next.c). */
void enroll_next(const struct enroll *e);
/* Takes back what enroll wrote; returns the exit status (enroll_undo.c). */
int enroll_undo(bool force);

#endif
