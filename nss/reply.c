/* SPDX-License-Identifier: MIT */
#include "nss/reply.h"

#include <string.h>

/* Opens an answer of the wanted type. */
static enum err open_reply(const void *packet, size_t len, enum msg_type wanted, struct reader *r)
{
	enum msg_type type;
	enum err e = proto_open(packet, len, r, &type);

	if (e != ERR_OK)
		return ERR_PROTOCOL;
	if (type == MSG_NOT_FOUND)
		return reader_done(r) ? ERR_NOT_FOUND : ERR_PROTOCOL;
	return type == wanted ? ERR_OK : ERR_PROTOCOL;
}

static bool answers(const struct msg_lookup *q, const char *name, uint32_t id)
{
	if (q->kind == LOOKUP_PWUID || q->kind == LOOKUP_GRGID)
		return id == q->id;
	return strcmp(name, q->name) == 0;
}

static char *put_str(char *dst, const char *src, const char **ret)
{
	size_t len = strlen(src) + 1;

	memcpy(dst, src, len);
	*ret = dst;
	return dst + len;
}

enum err reply_user(const void *packet, size_t len, const struct msg_lookup *question, char *buf,
    size_t size, struct user_record *ret)
{
	struct msg_passwd m;
	struct user_record out;
	struct reader r;
	enum err e = open_reply(packet, len, MSG_PASSWD, &r);

	if (e != ERR_OK)
		return e;
	if (proto_get_passwd(&r, &m) != ERR_OK || !user_record_ok(&m.rec) ||
	    !answers(question, m.name, m.rec.uid))
		return ERR_PROTOCOL;
	if (strlen(m.name) + strlen(m.gecos) + strlen(m.home) + strlen(m.shell) + 4 > size)
		return ERR_TOO_LONG;
	out = m.rec;
	buf = put_str(buf, m.name, &out.name);
	buf = put_str(buf, m.gecos, &out.gecos);
	buf = put_str(buf, m.home, &out.home);
	put_str(buf, m.shell, &out.shell);
	*ret = out;
	return ERR_OK;
}

/* Checks the members, and tells the bytes that their names need. */
static enum err check_members(struct reader r, uint32_t n, size_t *ret_size)
{
	size_t total = 0;

	for (uint32_t i = 0; i < n; i++) {
		size_t len = 0;
		const char *name = get_bytes(&r, &len);

		if (!name || !name_ok(name, len))
			return ERR_PROTOCOL;
		total += len + 1;
	}
	if (!reader_done(&r))
		return ERR_PROTOCOL;
	*ret_size = total;
	return ERR_OK;
}

enum err reply_group(const void *packet, size_t len, const struct msg_lookup *question, char *buf,
    size_t size, struct map_group *ret)
{
	char name[NAME_MAX_LEN + 1];
	size_t pad = -(uintptr_t)buf % _Alignof(char *);
	size_t pointers, names, name_size;
	struct map_group g;
	struct reader r;
	char *p;
	enum err e = open_reply(packet, len, MSG_GROUP, &r);

	if (e != ERR_OK)
		return e;
	if (proto_get_group_head(&r, name, sizeof(name), &g.gid, &g.n) != ERR_OK ||
	    !group_record_ok(name, g.gid) || !answers(question, name, g.gid) ||
	    check_members(r, g.n, &names) != ERR_OK)
		return ERR_PROTOCOL;
	pointers = ((size_t)g.n + 1) * sizeof(char *);
	name_size = strlen(name) + 1;
	if (pad + pointers + name_size + names > size)
		return ERR_TOO_LONG;
	g.members = (void *)(buf + pad);
	g.name = buf + pad + pointers;
	memcpy(g.name, name, name_size);
	p = g.name + name_size;
	for (uint32_t i = 0; i < g.n; i++) {
		const char *member = get_bytes(&r, &len);

		memcpy(p, member, len);
		p[len] = 0;
		g.members[i] = p;
		p += len + 1;
	}
	g.members[g.n] = NULL;
	*ret = g;
	return ERR_OK;
}

enum err reply_groups(const void *packet, size_t len, struct reader *ret_gids, uint32_t *ret_n)
{
	struct reader r, gids;
	uint32_t n;
	enum err e = open_reply(packet, len, MSG_GROUPS, &r);

	if (e != ERR_OK)
		return e;
	if (proto_get_groups_head(&r, &n) != ERR_OK)
		return ERR_PROTOCOL;
	gids = r;
	for (uint32_t i = 0; i < n; i++)
		if (local_gid_barred(get_u32(&r)))
			return ERR_PROTOCOL;
	if (!reader_done(&r))
		return ERR_PROTOCOL;
	*ret_gids = gids;
	*ret_n = n;
	return ERR_OK;
}
