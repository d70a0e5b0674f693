/* SPDX-License-Identifier: MIT */
/* The checks behind `doctor`, and those that `enroll` shares with it: each adds what it found. */
#ifndef ENCVOY_CTL_CHECKS_H
#define ENCVOY_CTL_CHECKS_H

#include "common/conf.h"
#include "ctl/findings.h"
#include "oidc/client.h"

#include <stdint.h>

/* encvoy.conf and its drop-ins: rights, content, secrets, allow rules. True when *ret can be used;
 * it needs conf_free in all cases. */
bool check_configuration(struct findings *f, struct conf *ret);
/* The secret files that a configuration names. */
void check_secret_file(struct findings *f, const char *path);

/* The rights of its CA file. */
void check_ca(struct findings *f, const struct conf *conf);

/* encvoyd's socket and its directory, and that it answers. */
void check_daemon(struct findings *f);
/* users.map and users.gen. */
void check_map(struct findings *f);

/* The system users, /etc/nsswitch.conf, local ids in our range. conf may be NULL. */
void check_host(struct findings *f, const struct conf *conf);
/* Root's lists local-groups and local-users against the configuration. */
void check_local(struct findings *f, const struct conf *conf);
/* The files of /etc/pam.d that name pam_encvoy.so. */
void check_pam(struct findings *f);
/* What sshd's settings make of signing in, where its PAM stack asks us. */
void check_sshd(struct findings *f, const struct conf *conf);
/* apache2 must not cache PAM's verdicts by itself. */
void check_web(struct findings *f);

/* The provider itself: address, certificate, discovery, endpoints, keys, clock, and whether it
 * knows this client and its redirect address (NULL: not asked). */
void check_provider(struct findings *f, const struct conf *conf, const struct client *client);

/* --- the same on bytes, for tests ------------------------------------------------------------- */

enum nss_order {
	NSS_FINE,
	NSS_NO_LINE,      /* the database has no line */
	NSS_ABSENT,       /* encvoy is not in it */
	NSS_BEFORE_FILES, /* encvoy would be asked before /etc/passwd */
	NSS_UNREACHABLE,  /* an action in [] stops before encvoy is reached */
};
/* The words behind "DATABASE:"; false when there is no such line. */
bool nsswitch_line(const char *text, size_t len, const char *database, struct slice *ret);
enum nss_order nsswitch_order(const char *text, size_t len, const char *database);

/* One PAM service file; counts our lines by type. */
struct pam_use {
	unsigned auth;
	unsigned account;
	unsigned session;
};
void check_pam_text(
    struct findings *f, const char *name, const char *text, size_t len, struct pam_use *use);

/* What sshd says holds (sshd_check). */
void check_sshd_text(struct findings *f, struct buf *said, uint64_t login_timeout);

/* One file of apache2. */
void check_web_text(struct findings *f, const char *name, const char *text, size_t len);

/* A file of lines NAME:x:ID:... (passwd, group) or NAME:START:COUNT (subuid, subgid: ranges). */
void check_ids_text(struct findings *f, const char *name, const char *text, size_t len, bool ranges,
    uint32_t first, uint32_t last);

#endif
