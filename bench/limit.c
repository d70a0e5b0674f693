/* SPDX-License-Identifier: MIT */
/* libnss_limit.so.2; see limit.h. */
#include "bench/limit.h"

#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <nss.h>
#include <pthread.h>
#include <pwd.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define EXPORT __attribute__((visibility("default")))

EXPORT enum nss_status _nss_limit_getpwnam_r(
    const char *name, struct passwd *pw, char *buf, size_t size, int *errnop);
EXPORT enum nss_status _nss_limit_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buf, size_t size, int *errnop);
EXPORT enum nss_status _nss_limit_getgrnam_r(
    const char *name, struct group *gr, char *buf, size_t size, int *errnop);
EXPORT enum nss_status _nss_limit_getgrgid_r(
    gid_t gid, struct group *gr, char *buf, size_t size, int *errnop);
EXPORT enum nss_status _nss_limit_initgroups_dyn(
    const char *user, gid_t group, long *start, long *size, gid_t **gids, long limit, int *errnop);
EXPORT enum nss_status _nss_limit_setpwent(int stayopen);
EXPORT enum nss_status _nss_limit_endpwent(void);
EXPORT enum nss_status _nss_limit_getpwent_r(
    struct passwd *pw, char *buf, size_t size, int *errnop);

static const char *base;
static const struct limit_header *header;
static uint64_t next_user;

static void open_file(void)
{
	int fd = open(LIMIT_FILE, O_RDONLY | O_CLOEXEC);
	struct stat st;
	void *p = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0)
		p = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (fd >= 0)
		close(fd);
	if (p == MAP_FAILED)
		return;
	base = p;
	header = p;
}

static inline int is_open(void)
{
	static pthread_once_t once = PTHREAD_ONCE_INIT;

	if (__builtin_expect(!__atomic_load_n(&header, __ATOMIC_ACQUIRE), 0))
		pthread_once(&once, open_file);
	return header != NULL;
}

/* The next record with this tag, from *place on, or NULL. */
static inline const void *probe(enum limit_table t, uint32_t tag, uint64_t *place)
{
	const struct limit_slot *slots = (const void *)(base + header->tables[t]);

	for (;; ++*place) {
		const struct limit_slot *s = &slots[*place & header->mask[t]];

		if (!s->ref)
			return NULL;
		if (s->tag == tag) {
			++*place;
			return base + (uint64_t)s->ref * 8;
		}
	}
}

static enum nss_status not_found(int *errnop)
{
	*errnop = ENOENT;
	return NSS_STATUS_NOTFOUND;
}

static enum nss_status too_small(int *errnop)
{
	*errnop = ERANGE;
	return NSS_STATUS_TRYAGAIN;
}

