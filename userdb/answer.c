/* SPDX-License-Identifier: MIT */
#include "userdb/answer.h"

#include "common/name.h"
#include "common/str.h"
#include "nss/nss_encvoy.h"
#include "sys/localdb.h"
#include "userdb/write.h"

#include <errno.h>
#include <string.h>

#define ENTRY_START 16384
#define ENTRY_MAX (4 * 1024 * 1024)
#define GROUPS_MAX 4096

#define ERROR(word) "io.systemd.UserDatabase." word

struct entry {
	char *storage;
	struct passwd pw;
	struct group gr;
};

static void entry_free(struct entry *e)
{
	free(e->storage);
}

/* Which record: the name, or the id when it is NULL. */
struct key {
	const char *name;
	uint32_t id;
};

typedef enum nss_status (*look_up)(
    const struct key *k, struct entry *e, size_t size, int *ret_errno);

static enum nss_status user(const struct key *k, struct entry *e, size_t size, int *ret_errno)
{
	if (k->name)
		return _nss_encvoy_getpwnam_r(k->name, &e->pw, e->storage, size, ret_errno);
	return _nss_encvoy_getpwuid_r(k->id, &e->pw, e->storage, size, ret_errno);
}

static enum nss_status group(const struct key *k, struct entry *e, size_t size, int *ret_errno)
{
	if (k->name)
		return _nss_encvoy_getgrnam_r(k->name, &e->gr, e->storage, size, ret_errno);
	return _nss_encvoy_getgrgid_r(k->id, &e->gr, e->storage, size, ret_errno);
}

/* NULL when it is there, else the error to reply. */
static const char *find(look_up what, const struct key *k, struct entry *e)
{
	for (size_t size = ENTRY_START; size <= ENTRY_MAX; size *= 4) {
		enum nss_status status;
		int error = 0;

		free(e->storage);
		e->storage = malloc(size);
		if (!e->storage)
			break;
		status = what(k, e, size, &error);
		if (status == NSS_STATUS_SUCCESS)
			return NULL;
		if (status == NSS_STATUS_NOTFOUND)
			return ERROR("NoRecordFound");
		if (status != NSS_STATUS_TRYAGAIN || error != ERANGE)
			break;
	}
	return ERROR("ServiceNotAvailable");
}

static const char *answer_user(
    struct buf *out, const struct userdb_request *q, const char *machine_id)
{
	CLEANUP(entry_free) struct entry e = {0};
	const char *fault;

	fault = find(user, &(struct key){q->has_user ? q->user : NULL, q->id}, &e);
	if (fault)
		return fault;
	if (q->has_id && q->id != e.pw.pw_uid)
		return ERROR("ConflictingRecordFound");
	write_user(out, &e.pw, machine_id);
	return NULL;
}

static const char *answer_group(
    struct buf *out, const struct userdb_request *q, const char *machine_id)
{
	CLEANUP(entry_free) struct entry e = {0};
	const char *fault;

	fault = find(group, &(struct key){q->has_group ? q->group : NULL, q->id}, &e);
	if (fault)
		return fault;
	if (q->has_id && q->id != e.gr.gr_gid)
		return ERROR("ConflictingRecordFound");
	write_group(out, &e.gr, machine_id);
	return NULL;
}

/* Replies one behind the other: each is held back until it is known whether it is the last. */
struct series {
	struct buf *out;
	bool more;
	char user[NAME_MAX_LEN + 1];
	char group[NAME_MAX_LEN + 1];
	size_t n;
};

static void series_add(struct series *s, const char *name, const char *of)
{
	if (s->n++ && s->more)
		write_membership(s->out, s->user, s->group, true);
	(void)str_copy(s->user, sizeof(s->user), name);
	(void)str_copy(s->group, sizeof(s->group), of);
}

static const char *series_end(const struct series *s)
{
	if (s->n == 0)
		return ERROR("NoRecordFound");
	if (s->n > 1 && !s->more)
		return "org.varlink.service.ExpectedMore";
	write_membership(s->out, s->user, s->group, false);
	return NULL;
}

static const char *of_group(struct series *s, const struct userdb_request *q)
{
	CLEANUP(entry_free) struct entry e = {0};
	const char *fault = find(group, &(struct key){q->group, 0}, &e);

	if (fault)
		return fault;
	for (char **m = e.gr.gr_mem; *m; m++)
		if (!q->has_user || strcmp(*m, q->user) == 0)
			series_add(s, *m, e.gr.gr_name);
	return series_end(s);
}

struct gids {
	gid_t *v;
	long n;
	long size;
};

static void gids_free(struct gids *g)
{
	free(g->v);
}

static const char *groups_of(struct series *s, const char *name, gid_t primary)
{
	CLEANUP(gids_free) struct gids g = {0};
	CLEANUP(entry_free) struct entry e = {0};
	int error = 0;
	enum nss_status status =
	    _nss_encvoy_initgroups_dyn(name, primary, &g.n, &g.size, &g.v, GROUPS_MAX, &error);

	if (status != NSS_STATUS_SUCCESS)
		return status == NSS_STATUS_NOTFOUND ? ERROR("NoRecordFound")
						     : ERROR("ServiceNotAvailable");
	for (long i = 0; i < g.n; i++) {
		const char *fault = find(group, &(struct key){NULL, g.v[i]}, &e);
		char local[NAME_MAX_LEN + 1];

		if (!fault)
			series_add(s, name, e.gr.gr_name);
		else if (strcmp(fault, ERROR("NoRecordFound")) != 0)
			return fault;
		/* by local_group; one that went away meanwhile is none */
		else if (localdb_gid_name(g.v[i], local, sizeof(local)) == ERR_OK)
			series_add(s, name, local);
	}
	return series_end(s);
}

static const char *of_user(struct series *s, const struct userdb_request *q)
{
	CLEANUP(entry_free) struct entry e = {0};
	const char *fault = find(user, &(struct key){q->user, 0}, &e);

	return fault ? fault : groups_of(s, q->user, e.pw.pw_gid);
}

static const char *answer_memberships(struct buf *out, const struct userdb_request *q)
{
	struct series s = {.out = out, .more = q->more};

	if (q->has_group)
		return of_group(&s, q);
	return of_user(&s, q);
}

/* Whether nobody in particular is asked for. */
static bool is_for_all(const struct userdb_request *q)
{
	return !q->has_user && !q->has_group && !q->has_id;
}

static const char *answer(struct buf *out, const struct userdb_request *q, const char *machine_id)
{
	if (q->fault)
		return q->fault;
	if (is_for_all(q))
		return ERROR("EnumerationNotSupported");
	switch (q->method) {
	case USERDB_USER:
		return answer_user(out, q, machine_id);
	case USERDB_GROUP:
		return answer_group(out, q, machine_id);
	case USERDB_MEMBERSHIPS:
		return answer_memberships(out, q);
	}
	return ERROR("ServiceNotAvailable");
}

void userdb_answer(struct buf *out, const struct userdb_request *q, const char *machine_id,
    struct listing **ret_listing)
{
	AUTO_BUF struct buf replies = {0};
	const char *fault;

	*ret_listing = NULL;
	buf_init(&replies, REPLY_MAX);
	if (!q->fault && !q->oneway && is_for_all(q))
		fault = listing_begin(q, ret_listing);
	else
		fault = answer(&replies, q, machine_id);
	if (!fault && replies.err != ERR_OK)
		fault = ERROR("ServiceNotAvailable");
	if (fault) {
		buf_reset(&replies);
		write_error(&replies, fault);
	}
	if (!q->oneway)
		buf_put(out, replies.data, replies.len);
}
