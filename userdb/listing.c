/* SPDX-License-Identifier: MIT */
#include "userdb/listing.h"

#include "common/map_walk.h"
#include "nss/mapping.h"
#include "nss/no_password.h"
#include "userdb/answer.h"
#include "userdb/write.h"

#include <stdlib.h>

#define ENTRY_START 16384
#define ENTRY_MAX (4 * 1024 * 1024)

#define ERROR(word) "io.systemd.UserDatabase." word

struct listing {
	enum userdb_method method;
	bool more;
	struct mapping mapping;
	struct map_walk walk;
	char *entry; /* what the walk reads into */
	size_t entry_size;
	struct map_group group; /* in entry: of memberships, whose members are told */
	uint32_t member;        /* the next of them */
	struct buf held;
	struct buf fresh;
};

void listing_free(struct listing *l)
{
	if (!l)
		return;
	mapping_close(&l->mapping);
	buf_free(&l->held);
	buf_free(&l->fresh);
	free(l->entry);
	free(l);
}

static bool entry_resize(struct listing *l, size_t size)
{
	if (size > ENTRY_MAX)
		return false;
	free(l->entry);
	l->entry = malloc(size);
	l->entry_size = l->entry ? size : 0;
	return l->entry;
}

const char *listing_begin(const struct userdb_request *q, struct listing **ret)
{
	struct listing *l = calloc(1, sizeof(*l));
	const char *fault = NULL;

	if (!l)
		return ERROR("ServiceNotAvailable");
	l->method = q->method;
	l->more = q->more;
	/* so that both a chunk and one more fit into what is sent at once */
	buf_init(&l->held, REPLY_MAX - 2 * LISTING_CHUNK);
	buf_init(&l->fresh, REPLY_MAX - 2 * LISTING_CHUNK);
	if (mapping_open(&l->mapping) != ERR_OK) {
		free(l);
		return ERROR("ServiceNotAvailable");
	}
	if (!l->mapping.map.base || !entry_resize(l, ENTRY_START))
		fault = ERROR("ServiceNotAvailable");
	else if (!l->mapping.map.enumerate)
		fault = ERROR("EnumerationNotSupported");
	if (fault) {
		listing_free(l);
		return fault;
	}
	map_walk_begin(&l->walk, &l->mapping.map);
	*ret = l;
	return NULL;
}

static enum err walk_user(struct listing *l, struct user_record *ret)
{
	enum err e;

	do
		e = map_walk_user(&l->walk, l->entry, l->entry_size, ret);
	while (e == ERR_TOO_LONG && entry_resize(l, l->entry_size * 4));
	return e;
}

static enum err walk_group(struct listing *l)
{
	enum err e;

	do
		e = map_walk_group(&l->walk, l->entry, l->entry_size, &l->group);
	while (e == ERR_TOO_LONG && entry_resize(l, l->entry_size * 4));
	return e;
}

static enum err next_user(struct listing *l, const char *machine_id)
{
	struct user_record r;
	enum err e = walk_user(l, &r);

	if (e != ERR_OK)
		return e;
	write_user(&l->fresh,
	    &(struct passwd){
		.pw_name = writable(r.name),
		.pw_uid = r.uid,
		.pw_gid = r.gid,
		.pw_gecos = writable(r.gecos),
		.pw_dir = writable(r.home),
		.pw_shell = writable(r.shell),
	    },
	    machine_id);
	return l->fresh.err;
}

static enum err next_group(struct listing *l, const char *machine_id)
{
	enum err e = walk_group(l);

	if (e != ERR_OK)
		return e;
	write_group(&l->fresh,
	    &(struct group){
		.gr_name = l->group.name,
		.gr_gid = l->group.gid,
		.gr_mem = l->group.members,
	    },
	    machine_id);
	return l->fresh.err;
}

static enum err next_membership(struct listing *l)
{
	while (l->member == l->group.n) {
		enum err e = walk_group(l);

		if (e != ERR_OK)
			return e;
		l->member = 0;
	}
	write_membership(&l->fresh, l->group.members[l->member++], l->group.name, false);
	return l->fresh.err;
}

static enum err next(struct listing *l, const char *machine_id)
{
	buf_reset(&l->fresh);
	switch (l->method) {
	case USERDB_USER:
		return next_user(l, machine_id);
	case USERDB_GROUP:
		return next_group(l, machine_id);
	case USERDB_MEMBERSHIPS:
		return next_membership(l);
	}
	return ERR_SYNTAX;
}

static void end(const struct listing *l, struct buf *out, enum err e)
{
	if (e != ERR_NOT_FOUND)
		write_error(out, ERROR("ServiceNotAvailable"));
	else if (l->held.len == 0)
		write_error(out, ERROR("NoRecordFound"));
	else
		buf_put(out, l->held.data, l->held.len);
}

void listing_go_on(struct listing *l, struct buf *out, const char *machine_id, bool *ret_done)
{
	*ret_done = false;
	while (out->err == ERR_OK && out->len < LISTING_CHUNK) {
		struct buf told = l->held;
		enum err e = next(l, machine_id);

		*ret_done = e != ERR_OK || (told.len && !l->more);
		if (e != ERR_OK)
			end(l, out, e);
		else if (*ret_done)
			write_error(out, "org.varlink.service.ExpectedMore");
		else if (told.len)
			write_continued(out, told.data, told.len);
		if (*ret_done)
			return;
		l->held = l->fresh;
		l->fresh = told;
	}
}
