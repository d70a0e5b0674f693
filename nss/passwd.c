/* SPDX-License-Identifier: MIT */
#include "common/str.h"
#include "nss/ask.h"
#include "nss/guard.h"
#include "nss/maps.h"
#include "nss/no_password.h"
#include "nss/nss_encvoy.h"
#include "nss/reply.h"
#include "nss/result.h"
#include "sys/program.h"

/* One look-up, by name or, when that is NULL, by uid. */
struct request {
	const struct map_name *name;
	const char *text; /* the name as a string */
	uint32_t uid;
	char *buf;
	size_t size;
	struct user_record found;
	struct msg_lookup *question;
};

static enum err from_map(const struct map *m, void *arg)
{
	struct request *r = arg;

	if (r->name)
		return map_user_by_name(m, r->name, r->buf, r->size, &r->found);
	return map_user_by_uid(m, r->uid, r->buf, r->size, &r->found);
}

static enum err from_reply(const void *packet, size_t len, void *arg)
{
	struct request *r = arg;

	return reply_user(packet, len, r->question, r->buf, r->size, &r->found);
}

/* Found out once, when something was not found; no program becomes another one without exec. */
static bool is_sshd(void)
{
	enum { UNKNOWN, YES, NO };
	static int answer;
	int known = __atomic_load_n(&answer, __ATOMIC_RELAXED);

	if (known == UNKNOWN) {
		struct guard guard = guard_begin();

		known = program_is_sshd() ? YES : NO;
		guard_end(&guard);
		__atomic_store_n(&answer, known, __ATOMIC_RELAXED);
	}
	return known == YES;
}

static enum lookup_kind kind_of(const struct request *r)
{
	if (!r->name)
		return LOOKUP_PWUID;
	return is_sshd() ? LOOKUP_SSHD : LOOKUP_PWNAM;
}

static __attribute__((noinline)) enum err from_daemon(struct request *r)
{
	struct msg_lookup q = {.kind = kind_of(r), .id = r->uid};

	if (r->name)
		(void)str_copy(q.name, sizeof(q.name), r->text);
	r->question = &q;
	return ask(&q, from_reply, r);
}

/* Nobody yet, says the map; but sshd asks for an entry before PAM can let somebody in for the first
 * time. Without an answer the map's word counts. */
static __attribute__((noinline)) enum err newcomer(struct request *r)
{
	enum err e = is_sshd() ? from_daemon(r) : ERR_NOT_FOUND;

	return e == ERR_OK || e == ERR_TOO_LONG || e == ERR_NOMEM ? e : ERR_NOT_FOUND;
}

static enum nss_status look_up(
    struct request *r, struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	enum err e;

	if (!no_password_put(buffer, buflen, &r->buf, &r->size))
		return nss_result(ERR_TOO_LONG, errnop);
	e = maps_look_up(from_map, r);
	if (e == ERR_IO)
		e = from_daemon(r);
	else if (e == ERR_NOT_FOUND && r->name)
		e = newcomer(r);
	if (e != ERR_OK)
		return nss_result(e, errnop);
	*result = (struct passwd){
	    .pw_name = writable(r->found.name),
	    .pw_passwd = buffer,
	    .pw_uid = r->found.uid,
	    .pw_gid = r->found.gid,
	    .pw_gecos = writable(r->found.gecos),
	    .pw_dir = writable(r->found.home),
	    .pw_shell = writable(r->found.shell),
	};
	return NSS_STATUS_SUCCESS;
}

enum nss_status _nss_encvoy_getpwnam_r(
    const char *name, struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	struct map_name n;

	if (!map_name_set(&n, name))
		return nss_result(ERR_NOT_FOUND, errnop);
	return look_up(&(struct request){.name = &n, .text = name}, result, buffer, buflen, errnop);
}

enum nss_status _nss_encvoy_getpwuid_r(
    uid_t uid, struct passwd *result, char *buffer, size_t buflen, int *errnop)
{
	if (!id_ok(uid))
		return nss_result(ERR_NOT_FOUND, errnop);
	return look_up(&(struct request){.uid = uid}, result, buffer, buflen, errnop);
}
