/* SPDX-License-Identifier: MIT */
#include "bench/calls.h"

#include <dlfcn.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static void find(void *module, const char *name, const char *function, void *ret)
{
	char symbol[64];
	void *found;

	snprintf(symbol, sizeof(symbol), "_nss_%s_%s", name, function);
	found = dlsym(module, symbol);
	memcpy(ret, &found, sizeof(found));
}

bool calls_direct(const char *name, struct calls *ret, const char **ret_why)
{
	char file[64];
	void *m;

	snprintf(file, sizeof(file), "libnss_%s.so.2", name);
	m = dlopen(file, RTLD_NOW);
	if (!m) {
		*ret_why = dlerror();
		return false;
	}
	find(m, name, "getpwnam_r", &ret->getpwnam);
	find(m, name, "getpwuid_r", &ret->getpwuid);
	find(m, name, "getgrnam_r", &ret->getgrnam);
	find(m, name, "getgrgid_r", &ret->getgrgid);
	find(m, name, "initgroups_dyn", &ret->initgroups);
	find(m, name, "setpwent", &ret->setpwent);
	find(m, name, "getpwent_r", &ret->getpwent);
	find(m, name, "endpwent", &ret->endpwent);
	return true;
}

/* POSIX: 0 without an answer is "not there"; glibc passes on some other errors as well. */
static enum nss_status status_of(int rc, const void *answer, int *errnop)
{
	*errnop = rc;
	if (answer)
		return NSS_STATUS_SUCCESS;
	if (rc == 0 || rc == ENOENT)
		return NSS_STATUS_NOTFOUND;
	return rc == ERANGE ? NSS_STATUS_TRYAGAIN : NSS_STATUS_UNAVAIL;
}

static enum nss_status glibc_getpwnam(
    const char *name, struct passwd *pw, char *buf, size_t size, int *errnop)
{
	struct passwd *found;
	int rc = getpwnam_r(name, pw, buf, size, &found);

	return status_of(rc, found, errnop);
}

static enum nss_status glibc_getpwuid(
    uid_t uid, struct passwd *pw, char *buf, size_t size, int *errnop)
{
	struct passwd *found;
	int rc = getpwuid_r(uid, pw, buf, size, &found);

	return status_of(rc, found, errnop);
}

static enum nss_status glibc_getgrnam(
    const char *name, struct group *gr, char *buf, size_t size, int *errnop)
{
	struct group *found;
	int rc = getgrnam_r(name, gr, buf, size, &found);

	return status_of(rc, found, errnop);
}

static enum nss_status glibc_getgrgid(
    gid_t gid, struct group *gr, char *buf, size_t size, int *errnop)
{
	struct group *found;
	int rc = getgrgid_r(gid, gr, buf, size, &found);

	return status_of(rc, found, errnop);
}

static enum nss_status glibc_initgroups(
    const char *user, gid_t group, long *start, long *size, gid_t **gids, long limit, int *errnop)
{
	int n = (int)*size;

	(void)limit;
	*errnop = 0;
	if (getgrouplist(user, group, *gids, &n) < 0)
		return NSS_STATUS_TRYAGAIN;
	*start = n;
	return NSS_STATUS_SUCCESS;
}

static enum nss_status glibc_setpwent(int stayopen)
{
	(void)stayopen;
	setpwent();
	return NSS_STATUS_SUCCESS;
}

static enum nss_status glibc_getpwent(struct passwd *pw, char *buf, size_t size, int *errnop)
{
	struct passwd *found;
	int rc = getpwent_r(pw, buf, size, &found);

	return status_of(rc, rc == 0 ? found : NULL, errnop);
}

static enum nss_status glibc_endpwent(void)
{
	endpwent();
	return NSS_STATUS_SUCCESS;
}

struct calls calls_glibc(void)
{
	return (struct calls){glibc_getpwnam, glibc_getpwuid, glibc_getgrnam, glibc_getgrgid,
	    glibc_initgroups, glibc_setpwent, glibc_getpwent, glibc_endpwent};
}
