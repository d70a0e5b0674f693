/* SPDX-License-Identifier: MIT */
/* The decision about one person and one service: pure, no I/O, no clock. Whatever cannot be
 * established refuses (SEC-13). */
#ifndef ENCVOY_ENCVOYD_DECIDE_H
#define ENCVOY_ENCVOYD_DECIDE_H

#include "common/conf.h"
#include "common/err.h"
#include "common/name.h"

#include <stdbool.h>
#include <stdint.h>

/* What is known about the person. Names are bound ones only: by an administrator, or by a template
 * of this very sub; never a login claim (SEC-17). */
struct facts {
	const char *sub;
	const char *host_name;    /* as NSS serves it; NULL or "": none */
	const char *service_name; /* as this service sees it; NULL or "": none */
	const char *roles;        /* of the directory (common/role.h); NULL: none */
	const char *groups; /* [group] sections that list the person, one per line; NULL: none */
	bool blocked;
	bool deleted;
	bool in_directory; /* and knows of a block as soon as the directory does */
	bool dropped;      /* was in the directory once */
	bool expired;      /* the directory speaks for nobody any more, this person included */
	int64_t last_full_login; /* seconds since 1970, 0: never */
};

#define RULE_TEXT_MAX (SUB_MAX_LEN + 8)
#define RULE_AT_MAX 300

/* Filled in all cases. rule: what decided: "everyone", "sub:SUB", "user:NAME" (the allow rule that
 * matched), "none" (no allow rule did), "blocked", "deleted", "dropped", "directory-expired",
 * "full_login_max_age"; "" when it came to no rule. at: "FILE:LINE" of an allow rule, else "". */
struct verdict {
	enum err code;
	char rule[RULE_TEXT_MAX];
	char at[RULE_AT_MAX];
};

/* After a verified sign-in: ERR_OK, ERR_BLOCKED, ERR_DELETED, ERR_DROPPED, ERR_DIRECTORY_EXPIRED or
 * ERR_NOT_ALLOWED; the same value is in v->code. */
enum err decide_login(const struct service_conf *s, const struct facts *f, struct verdict *v);
/* The account phase: the same, then ERR_LOGIN_TOO_OLD when the last full login is older than
 * full_login_max_age, never happened, or lies in the future (a clock was wrong). Where that age was
 * left to the directory, it counts only for people whom the directory does not know. */
enum err decide_account(
    const struct service_conf *s, const struct facts *f, int64_t now, struct verdict *v);

#endif
