/* SPDX-License-Identifier: MIT */
/* The checks behind `doctor`, and those that `enroll` shares with it: each adds what it found. */
#ifndef ENCVOY_CTL_CHECKS_H
#define ENCVOY_CTL_CHECKS_H

#include "common/conf.h"
#include "common/str.h"
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

/* encvoyd's socket and its directory, that it answers, and that it has news of its directory. conf
 * may be NULL. */
void check_daemon(struct findings *f, const struct conf *conf);
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
/* nscd keeps answers of ours, where it runs. */
void check_nscd(struct findings *f);
/* Logs with a place for each uid. */
void check_logs(struct findings *f);
/* Who gets in when nothing of ours works. conf may be NULL. */
void check_ways(struct findings *f, const struct conf *conf);
/* The proxy of the configuration, and that of the environment, which nobody looks at. */
void check_proxy(struct findings *f, const struct conf *conf);

/* The provider itself: address, certificate, discovery, endpoints, keys, clock, and whether it
 * knows this client and its redirect address (NULL: not asked). "provider": it does not answer, or
 * with 5xx. */
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

/* /etc/nscd.conf of an nscd that runs. */
void check_nscd_text(struct findings *f, const char *text, size_t len);

/* A log's size in bytes, and what it takes up in blocks of 512 bytes. */
void check_log_size(struct findings *f, const char *path, uint64_t size, uint64_t blocks);

/* The content of those files, and whether there is an SSH key for the owner of a home. */
struct local_files {
	struct slice passwd;
	struct slice shadow;
	struct slice group;
	bool (*has_keys)(struct slice home);
};
void check_ways_text(struct findings *f, const struct local_files *files);

/* When the directory was last read as a whole (0: never), seconds since 1970. */
void check_pass_age(struct findings *f, const struct conf *conf, uint64_t passed, int64_t now);

/* Where a proxy is, as curl reads it; false when it is malformed. Borrows the text. */
struct proxy_place {
	struct slice host; /* without brackets */
	uint16_t port;
};
bool proxy_parse(const char *proxy, struct proxy_place *ret);
void check_proxy_env(struct findings *f, const struct conf *conf, char *(*get)(const char *name));

/* A file of lines NAME:x:ID:... (passwd, group) or NAME:START:COUNT (subuid, subgid: ranges). */
void check_ids_text(struct findings *f, const char *name, const char *text, size_t len, bool ranges,
    uint32_t first, uint32_t last);

#endif
