/* SPDX-License-Identifier: MIT */
/* The ground that the PAM tests stand on: an own directory and an own /etc with root, joe and toor;
 * services that name the test's variant of the module (its run directory is "."); and a person who
 * answers and remembers. */
#ifndef ENCVOY_TESTS_UNIT_PAM_GROUND_H
#define ENCVOY_TESTS_UNIT_PAM_GROUND_H

#include <security/pam_appl.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

#define USER "encvoy-2"

/* Enters the ground or, where the machine does not allow it, says so and ends the test. */
void ground_enter(void);
/* Writes /etc/passwd anew, or takes it away. */
void ground_passwd(bool present);
/* Writes /etc/encvoy/local-users, or takes it away (NULL). */
void ground_local_users(const char *text, mode_t mode);
/* Writes pam.d/NAME: all four kinds of lines, each "required MODULE ARGS". */
void ground_service(const char *name, const char *args);
/* The same behind a module that has asked for a password already (pam_stash.c). */
void ground_service_behind(const char *name, const char *args);
/* The module that make has just built: the installed one's path, or the variant's. */
const char *ground_module(const char *file);

struct person {
	const char *answers[8]; /* taken in turn; after the last one NULL is answered */
	int refuse;             /* instead of answering, the conversation returns this */
	void (*before)(struct person *p);
	unsigned asked;
	unsigned told;
	unsigned errors;
	unsigned echoed;
	bool renamed;     /* PAM_USER is another now (SEC-01) */
	char text[70000]; /* all messages, each with a newline behind it */
};

int person_converse(int n, const struct pam_message **msg, struct pam_response **ret, void *data);

typedef int (*pam_call)(pam_handle_t *pamh, int flags);
/* One transaction: start, the call, end. The result is the call's. user may be NULL: then the
 * module has to ask. */
int ground_call(const char *service, const char *user, struct person *p, pam_call call, int flags);

#endif
