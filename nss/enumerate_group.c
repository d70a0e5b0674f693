/* SPDX-License-Identifier: MIT */
#include "nss/enumerate.h"
#include "nss/no_password.h"
#include "nss/nss_encvoy.h"
#include "nss/result.h"

static struct enumeration groups;

struct request {
	char *buf;
	size_t size;
	struct map_group found;
};

static enum err next(struct map_walk *w, void *arg)
{
	struct request *r = arg;

	return map_walk_group(w, r->buf, r->size, &r->found);
}

enum nss_status _nss_encvoy_setgrent(int stay_open)
{
	(void)stay_open;
	enumerate_end(&groups);
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_encvoy_endgrent(void)
{
	enumerate_end(&groups);
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_encvoy_getgrent_r(
    struct group *result, char *buffer, size_t buflen, int *errnop)
{
	struct request r;
	enum err e;

	if (!no_password_put(buffer, buflen, &r.buf, &r.size))
		return nss_result(ERR_TOO_LONG, errnop);
	e = enumerate(&groups, next, &r);
	if (e != ERR_OK)
		return nss_result(e, errnop);
	*result = (struct group){
	    .gr_name = r.found.name,
	    .gr_passwd = buffer,
	    .gr_gid = r.found.gid,
	    .gr_mem = r.found.members,
	};
	return NSS_STATUS_SUCCESS;
}