static enum nss_status put_user(
    const struct limit_user *u, struct passwd *pw, char *buf, size_t size, int *errnop)
{
	if (u->len > size)
		return too_small(errnop);
	memcpy(buf, u->text, u->len);
	pw->pw_name = buf;
	pw->pw_passwd = buf + u->len - 2;
	pw->pw_uid = u->id;
	pw->pw_gid = u->id;
	pw->pw_gecos = buf + u->gecos;
	pw->pw_dir = buf + u->home;
	pw->pw_shell = buf + u->shell;
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status _nss_limit_getpwnam_r(
    const char *name, struct passwd *pw, char *buf, size_t size, int *errnop)
{
	size_t len = strlen(name);
	uint64_t hash = limit_hash_name(name, len), place = hash;
	const struct limit_user *u;

	if (!is_open())
		return NSS_STATUS_UNAVAIL;
	while ((u = probe(LIMIT_USER_NAME, (uint32_t)(hash >> 32), &place)))
		if (u->name_len == len && memcmp(u->text, name, len) == 0)
			return put_user(u, pw, buf, size, errnop);
	return not_found(errnop);
}

EXPORT enum nss_status _nss_limit_getpwuid_r(
    uid_t uid, struct passwd *pw, char *buf, size_t size, int *errnop)
{
	uint64_t hash = limit_hash_id(uid), place = hash;
	const struct limit_user *u;

	if (!is_open())
		return NSS_STATUS_UNAVAIL;
	while ((u = probe(LIMIT_USER_ID, (uint32_t)(hash >> 32), &place)))
		if (u->id == uid)
			return put_user(u, pw, buf, size, errnop);
	return not_found(errnop);
}

static const char *group_text(const struct limit_group *g)
{
	return (const char *)g->lens + g->members;
}

static enum nss_status put_group(
    const struct limit_group *g, struct group *gr, char *buf, size_t size, int *errnop)
{
	size_t skew = -(uintptr_t)buf & (sizeof(char *) - 1);
	size_t pointers = (g->members + (size_t)1) * sizeof(char *);
	char **members = (char **)(void *)(buf + skew), *text, *at;

	if (skew + pointers + g->len > size)
		return too_small(errnop);
	text = (char *)(members + g->members + 1);
	memcpy(text, group_text(g), g->len);
	at = text + g->name_len + 1;
	for (uint32_t i = 0; i < g->members; i++) {
		members[i] = at;
		at += g->lens[i] + 1;
	}
	members[g->members] = NULL;
	gr->gr_name = text;
	gr->gr_passwd = at;
	gr->gr_gid = g->id;
	gr->gr_mem = members;
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status _nss_limit_getgrnam_r(
    const char *name, struct group *gr, char *buf, size_t size, int *errnop)
{
	size_t len = strlen(name);
	uint64_t hash = limit_hash_name(name, len), place = hash;
	const struct limit_group *g;

	if (!is_open())
		return NSS_STATUS_UNAVAIL;
	while ((g = probe(LIMIT_GROUP_NAME, (uint32_t)(hash >> 32), &place)))
		if (g->name_len == len && memcmp(group_text(g), name, len) == 0)
			return put_group(g, gr, buf, size, errnop);
	return not_found(errnop);
}

EXPORT enum nss_status _nss_limit_getgrgid_r(
    gid_t gid, struct group *gr, char *buf, size_t size, int *errnop)
{
	uint64_t hash = limit_hash_id(gid), place = hash;
	const struct limit_group *g;

	if (!is_open())
		return NSS_STATUS_UNAVAIL;
	while ((g = probe(LIMIT_GROUP_ID, (uint32_t)(hash >> 32), &place)))
		if (g->id == gid)
			return put_group(g, gr, buf, size, errnop);
	return not_found(errnop);
}

static enum nss_status put_gids(
    const struct limit_member *m, gid_t group, long *start, long *size, gid_t **gids, long limit)
{
	for (uint32_t i = 0; i < m->n; i++) {
		if (m->gids[i] == group || (limit > 0 && *start >= limit))
			continue;
		if (*start == *size) {
			gid_t *more = realloc(*gids, (size_t)(*size * 2 + 16) * sizeof(*more));

			if (!more)
				return NSS_STATUS_TRYAGAIN;
			*gids = more;
			*size = *size * 2 + 16;
		}
		(*gids)[(*start)++] = m->gids[i];
	}
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status _nss_limit_initgroups_dyn(
    const char *user, gid_t group, long *start, long *size, gid_t **gids, long limit, int *errnop)
{
	size_t len = strlen(user);
	uint64_t hash = limit_hash_name(user, len), place = hash;
	const struct limit_member *m;

	if (!is_open())
		return NSS_STATUS_UNAVAIL;
	while ((m = probe(LIMIT_MEMBER, (uint32_t)(hash >> 32), &place)))
		if (m->name_len == len && memcmp(m->name, user, len) == 0)
			return put_gids(m, group, start, size, gids, limit);
	return not_found(errnop);
}

EXPORT enum nss_status _nss_limit_setpwent(int stayopen)
{
	(void)stayopen;
	if (!is_open())
		return NSS_STATUS_UNAVAIL;
	next_user = header->users_begin;
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status _nss_limit_endpwent(void)
{
	return NSS_STATUS_SUCCESS;
}

EXPORT enum nss_status _nss_limit_getpwent_r(struct passwd *pw, char *buf, size_t size, int *errnop)
{
	const struct limit_user *u;
	enum nss_status s;

	if (!is_open())
		return NSS_STATUS_UNAVAIL;
	if (next_user == 0)
		next_user = header->users_begin;
	if (next_user >= header->users_end)
		return not_found(errnop);
	u = (const void *)(base + next_user);
	s = put_user(u, pw, buf, size, errnop);
	if (s == NSS_STATUS_SUCCESS)
		next_user += (sizeof(*u) + u->len + 7) & ~7UL;
	return s;
}
