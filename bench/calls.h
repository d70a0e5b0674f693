/* SPDX-License-Identifier: MIT */
/* A contender's functions: those of its NSS module called directly, or glibc's, which find it by
 * nsswitch.conf. Both look as a module does. */
#ifndef ENCVOY_BENCH_CALLS_H
#define ENCVOY_BENCH_CALLS_H

#include <grp.h>
#include <nss.h>
#include <pwd.h>
#include <stdbool.h>
#include <stddef.h>

struct calls {
	enum nss_status (*getpwnam)(const char *, struct passwd *, char *, size_t, int *);
	enum nss_status (*getpwuid)(uid_t, struct passwd *, char *, size_t, int *);
	enum nss_status (*getgrnam)(const char *, struct group *, char *, size_t, int *);
	enum nss_status (*getgrgid)(gid_t, struct group *, char *, size_t, int *);
	enum nss_status (*initgroups)(const char *, gid_t, long *, long *, gid_t **, long, int *);
	enum nss_status (*setpwent)(int);
	enum nss_status (*getpwent)(struct passwd *, char *, size_t, int *);
	enum nss_status (*endpwent)(void);
};

/* False with *ret_why (static or lives as long as the program) when there is no such module.
 * Functions that a module does not have are NULL. */
bool calls_direct(const char *module, struct calls *ret, const char **ret_why);
struct calls calls_glibc(void);

#endif
