/* SPDX-License-Identifier: MIT */
#include "common/str.h"
#include "nss/ask.h"
#include "nss/maps.h"
#include "nss/no_password.h"
#include "nss/nss_encvoy.h"
#include "nss/reply.h"
#include "nss/result.h"

/* One look-up, by name or, when that is NULL, by gid. */
struct request {
	const struct map_name *name;
	const char *text; /* the name as a string */
	uint32_t gid;
	char *buf;
	size_t size;
	struct map_group found;
	struct msg_lookup *question;
};

static enum err from_map(const struct map *m, void *arg)
{
	struct request *r = arg;

	if (r->name)
		return map_group_by_name(m, r->name, r->buf, r->size, &r->found);
	return map_group_by_gid(m, r->gid, r->buf, r->size, &r->found);
}

static enum err from_reply(const void *packet, size_t len, void *arg)
{
	struct request *r = arg;

	return reply_group(packet, len, r->question, r->buf, r->size, &r->found);
}

static __attribute__((noinline)) enum err from_daemon(struct request *r)
{
	struct msg_lookup q = {.kind = r->name ? LOOKUP_GRNAM : LOOKUP_GRGID, .id = r->gid};

	if (r->name)
		(void)str_copy(q.name, sizeof(q.name), r->text);
	r->question = &q;
	return ask(&q, from_reply, r);
}

static enum nss_status look_up(
    struct request *r, struct group *result, char *buffer, size_t buflen, int *errnop)
{
	enum err e;

	if (!no_password_put(buffer, buflen, &r->buf, &r->size))
		return nss_result(ERR_TOO_LONG, errnop);
	e = maps_look_up(from_map, r);
	if (e == ERR_IO)
		e = from_daemon(r);
	if (e != ERR_OK)
		return nss_result(e, errnop);
	*result = (struct group){
	    .gr_name = r->found.name,
	    .gr_passwd = buffer,
	    .gr_gid = r->found.gid,
	    .gr_mem = r->found.members,
	};
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_encvoy_getgrnam_r(
    const char *name, struct group *result, char *buffer, size_t buflen, int *errnop)
{
	struct map_name n;

	if (!map_name_set(&n, name))
		return nss_result(ERR_NOT_FOUND, errnop);
	return look_up(&(struct request){.name = &n, .text = name}, result, buffer, buflen, errnop);
}

enum nss_status _nss_encvoy_getgrgid_r(
    gid_t gid, struct group *result, char *buffer, size_t buflen, int *errnop)
{
	if (!id_ok(gid))
		return nss_result(ERR_NOT_FOUND, errnop);
	return look_up(&(struct request){.gid = gid}, result, buffer, buflen, errnop);
}
