/* SPDX-License-Identifier: MIT */
/* What `enroll` writes: the configuration's text, and its file. */
#ifndef ENCVOY_CTL_ENROLL_H
#define ENCVOY_CTL_ENROLL_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>

#define ENROLL_CONF ENCVOY_SYSCONFDIR "/encvoy.conf"
#define ENROLL_CONF_OLD ENROLL_CONF ".old"
#define ENROLL_SECRET ENCVOY_SYSCONFDIR "/client.secret"

/* Values for the file; NULL: left out. */
struct enrolment {
	const char *issuer;
	const char *client_id;
	const char *client_secret_file;
	const char *redirect_uri;
	const char *allow;
	const char *ca_file;
	const char *host_name;
};

/* Appends the whole file; the same values always give the same bytes. */
void enroll_text(const struct enrolment *e, struct buf *out);

enum enroll_state {
	ENROLL_NEW,       /* there is no such file yet */
	ENROLL_SAME,      /* it holds exactly this text */
	ENROLL_DIFFERENT, /* it holds something else */
};
/* Looks at encvoy.conf; an unsafe one is ERR_UNSAFE_FILE. */
enum err enroll_state(const struct buf *text, enum enroll_state *ret);
/* Writes encvoy.conf whole (0644, its directory 0755), keeping another content as
 * encvoy.conf.old. */
enum err enroll_write(const struct buf *text, enum enroll_state state);

/* The lines for PAM and nsswitch.conf, and what comes before them, on standard output. */
void enroll_advice(bool users_exist);

#endif
