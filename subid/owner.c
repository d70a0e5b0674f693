/* SPDX-License-Identifier: MIT */
#include "subid/owner.h"

#include "common/cleanup.h"
#include "nss/nss_encvoy.h"
#include "sys/localdb.h"

#include <errno.h>
#include <pwd.h>
#include <stdlib.h>
#include <string.h>

#define ENTRY_MAX (1024 * 1024)
#define ENTRY_START 8192

/* What every program of this machine gets for a name. */
static enum err ask_system(const char *name, uid_t *ret)
{
	for (size_t size = ENTRY_START; size <= ENTRY_MAX; size *= 4) {
		AUTO_FREE char *entry = malloc(size);
		struct passwd pw, *found = NULL;
		int rc;

		if (!entry)
			return ERR_NOMEM;
		rc = getpwnam_r(name, &pw, entry, size, &found);
		if (rc == ERANGE)
			continue;
		if (found)
			*ret = pw.pw_uid;
		if (found || rc == 0 || rc == ENOENT || rc == ESRCH)
			return found ? ERR_OK : ERR_NOT_FOUND;
		return ERR_IO;
	}
	return ERR_TOO_LONG;
}

static enum err from_status(enum nss_status status)
{
	if (status == NSS_STATUS_SUCCESS)
		return ERR_OK;
	return status == NSS_STATUS_NOTFOUND ? ERR_NOT_FOUND : ERR_NO_DAEMON;
}

static enum err ask_ours(const char *name, uid_t *ret)
{
	char entry[ENTRY_START];
	struct passwd pw;
	int unused = 0;
	enum err e = from_status(_nss_encvoy_getpwnam_r(name, &pw, entry, sizeof(entry), &unused));

	if (e == ERR_OK)
		*ret = pw.pw_uid;
	return e;
}

enum err owner_find(const char *name, struct owner *ret)
{
	struct local_user local;
	struct owner o = {.ours = false};
	uid_t uid = (uid_t)-1;
	enum err e = localdb_user(name, &local);

	if (e == ERR_OK) {
		*ret = (struct owner){local.uid, false};
		return ERR_OK;
	}
	if (e == ERR_NOT_FOUND)
		e = ask_system(name, &o.uid);
	if (e == ERR_OK) {
		o.ours = ask_ours(name, &uid) == ERR_OK && uid == o.uid;
		*ret = o;
	}
	return e;
}

enum err owner_check_uid(uid_t uid)
{
	char entry[ENTRY_START];
	struct passwd pw;
	int unused = 0;
	enum err e = localdb_uid(uid);

	if (e != ERR_NOT_FOUND)
		return e == ERR_OK ? ERR_NOT_FOUND : e;
	return from_status(_nss_encvoy_getpwuid_r(uid, &pw, entry, sizeof(entry), &unused));
}
