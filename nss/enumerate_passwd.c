/* SPDX-License-Identifier: MIT */
#include "nss/enumerate.h"
#include "nss/no_password.h"
#include "nss/nss_encvoy.h"
#include "nss/result.h"

static struct enumeration users;

struct request {
	char *buf;
	size_t size;
	struct user_record found;
};

static enum err next(struct map_walk *w, void *arg)
{
	struct request *r = arg;

	return map_walk_user(w, r->buf, r->size, &r->found);
}

enum nss_status _nss_encvoy_setpwent(int stay_open)
{
	(void)stay_open;
	enumerate_end(&users);
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_encvoy_endpwent(void)
{
	enumerate_end(&users);
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_encvoy_getpwent_r(
    struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	struct request r;
	enum err e;

	if (!no_password_put(buffer, buflen, &r.buf, &r.size))
		return nss_result(ERR_TOO_LONG, errnop);
	e = enumerate(&users, next, &r);
	if (e != ERR_OK)
		return nss_result(e, errnop);
	*result = (struct passwd){
	    .pw_name = writable(r.found.name),
	    .pw_passwd = buffer,
	    .pw_uid = r.found.uid,
	    .pw_gid = r.found.gid,
	    .pw_gecos = writable(r.found.gecos),
	    .pw_dir = writable(r.found.home),
	    .pw_shell = writable(r.found.shell),
	};
	return NSS_STATUS_SUCCESS;
}
