/* SPDX-License-Identifier: MIT */
/* The plan for moving an existing local user to Encvoy ID: what is his on this machine, and what to
 * do about it. It looks, and changes nothing. */
#ifndef ENCVOY_CTL_MIGRATE_H
#define ENCVOY_CTL_MIGRATE_H

#include "common/buf.h"
#include "common/err.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

/* A local account, from /etc/passwd. Owned strings: account_free. */
struct account {
	char *name;
	char *home;
	uid_t uid;
	gid_t gid;
};
enum err account_find(const char *name, struct account *ret);
void account_free(struct account *a);
#define AUTO_ACCOUNT CLEANUP(account_free)

/* What lies on one local file system, each of which is walked once. */
struct owned {
	char *mount;
	uint64_t files; /* of the uid, directories included */
	uint64_t bytes; /* of the regular ones among them */
	uint64_t group_files;
	uint64_t group_bytes;
	bool partly; /* something could not be read */
};
struct owned_list {
	struct owned *v;
	size_t n;
};
/* Leaves out file systems where nothing is found. */
enum err owned_find(const struct account *a, struct owned_list *ret);
void owned_free(struct owned_list *l);
#define AUTO_OWNED CLEANUP(owned_free)

/* Everything that names the account elsewhere: crontab, at jobs, subordinate ids, sudoers, groups,
 * lingering, mail, processes. Printed as it is found. */
struct traces {
	bool crontab;
	bool linger;
};
void traces_print(const struct account *a, struct traces *ret);

/* The two ways. sub may be NULL, new_uid 0 when nothing follows from it; new_home "" when the home
 * stays where it is. */
struct target {
	const char *sub;
	uid_t new_uid;
	const char *new_home;
};
void plan_print(const struct account *a, const struct target *t, const struct owned_list *owned,
    const struct traces *traces);

#endif
